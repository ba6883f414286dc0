"""Judging what a batch brings, inside its transaction: alone where that is enough. SQL around it.

An event is judged alone where its person has nothing on record of what the judges looked at, which
is most of them. Else what they look at is read from the ledger, and no more. Only where an event
comes late and its kind was looked at before, or one is taken back, is the whole person judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Protocol

import sqlalchemy as sa

from lineage.domain.circumstances import (
    BITS,
    EVERYTHING,
    LOOKED_AHEAD,
    NAMED_AHEAD,
    bit_of,
    types_of,
)
from lineage.domain.facts import Recorded
from lineage.domain.findings import Finding
from lineage.domain.fold.effective import effective_events
from lineage.domain.fold.standing import ACTING
from lineage.domain.history.history import History
from lineage.domain.verdicts import NO_WIDE, Verdict, Verdicts, Wide
from lineage.events import ConsentGranted, EventRetracted
from lineage.storage import tables as t
from lineage.storage.bulk import send_before
from lineage.storage.engines import Connection
from lineage.storage.findings import add_findings, replace_findings
from lineage.storage.folding import FoldedPerson, Folder, NewEvents
from lineage.storage.keyring import CONTROLLER, Keyring, Who
from lineage.storage.standings import Stand

WIDE = 1 << BITS
"""Bit of ``looked_at``: a judgement rested on the controller's own events."""

_UNSEEN = count(1)

_AT_THE_END = (1 << 63) - 1


class Parts(Protocol):
    """The parts of a store that judging works with."""

    keyring: Keyring
    folder: Folder
    verdicts: Verdicts | None
    kept_wide: dict[str, Wide]


@dataclass(slots=True)
class _Waiting:
    """Events of one person that are judged over what of its history they look at."""

    person: NewEvents
    events: list[Recorded]
    looked_at: int
    on_record: int


