"""What becomes of an event on its way: taken back later, sent twice, late, or out of line."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from lineage.generator.mix import DUPLICATE_SHARE, LATE_SHARE, RETRACTED_SHARE, SHUFFLED_SHARE
from lineage.generator.scene import Planned

NEAR_EVENTS = 50

RETRACTABLE = frozenset(
    [
        "data_collected",
        "data_inbound_received",
        "log_recorded",
        "data_shared",
        "data_onward_shared",
        "data_sold",
        "data_transferred",
        "public_disclosed",
        "data_stored",
        "cross_border_transfer",
        "order_completed",
        "recipient_deleted",
        "data_deleted",
        "data_deidentified",
        "self_service_cleared",
        "reidentification_detected",
        "consent_granted",
        "data_processed",
    ]
)
INTO_SYSTEM = frozenset(
    ("data_collected", "data_inbound_received", "log_recorded", "order_completed", "data_stored")
)


@dataclass(frozen=True, slots=True)
class Fate:
    """`delays`: by how many events each copy comes late; the first is the event itself."""

    retracted: bool
    delays: tuple[int, ...]


def draw_fate(rng: Random, planned: Planned, *, room: int, late_limit: int) -> Fate:
    """Decide; `room` is the number of lines the stream has place for, this event's included."""
    retracted = rng.random() < RETRACTED_SHARE and room > 1 and can_be_retracted(planned)
    room -= retracted
    delays = [draw_delay(rng, late_limit)]
    if rng.random() < DUPLICATE_SHARE and room > 1:
        delays.append(rng.randrange(late_limit))
    return Fate(retracted, tuple(delays))


def draw_delay(rng: Random, late_limit: int) -> int:
    """By how many events one comes late; mostly by none."""
    draw = rng.random()
    if draw < LATE_SHARE:
        return rng.randint(NEAR_EVENTS + 1, late_limit)
    if draw < LATE_SHARE + SHUFFLED_SHARE:
        return rng.randint(1, NEAR_EVENTS)
    return 0


def can_be_retracted(planned: Planned) -> bool:
    """A collection is taken back only where its categories are on record without it.

    Else events that name a category would stay while the category itself was never collected.
    """
    person = planned.person
    if person is None or planned.name not in RETRACTABLE:
        return False
    if planned.name in INTO_SYSTEM:
        return all(category in person.books.on_record for category in planned.data["categories"])
    return True


def shuffled_copy(event: Mapping[str, Any], *, full_time: str) -> dict[str, Any]:
    """The same event in other bytes: keys and lists the other way round, the time in full."""
    copy = {key: turned(event[key]) for key in reversed(list(event))}
    copy["time"] = full_time
    return copy


def turned(value: object) -> object:
    """Keys and lists of any depth the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [turned(item) for item in reversed(value)]
    return value
