"""Requests and what is answered of them, in a line each: for the regression tests."""

from __future__ import annotations

from typing import Any

from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER, Message, event


def asked(request: str = "r1", *, right: str = "deletion", **more: Any) -> Message:
    """A request of the person; ``categories`` says what it is about."""
    categories = more.pop("categories", None)
    data = {"request_id": request, "right": right}
    if categories is not None:
        data |= {"categories": categories}
    return event("request_received", data, **{"at": "2026-03-05", **more})


def decided(request: str = "r1", outcome: str = "accepted", **more: Any) -> Message:
    """The officer's decision as another system reports it."""
    data = {"request_id": request, "outcome": outcome}
    return event("request_decided", data, **{"at": "2026-03-06", **more})


def declined(reason: str, *categories: str, recipient: str = "FastParcel", **more: Any) -> Message:
    """A recipient's word that it does not erase."""
    data: dict[str, Any] = {"recipient": recipient, "request_id": "r1", "reason": reason}
    if categories:
        data["categories"] = list(categories)
    return event("recipient_declined", data, **more)


def record(tracker: Tracker, *messages: Message) -> None:
    """Record these in one call, and insist that none was refused."""
    receipt = tracker.record(list(messages))
    assert (receipt.recorded, receipt.problems) == (len(messages), [])


def held(tracker: Tracker, subject: str = "m1", **view: Any) -> set[tuple[str, str]]:
    """(holder, category) of all that is held of a person."""
    found = tracker.holders(subject, controller=CONTROLLER, **view).holders
    return {(row.holder, row.category) for row in found if row.held}


def listed(tracker: Tracker, recipient: str, **view: Any) -> list[tuple[str, str]]:
    """(person, category) of all that a recipient holds."""
    rows = tracker.recipient_subjects(recipient, controller=CONTROLLER, **view).rows
    return [(row.subject, row.category) for row in rows]


def rounds(tracker: Tracker, request: str = "r1") -> list[tuple[str, int, str]]:
    """(recipient, round, state) of each notice of a request."""
    notices = tracker.request_status(request, controller=CONTROLLER).notices
    return [(notice.recipient, notice.round, notice.state) for notice in notices]