@dataclass(slots=True)
class Judging:
    """One batch being judged. ``looked_at`` is what was looked at, by ref."""

    parts: Parts
    verdicts: Verdicts
    conn: Connection
    now: int
    """The time of recording"""
    looked_at: dict[bytes, int] = field(default_factory=dict)
    _wide: dict[str, Wide] = field(default_factory=dict)
    _appended: set[str] = field(default_factory=set)

    def new_events(
        self,
        people: Sequence[NewEvents],
        folded: Iterable[FoldedPerson],
        stands: Mapping[bytes, Stand],
    ) -> None:
        """Judge what is new of these people; ``folded`` are those read whole already."""
        whole = {ref for person in folded for ref in person.refs}
        for found in folded:
            self.person(found.controller, found.refs, found.events)
        added: dict[str, list[Finding]] = {}
        waiting: list[_Waiting] = []
        for person in people:
            if not person.refs.isdisjoint(whole):
                continue
            before = [stands[ref] for ref in person.refs if ref in stands]
            if _must_be_whole(person, before):
                self.read_and_judge(person.controller, sorted(person.refs))
                continue
            for event, found_alone, looked in self._alone(person, before, waiting):
                added.setdefault(person.controller, []).extend(found_alone)
                self._note(event.ref, looked)
        for controller, findings in self._over_history(waiting):
            added.setdefault(controller, []).extend(findings)
        for controller, findings in added.items():
            add_findings(self.conn, controller, findings, now=self.now)

    def _alone(
        self, person: NewEvents, before: Sequence[Stand], waiting: list[_Waiting]
    ) -> Iterable[tuple[Recorded, list[Finding], int]]:
        """Judge events alone; what depends on more is put among those that wait."""
        on_record = 0
        for stand in before:
            on_record |= 0 if stand.standing is None else stand.standing.on_record
        controller, events = person.controller, person.events
        bits = [bit_of(type(event.data)) for event in events]
        later: list[Recorded] = []
        looked_at = 0
        for number, event in enumerate(events):
            if not self.verdicts.look_at(type(event.data)):
                continue
            verdict = self.verdicts.alone(controller, event, partial(self.wide, controller))
            others = on_record
            if len(bits) > 1:
                for bit in (*bits[:number], *bits[number + 1 :]):
                    others |= bit
            if verdict.looked_at & others:
                later.append(event)
                looked_at |= verdict.looked_at
            else:
                yield event, verdict.on(event), _bits(verdict)
        if later:
            for bit in bits:
                on_record |= bit
            waiting.append(_Waiting(person, later, looked_at, on_record))

    def _over_history(self, waiting: Sequence[_Waiting]) -> Iterable[tuple[str, list[Finding]]]:
        """Judge events over what of their person's history the judges look at."""
        read = 0
        for one in waiting:
            read |= one.looked_at & one.on_record
        while waiting:
            again = []
            found = self._read(waiting, read)
            for one in waiting:
                history = self._history(
                    one.person.controller, [*found[one.person.refs], *one.events]
                )
                verdict = self._judge(history, one.events)
                if verdict.looked_at & one.on_record & ~read:
                    again.append(one)  # what was read led on to more
                    continue
                for event in one.events:
                    self._note(event.ref, _bits(verdict))
                yield one.person.controller, list(verdict.findings)
            waiting, read = again, EVERYTHING

    def _read(
        self, waiting: Sequence[_Waiting], bits: int
    ) -> dict[frozenset[bytes], list[Recorded]]:
        of_ref = {ref: one.person.refs for one in waiting for ref in one.person.refs}
        found: dict[frozenset[bytes], list[Recorded]] = {one.person.refs: [] for one in waiting}
        by_controller: dict[str, set[bytes]] = {}
        for one in waiting:
            by_controller.setdefault(one.person.controller, set()).update(one.person.refs)
        types = types_of(bits) | {EventRetracted.event_type()}
        for controller, refs in by_controller.items():
            for event in self.parts.folder.read_types(self.conn, controller, refs, types):
                found[of_ref[event.ref]].append(event)
        return found

    def read_and_judge(self, controller: str, refs: Sequence[bytes]) -> None:
        """Judge a person anew, by all of its events."""
        events = self.parts.folder.read(self.conn, controller, refs, known_at=None)
        self.person(controller, refs, events)

    def person(self, controller: str, refs: Sequence[bytes], events: Sequence[Recorded]) -> None:
        """Judge a person anew, by these, which are all of its events."""
        history = self._history(controller, events)
        verdict = self._judge(history, history.everything)
        replace_findings(self.conn, controller, refs, verdict.findings, now=self.now)
        for ref in refs:
            self._note(ref, _bits(verdict))

    def controller(self, controller: str) -> None:
        """Judge the controller's own events anew, some of which this transaction has appended."""
        self._appended.add(controller)
        history = History(controller, wide=self.wide(controller).events, as_of=_AT_THE_END)
        verdict = self._judge(history, history.everything_wide)
        own = self._own_ref(controller)
        replace_findings(self.conn, controller, [own], verdict.findings, now=self.now)

    def wide(self, controller: str) -> Wide:
        """The controller's own events as this transaction sees them; read again where there are
        more of them than at the last time.
        """
        found = self._wide.get(controller)
        if found is None:
            found = self._wide[controller] = self._read_wide(controller)
        return found

    def _read_wide(self, controller: str) -> Wide:
        who = Who(controller, CONTROLLER, controller)
        own = self.parts.keyring.find(self.conn, who)
        if own is None:
            return NO_WIDE
        send_before(self.conn, t.events.name)
        counted = sa.select(sa.func.count()).where(t.events.c.subject_ref == own.ref)
        number = int(self.conn.execute(counted).scalar_one())
        kept = self.parts.kept_wide.get(controller, NO_WIDE)
        if kept.number == number and controller not in self._appended:
            return kept
        read = self.parts.folder.read(self.conn, controller, [own.ref], known_at=None)
        if controller in self._appended:  # nobody else sees these yet, perhaps nobody ever will
            return Wide(-next(_UNSEEN), effective_events(read))
        kept = self.parts.kept_wide[controller] = Wide(number, effective_events(read))
        return kept

    def _own_ref(self, controller: str) -> bytes:
        own = self.parts.keyring.find(self.conn, Who(controller, CONTROLLER, controller))
        assert own is not None, "it has events of its own"
        return own.ref

    def _history(self, controller: str, events: Iterable[Recorded]) -> History:
        distinct = {(event.ref, event.key): event for event in events}
        return History(
            controller,
            events=effective_events(distinct.values()),
            wide=lambda: self.wide(controller).events,
            as_of=_AT_THE_END,
        )

    def _judge(self, history: History, events: Sequence[Recorded]) -> Verdict:
        return self.verdicts.over(history, events)

    def _note(self, ref: bytes, looked_at: int) -> None:
        self.looked_at[ref] = self.looked_at.get(ref, 0) | looked_at


def _bits(verdict: Verdict) -> int:
    return verdict.looked_at | (WIDE if verdict.looked_at_wide else 0)


def _must_be_whole(person: NewEvents, before: Sequence[Stand]) -> bool:
    """Whether new events may change what was found on events that are there."""
    if person.before is None:
        return any(type(event.data) is EventRetracted for event in person.events)
    if person.before.marks & ACTING:  # what removes somebody from a plan rests on everything
        return True
    last = person.before.last
    looked_at = 0
    for stand in before:
        looked_at |= stand.looked_at
    for event in person.events:
        if type(event.data) is EventRetracted or event.key in person.before.retracted:
            return True
        bit = bit_of(type(event.data))
        if (event.moment < last or bit & LOOKED_AHEAD) and looked_at & bit:
            return True
        if isinstance(event.data, ConsentGranted) and looked_at & NAMED_AHEAD:
            return True
    return False
