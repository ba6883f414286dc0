"""What came of somebody through another person's account, planned for with it (D-37). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from lineage.domain.facts import Recorded
from lineage.domain.fold.ins import IN_HANDLERS
from lineage.domain.planning.causes import Cause
from lineage.events import (
    CrossBorderTransfer,
    DataOnwardShared,
    DataStored,
    DataTransferred,
    EventData,
    ReidentificationDetected,
)
from lineage.events.types import CONTROLLER
from lineage.policy.kinds.fan_out import AccountCovers

_MOVED = (
    CrossBorderTransfer,
    DataOnwardShared,
    DataStored,
    DataTransferred,
    ReidentificationDetected,
)
"""What becomes of data that is there already; who says so knows of no account."""


def covers_account(cause: Cause) -> bool:
    """Whether what somebody asks for covers what came of others through that person's account."""
    return cause.request_id is not None and bool(cause.policy.of(AccountCovers))


def through_account(events: Iterable[Recorded], holder: Collection[bytes]) -> list[Recorded]:
    """The events of a person as far as the account of ``holder`` (its refs) goes.

    What brought data in any other way is left out. What moves data that is there counts if any of
    that data had come to the one who moves it through the account, directly or by other moves.
    """
    found, moves = [], []
    had: defaultdict[str, set[str]] = defaultdict(set)
    for event in events:
        data = event.data
        if type(data) not in IN_HANDLERS or event.account_ref in holder:
            found.append(event)
            if event.account_ref in holder:
                for party in (CONTROLLER, _receiver(data)):
                    had[party].update(_categories(data))
        elif isinstance(data, _MOVED) and event.account_ref is None:
            moves.append(event)
    while counted := [event for event in moves if _moved(event.data, had)]:
        found += counted
        for event in counted:
            had[_receiver(event.data)] |= _moved(event.data, had)
        moves = [event for event in moves if event not in counted]
    return found


def _moved(data: EventData, had: dict[str, set[str]]) -> set[str]:
    """What of that which came through the account an event moves."""
    there = had.get(data.sender if isinstance(data, DataOnwardShared) else CONTROLLER, set())
    stated = getattr(data, "categories", None)
    return set(there) if stated is None else there.intersection(stated)


def _receiver(data: EventData) -> str:
    return getattr(data, "recipient", None) or CONTROLLER


def _categories(data: EventData) -> Iterable[str]:
    return getattr(data, "categories", None) or ()
