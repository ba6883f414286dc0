"""A small shop for the tests of store and service: its events, its clock, and opening its store."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lineage.events.times import parse_time
from lineage.tracker import Tracker
from tests.support.places import StorePlace

CONTROLLER = "sesiiduo"
OTHER_CONTROLLER = "seestar"
CHECKOUT = "/services/checkout"

Message = dict[str, Any]

_numbers = itertools.count(1)


def event(
    name: str,
    data: dict[str, Any] | None = None,
    *,
    subject: str | None = "m1",
    at: str = "2026-03-04",
    **attributes: Any,
) -> Message:
    """One event of the shop as an emitter sends it; each call has an id of its own."""
    message = {
        "specversion": "1.0",
        "id": f"e{next(_numbers)}",
        "source": CHECKOUT,
        "type": f"lineage.{name}.v1",
        "time": at,
        "controller": CONTROLLER,
        "data": data or {},
    }
    if subject is not None:
        message["subject"] = subject
    return message | attributes


def share(
    recipient: str = "FastParcel", *categories: str, kind: str = "logistics", **attributes: Any
) -> Message:
    """A share of these categories (by default the e-mail) with a recipient."""
    data = {
        "recipient": recipient,
        "recipient_kind": kind,
        "categories": list(categories) or ["email"],
    }
    return event("data_shared", data, **attributes)


def collected(*categories: str, **attributes: Any) -> Message:
    """A collection by the emitting service."""
    return event("data_collected", {"categories": list(categories) or ["email"]}, **attributes)


def erased(recipient: str = "FastParcel", *categories: str, **attributes: Any) -> Message:
    """A recipient's own word that it has erased."""
    data = {"recipient": recipient, "categories": list(categories) or ["email"]}
    return event("recipient_deleted", data, **attributes)


def linked(other: str, **attributes: Any) -> Message:
    """The person has this other id, an e-mail address, with the controller too."""
    return event("identity_linked", {"identifier": {"type": "email", "value": other}}, **attributes)


def retracted(wrong: Message, **attributes: Any) -> Message:
    """The wrong event is taken back, on behalf of the same person."""
    data = {"retracted_source": wrong["source"], "retracted_id": wrong["id"], "reason": "a bug"}
    return event("event_retracted", data, **{"subject": wrong.get("subject"), **attributes})


@dataclass
class Clock:
    """The tracker's clock, set by the test."""

    now: datetime = field(default=datetime(2026, 4, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        """Set it to a date or a time."""
        self.now = parse_time(text)


def moment(text: str) -> datetime:
    """A date or a time of day, UTC."""
    return parse_time(text)


def open_shop(
    place: StorePlace, clock: Callable[[], datetime] | None = None, **more: Any
) -> Tracker:
    """The tracker over the store at this place, made where there is none."""
    return place.open(clock=clock or Clock(), **more)
