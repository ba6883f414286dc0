"""The standing of a person: the little that says whether new events can be folded forward. Pure.

It is a function of the set of events on record, whatever order they came in and whether or not one
was taken back since; so adding to it and working it out anew give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lineage.domain.circumstances import bit_of
from lineage.domain.facts import Moment, Recorded
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    CrossBorderTransfer,
    DataTransferred,
    EventRetracted,
    IdentityLinked,
    NoticePlanned,
    PublicDisclosed,
    RequestDecided,
    RequestReceived,
    RequestWithdrawn,
    RetentionHoldPlaced,
    RetentionHoldReleased,
    SelfServiceCleared,
)

KeyOf = Callable[[str, str], bytes]
"""Gives the event key of (source, id)."""

LINKED, ACTING, HOLDS, UNSEEN = 1, 2, 4, 8
"""Marks of a standing. LINKED: it may be one of several refs of a person. ACTING: there are
requests or notices, so acts may follow from every change. HOLDS: a retention hold was placed or
released. UNSEEN: something is on record by an event that left no edge, so edges do not tell it all.
"""

UNSEEN_TYPES = frozenset({PublicDisclosed.event_type(), CrossBorderTransfer.event_type()})
"""Types of which some events put categories on record and leave no edge."""

_MARKS: dict[type, int] = {
    IdentityLinked: LINKED,
    AccountCancellationApproved: ACTING,
    AccountCancellationRequested: ACTING,
    NoticePlanned: ACTING,
    RequestDecided: ACTING,
    RequestReceived: ACTING,
    RequestWithdrawn: ACTING,
    RetentionHoldPlaced: HOLDS,
    RetentionHoldReleased: HOLDS,
}
_LOOKED_AT = frozenset(
    {
        *_MARKS,
        CrossBorderTransfer,
        DataTransferred,
        EventRetracted,
        PublicDisclosed,
        SelfServiceCleared,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept per ref: the last moment, marks, and the last times of what looks at everything.

    ``took_all_at`` is the last transfer of everything, ``cleared_at`` the last clearing;
    ``retracted`` are the keys of all events that a retraction under this ref names, sorted;
    ``on_record`` the groups of event types there are, as bits of ``circumstances``.
    """

    last: Moment
    marks: int = 0
    took_all_at: int | None = None
    cleared_at: int | None = None
    retracted: tuple[bytes, ...] = ()
    on_record: int = 0

    def merged(self, other: Standing) -> Standing:
        """The standing of both: of more events of one ref, or of several refs of one person."""
        return Standing(
            max(self.last, other.last),
            self.marks | other.marks,
            _later(self.took_all_at, other.took_all_at),
            _later(self.cleared_at, other.cleared_at),
            tuple(sorted({*self.retracted, *other.retracted}))
            if self.retracted and other.retracted
            else self.retracted or other.retracted,
            self.on_record | other.on_record,
        )


LINKED_TO = Standing((0, 0), LINKED)
"""What a link gives the ref that it names, beside that ref's own events."""


def standing_of(events: Iterable[Recorded], *, key_of: KeyOf) -> Standing:
    """The standing that some events of one ref give by themselves; there is at least one."""
    moments: list[Moment] = []
    marks, on_record, took_all_at, cleared_at = 0, 0, None, None
    retracted: set[bytes] = set()
    for event in events:
        data = event.data
        model, at = type(data), event.occurred_at
        moments.append((at, data.event_rank))
        on_record |= bit_of(model)
        if model not in _LOOKED_AT:
            continue
        marks |= _MARKS.get(model, 0)
        if leaves_no_edge(event):
            marks |= UNSEEN
        elif takes_all(event):
            took_all_at = _later(took_all_at, at)
        elif model is SelfServiceCleared:
            cleared_at = _later(cleared_at, at)
        elif isinstance(data, EventRetracted):
            retracted.add(key_of(data.retracted_source, data.retracted_id))
    return Standing(
        max(moments), marks, took_all_at, cleared_at, tuple(sorted(retracted)), on_record
    )


def takes_all(event: Recorded) -> bool:
    """Whether an event counts for every category on record."""
    data = event.data
    return isinstance(data, DataTransferred) and data.categories is None


def leaves_no_edge(event: Recorded) -> bool:
    """Whether an event puts categories on record and names nobody who holds them."""
    data = event.data
    if isinstance(data, PublicDisclosed):
        return not data.copies_uncontrolled
    return isinstance(data, CrossBorderTransfer) and data.recipient is None and data.host is None


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
