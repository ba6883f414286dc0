"""Random histories: events of every type of the contract, valid one by one, in no sensible order.

The ids by which events name one another come from small pools (``values``), so that decisions meet
their requests, answers their notices, and retractions what they take back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Final

from lineage.domain.facts import Recorded
from lineage.events import EventClass, EventData, EventScope, IdentityLinked
from lineage.events.registry import EVENT_MODELS
from lineage.events.times import format_time, parse_time, to_micros
from tests.fuzz.scenes import drawn_scene
from tests.fuzz.values import Wire, drawn_fields
from tests.fuzz.words import CONTROLLER, PEOPLE, SOURCES, Words

ANN, GUEST, BEA = PEOPLE
OFTEN: Final = (
    *("data_shared", "data_shared", "data_onward_shared", "data_collected", "data_transferred"),
    *("request_received", "request_received", "request_decided", "request_decided"),
    *("order_completed", "account_cancelled", "recipient_deleted", "consent_granted"),
    *("retention_hold_placed", "user_registered", "log_recorded", "data_combined"),
)
"""Types on which much hangs: every second event is one of these"""

MODELS: Final[Mapping[str, type[EventData]]] = {m.event_name: m for m in EVENT_MODELS.values()}
HOURS: Final = (0, 0, 0, 9, 12, 23)
LATE: Final = (0, 0, 0, 0, 1, 4, 40)
"""Days after which an event comes on record"""

WRONG: Final = 0.002
WRONG_TIMES: Final = ("0001-01-02T00:00:00Z", "9999-12-30T23:00:00Z")
"""What a clock that is wrong may say: seldom, for all is asked as of the last event"""


def composed_history(rng: Random, words: Words) -> list[Wire]:
    """Events as CloudEvents, each with the time at which it is recorded, in order of recording."""
    events = [_event(rng, words, number) for number in range(rng.choice((3, 8, 15, 25, 40)))]
    for _ in range(rng.choice((0, 1, 1, 2))):
        events += _scene(rng, words, len(events))
    if rng.random() < 0.4:
        events.append(_link(rng, words, len(events)))
    events.sort(key=lambda event: event["recordedtime"])
    for event in events:
        if event["type"] == "lineage.event_retracted.v1":
            _take_back(event, events, rng)
        elif event["type"] == "lineage.fact_confirmed.v1":
            _confirm(event, events, rng)
    return events


def composed_event(name: str, rng: Random, words: Words, *, at: datetime, id: str) -> Wire:
    """One event of a type at a time."""
    model = MODELS[name]
    if model.event_class is EventClass.SYSTEM:
        words = replace(words, far=())  # the tracker writes no date that a policy cannot give
    event: Wire = {
        "specversion": "1.0",
        "id": id,
        "source": rng.choice(SOURCES),
        "type": model.event_type(),
        "time": format_time(at),
        "controller": CONTROLLER,
        "data": drawn_fields(model, rng, words),
    }
    if model.event_scope is EventScope.PERSON or (
        model.event_scope is EventScope.EITHER and rng.random() < 0.5
    ):
        event["subject"] = rng.choice((ANN, ANN, ANN, ANN, GUEST, BEA))
        if event["subject"] == BEA and rng.random() < 0.5:
            event["account"] = ANN
    return event


def _event(rng: Random, words: Words, number: int) -> Wire:
    at = datetime.combine(rng.choice(words.days), datetime.min.time(), UTC)
    at += timedelta(hours=rng.choice(HOURS))
    names = [name for name in MODELS if name != "identity_linked"]
    name = rng.choice(OFTEN) if rng.random() < 0.5 else rng.choice(names)
    event = composed_event(name, rng, words, at=at, id=f"e{number}")
    event["recordedtime"] = format_time(at + timedelta(days=rng.choice(LATE)))
    if rng.random() < WRONG:
        event["time"] = rng.choice(WRONG_TIMES)
    return event


def _scene(rng: Random, words: Words, number: int) -> list[Wire]:
    """A course of events about Ann, each recorded when it occurred, or late."""
    events = []
    for place, (name, at, said) in enumerate(drawn_scene(rng, words)):
        event = composed_event(name, rng, words, at=at, id=f"e{number + place}")
        event["recordedtime"] = format_time(at + timedelta(days=rng.choice(LATE)))
        if "subject" in event:
            event["subject"] = ANN
            event.pop("account", None)
        fields = MODELS[name].model_fields
        data = event["data"] | {field: value for field, value in said.items() if field in fields}
        event["data"] = {field: value for field, value in data.items() if value is not None}
        events.append(event)
    return events


def _link(rng: Random, words: Words, number: int) -> Wire:
    """The guest was Ann."""
    at = datetime.combine(rng.choice(words.days), datetime.min.time(), UTC)
    event = composed_event("identity_linked", rng, words, at=at, id=f"e{number}")
    event |= {"subject": ANN, "recordedtime": format_time(at)}
    event["data"] = {"identifier": {"type": "email", "value": GUEST}}
    return event


def _take_back(event: Wire, events: list[Wire], rng: Random) -> None:
    """Mostly what somebody said, seldom what nobody did; a link stays."""
    wrong = rng.choice([one for one in events if one["type"] != "lineage.identity_linked.v1"])
    if rng.random() < 0.8:
        event["data"] |= {"retracted_source": wrong["source"], "retracted_id": wrong["id"]}


def _confirm(event: Wire, events: list[Wire], rng: Random) -> None:
    right = rng.choice(events)
    event["data"] |= {"confirmed_source": right["source"], "confirmed_id": right["id"]}


def recorded(events: list[Wire]) -> list[Recorded]:
    """The events as the ledger would give them back, of everybody and of the controller."""
    return [_recorded(event, position) for position, event in enumerate(events)]


def _recorded(event: Wire, position: int) -> Recorded:
    data = EVENT_MODELS[event["type"]].model_validate(event["data"])
    linked = data.identifier.value if isinstance(data, IdentityLinked) else None
    account = event.get("account")
    return Recorded(
        ref=ref_of(event.get("subject", "")),
        key=blake2b(f"{event['source']} {event['id']}".encode(), digest_size=16).digest(),
        occurred_at=to_micros(parse_time(event["time"])),
        recorded_at=to_micros(parse_time(event["recordedtime"])),
        source=event["source"],
        id=event["id"],
        data=data,
        linked_ref=None if linked is None else ref_of(linked),
        position=position,
        account_ref=None if account is None else ref_of(account),
    )


def ref_of(subject: str) -> bytes:
    """A person's ref; the controller's own events hang on that of nobody."""
    return blake2b(subject.encode(), digest_size=16).digest()
