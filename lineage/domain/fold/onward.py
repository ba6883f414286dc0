"""Folding new events onto stored facts: what must be read for it, and then what it changes. Pure.

``plan`` says whether it can be tried and what to read, ``Plan.step`` does it. The handlers are
those of the whole fold, ``growing`` puts what they say among what is stored; where that is not
certain to equal the whole fold, both say so, and the person is folded from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lineage.domain.facts import Change, Edge, Erasure, Holder, HolderKind, Hop, Recorded
from lineage.domain.fold.book import VersionAt, recipient
from lineage.domain.fold.growing import Growing
from lineage.domain.fold.hop_keys import edge_key
from lineage.domain.fold.ins import IN_HANDLERS
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.domain.fold.parting import Unclear
from lineage.domain.fold.said import Reads, Said
from lineage.domain.fold.standing import (
    ACTING,
    HOLDS,
    LINKED,
    UNSEEN,
    KeyOf,
    Standing,
    leaves_no_edge,
    takes_all,
)
from lineage.domain.fold.stored import Stored
from lineage.domain.fold.unwinding import Gone, Unwinding
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    DataTransferred,
    EventClass,
    EventRetracted,
    IdentityLinked,
    NoticeEscalated,
    NoticePlanned,
    NoticeWidened,
    RecipientAcknowledged,
    RecipientDeclined,
    RecipientDeleted,
    RecipientNotified,
    RecipientWorking,
    RequestDecided,
    RequestReceived,
    RequestWithdrawn,
    RetentionHoldPlaced,
    RetentionHoldReleased,
    SelfServiceCleared,
)

HANDLERS = IN_HANDLERS | OUT_HANDLERS

ALWAYS_WHOLE: frozenset[type] = frozenset(
    {
        AccountCancellationApproved,
        AccountCancellationRequested,
        IdentityLinked,
        NoticePlanned,
        RequestDecided,
        RequestReceived,
        RequestWithdrawn,
    }
)
"""A link joins two histories; requests and notices are folded from all that names them."""

ANSWERS: frozenset[type] = frozenset(
    {
        NoticeEscalated,
        NoticeWidened,
        RecipientAcknowledged,
        RecipientDeclined,
        RecipientDeleted,
        RecipientNotified,
        RecipientWorking,
    }
)
"""What says something of a notice, where there is one."""

OF_HOLDS = (RetentionHoldPlaced, RetentionHoldReleased)
SPECIAL = ALWAYS_WHOLE | ANSWERS | {*OF_HOLDS, EventRetracted, SelfServiceCleared}
SEEING = frozenset({*OF_HOLDS, DataTransferred, SelfServiceCleared})
"""Whose handlers look at what is there, or work for such; of transfers, those of everything"""


class Step(NamedTuple):
    """What new events add: edges that are new or changed, outs likewise, changes.

    Edges replace those of the same ref and ``edge_key``, outs those of the same ref, event key,
    holder and category; changes are all new.
    """

    edges: tuple[Edge, ...]
    erasures: tuple[Erasure, ...]
    changes: tuple[Change, ...]
    gone: Gone | None = None
    """What retractions took away, where they did; none of it is in ``edges`` or ``erasures``"""


NOTHING_NEW = Step((), (), ())


@dataclass(slots=True)
class Plan:
    """New events of one person, ready to be folded onto what ``reads`` asks for.

    ``new`` are all of them, ``events`` those that count, in canonical order.
    """

    before: Standing | None
    events: Sequence[Recorded]
    new: Sequence[Recorded]
    reads: Reads
    said: Said

    @property
    def acting(self) -> bool:
        """Whether there are requests or notices, so that acts may follow from what changes."""
        return self.before is not None and bool(self.before.marks & ACTING)

    @property
    def holders(self) -> set[Holder]:
        """Every holder that the events name."""
        return {
            what.to if isinstance(what, Hop) else what
            for _, what, _, _ in self.said.said
            if what is not None
        }

    def step(self, stored: Stored | None, opened: Iterable[Recorded] = ()) -> Step | None:
        """Fold the events onto what is stored (None where nothing is); None: fold it all.

        ``opened`` are the events of the ledger that ``reads`` asks for, as far as there are any.
        """
        said, before = self.said, self.before
        if not said.said and not self.reads.everything:
            return Step((), (), tuple(said.changes)) if said.changes else NOTHING_NEW
        growing = Growing(said.controller, said.version_at)
        if before is not None and stored is not None:
            growing.onto(stored, before.last)
        gone = Gone() if self.reads.events else None
        try:
            if self.reads.everything:
                self._look_at_everything(growing, opened, gone)
            cleared_at = None if before is None else before.cleared_at
            for event, what, key, categories in said.said:
                if isinstance(what, Hop):
                    if cleared_at is not None:
                        growing.check_clearings(event, what, categories, cleared_at)
                    growing.put_in(event, what, key, categories)
                elif what is not None:
                    growing.went_out(event, what, categories)
                else:
                    HANDLERS[type(event.data)](growing, event)
        except Unclear:
            return None
        edges, erasures = tuple(growing.edges()), tuple(growing.erasures())
        if gone is not None:
            gone.edges.difference_update((edge.ref, edge_key(edge.hop)) for edge in edges)
        return Step(edges, erasures, (*said.changes, *growing.changes), gone)

    def _look_at_everything(
        self, growing: Growing, opened: Iterable[Recorded], gone: Gone | None
    ) -> None:
        before, reads = self.before, self.reads
        new = {(event.ref, event.key) for event in self.new}
        opened = [event for event in opened if (event.ref, event.key) not in new]
        growing.read_everything()
        if reads.all_outs:
            growing.read_all_outs()
        if before is not None and gone is not None:
            unwinding = Unwinding(growing, before, gone)
            for event in opened:
                if event.key in reads.events:
                    _take_back(unwinding, before, event)
        without = reads.events if before is None else reads.events.union(before.retracted)
        growing.note_first_times(
            event for event in opened if leaves_no_edge(event) and event.key not in without
        )
        counted = [event for event in self.events if type(event.data) in IN_HANDLERS]
        if before is not None:
            for event in counted:
                growing.check_transfers(event, before.took_all_at)
        for event in counted:
            categories = getattr(event.data, "categories", None) or ()
            growing.put_on_record(categories, event.occurred_at)


def _take_back(unwinding: Unwinding, before: Standing, event: Recorded) -> None:
    model = type(event.data)
    if event.data.event_class is EventClass.SYSTEM:
        return
    if model in ALWAYS_WHOLE or (model in ANSWERS and before.marks & ACTING):
        raise Unclear
    unwinding.take_back(event)


def plan(
    before: Standing | None,
    new: Iterable[Recorded],
    *,
    controller: str,
    version_at: VersionAt,
    key_of: KeyOf,
) -> Plan | None:
    """How to fold new events of one person onto its stored facts; None: fold it all.

    ``before`` is the standing (of all linked refs, merged) without the new events, None where
    nothing is on record.
    """
    events = list(new)
    named: set[tuple[str, str]] = set()
    for event in events:
        data = event.data
        if type(data) not in SPECIAL:
            continue
        if isinstance(data, EventRetracted):
            if before is not None and before.marks & LINKED:
                return None  # a link is taken back under its own ref only, and facts do not tell
            named.add((data.retracted_source, data.retracted_id))
        elif _needs_all(before, event):
            return None
    left = events if len(events) == 1 else sorted(events, key=lambda event: event.order)
    if named or (before is not None and before.retracted):
        left = _less_retracted(before, left, named)
    said = Said(controller, version_at)
    for event in left:
        handler = HANDLERS.get(type(event.data))
        if handler is None:
            continue
        if type(event.data) in SEEING and (
            not isinstance(event.data, DataTransferred) or takes_all(event)
        ):
            said.later(event)
        else:
            handler(said, event)
    reads = _reads(before, left, said)
    if named and before is not None:
        reads.events = {key_of(*name) for name in named}.difference(before.retracted)
        reads.everything = reads.all_outs = True
    return Plan(before, left, events, reads, said)


def _needs_all(before: Standing | None, event: Recorded) -> bool:
    """Whether an event must be seen together with events that facts do not keep."""
    model = type(event.data)
    if model in ALWAYS_WHOLE or before is None:
        return model in ALWAYS_WHOLE
    if model in ANSWERS:
        return bool(before.marks & ACTING)
    if model is SelfServiceCleared:
        return bool(before.marks & HOLDS)
    return _not_after(event, before.cleared_at)


def _less_retracted(
    before: Standing | None, events: list[Recorded], named: set[tuple[str, str]]
) -> list[Recorded]:
    """The new events that neither an earlier nor a new retraction names."""
    gone = () if before is None else before.retracted
    return [
        event
        for event in events
        if ((event.source, event.id) not in named and event.key not in gone)
        or event.data.event_class is EventClass.SYSTEM
    ]


def _reads(before: Standing | None, events: Sequence[Recorded], said: Said) -> Reads:
    reads = Reads()
    if before is None:
        reads.everything = any(what is None for _, what, _, _ in said.said)
        return reads
    for event, what, key, _ in said.said:
        late = (event.occurred_at, event.data.event_rank) <= before.last
        if isinstance(what, Hop):
            reads.edges.append((event.ref, key))
            if late:
                reads.outs.add(what.to)
                if _not_after(event, before.cleared_at) and what.to.kind is HolderKind.SYSTEM:
                    reads.everything = True
        elif what is not None:
            reads.holders.add(what)
            if late:
                reads.outs.add(what)
        elif isinstance(event.data, DataTransferred):
            reads.everything = True
            reads.unseen = bool(before.marks & UNSEEN)
            if late:
                reads.outs.add(recipient(event.data.recipient))
        elif isinstance(event.data, SelfServiceCleared):
            reads.everything = True
            reads.all_outs = reads.all_outs or late
    if before.took_all_at is not None:
        reads.everything = reads.everything or any(
            _not_after(event, before.took_all_at) and type(event.data) in IN_HANDLERS
            for event in events
        )
    return reads


def _not_after(event: Recorded, at: int | None) -> bool:
    return at is not None and event.occurred_at <= at
