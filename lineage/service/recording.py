"""Recording: messages in, batches applied, a receipt of what became of each. The one way in."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.events import Event, EventError
from lineage.events import Problem as EventProblem
from lineage.events.envelope import event_to_json
from lineage.service import answers
from lineage.service.checking import Checker
from lineage.service.garbage import fewer_collections
from lineage.service.messages import Message
from lineage.storage.drafts import DeadLetter
from lineage.storage.store import Applied, Expected, Follow, Store

PROBLEMS_MAX = 100
"""Problems named one by one on a receipt; the rest are counted by reason."""

BATCH_BYTES_MAX = 8 << 20

REUSED = EventProblem("id", "id_reused", "an id that no other event of this source and person has")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message on its way in, with its place for the receipt."""

    item: int
    line: int | None
    place: str
    message: Event | Mapping[str, Any] | bytes | str = field(repr=False)

    def raw(self) -> bytes:
        """The message as bytes, as a dead letter keeps it."""
        if isinstance(self.message, bytes):
            return self.message
        if isinstance(self.message, str):
            return self.message.encode("utf-8", "surrogatepass")
        if isinstance(self.message, Event):
            return event_to_json(self.message)
        return _mapping_bytes(self.message)


def _mapping_bytes(message: Mapping[str, Any]) -> bytes:
    import json

    return json.dumps(message, default=repr).encode()


def from_messages(messages: Iterable[Message]) -> Iterator[Incoming]:
    """Messages of a file on their way in."""
    for message in messages:
        yield Incoming(message.item, message.line, message.place, message.raw)


def from_events(events: Iterable[Event | Mapping[str, Any] | bytes | str]) -> Iterator[Incoming]:
    """Events of a Python caller on their way in."""
    for item, event in enumerate(events, start=1):
        yield Incoming(item, None, f"item {item}", event)


class Refused(Exception):
    """Something is wrong and nothing was to be recorded then."""


@dataclass(slots=True)
class _Tally:
    read: int = 0
    recorded: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    problems: list[answers.Problem] = field(default_factory=list)
    warnings: list[answers.Problem] = field(default_factory=list)
    refused: int = 0

    def refuse(self, incoming: Incoming, problems: Iterable[EventProblem]) -> None:
        """Count one refused message and name its problems."""
        self.refused += 1
        for first, problem in enumerate(problems):
            if first == 0:
                self.reasons[problem.reason] += 1
            if len(self.problems) < PROBLEMS_MAX:
                self.problems.append(_named(incoming, problem))

    def receipt(self, started: float) -> answers.RecordReceipt:
        """What became of everything since ``started`` (monotonic seconds)."""
        return answers.RecordReceipt(
            read=self.read,
            recorded=self.recorded,
            duplicates=self.duplicates,
            refused=self.refused,
            warnings=self.warnings,
            problems=self.problems,
            reasons=dict(sorted(self.reasons.items())),
            seconds=time.monotonic() - started,
        )

    def warn(self, incoming: Incoming, problems: Iterable[EventProblem]) -> None:
        """Name what does not stop a message."""
        for problem in problems:
            if len(self.warnings) < PROBLEMS_MAX:
                self.warnings.append(_named(incoming, problem))


def _named(incoming: Incoming, problem: EventProblem) -> answers.Problem:
    return answers.Problem(
        item=incoming.item,
        line=incoming.line,
        field=problem.field,
        reason=problem.reason,
        expected=problem.expected,
    )


class Recorder:
    """Records messages into one store."""

    def __init__(
        self, store: Store, checker: Checker, follow: Follow, now: Callable[[], int]
    ) -> None:
        """``now`` is the tracker's clock in microseconds."""
        self._store = store
        self._checker = checker
        self._follow = follow
        self._now = now

    def record(
        self,
        incoming: Iterable[Incoming],
        *,
        batch_size: int,
        strict: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> answers.RecordReceipt:
        """Record everything that may be recorded; refuse the rest one by one, and keep it.

        With ``strict`` all of it is one transaction, and nothing is recorded if anything is wrong.
        ``progress`` is told how many messages have been read, after each batch.
        """
        started = time.monotonic()
        tally = _Tally()
        with fewer_collections():
            try:
                self._record_all(incoming, batch_size, tally, progress, strict=strict)
            except Refused:
                tally.recorded = tally.duplicates = 0
        return tally.receipt(started)

    def _record_all(
        self,
        incoming: Iterable[Incoming],
        batch_size: int,
        tally: _Tally,
        progress: Callable[[int], None] | None,
        *,
        strict: bool,
    ) -> None:
        if strict:
            self._record_strictly(incoming, batch_size, tally, progress)
            return
        for batch in _batches(incoming, batch_size):
            self._record_batch(batch, tally)
            if progress is not None:
                progress(tally.read)

    def record_own(
        self,
        events: Iterable[Event],
        *,
        expected: Expected | None = None,
    ) -> Applied:
        """Record events that a use case made itself; they are not checked as messages are."""
        batch = self._store.prepare([(i, event) for i, event in enumerate(events)])
        return self._store.apply(batch, now=self._now, follow=self._follow, expected=expected)

    def replay(self, incoming: list[Incoming]) -> tuple[answers.RecordReceipt, list[int]]:
        """Record kept messages again; also gives the items that are on record now.

        What is still refused stays where it is: a dead letter is not kept twice.
        """
        started = time.monotonic()
        tally = _Tally()
        events, _, by_item = self._check(incoming, tally)
        prepared = self._store.prepare(events, raws=_raws(by_item))
        applied = self._store.apply(prepared, now=self._now, follow=self._follow)
        self._count(applied, by_item, tally)
        accepted = [item for item, status in applied.statuses.items() if status != "id_reused"]
        return tally.receipt(started), accepted

    def _record_strictly(
        self,
        incoming: Iterable[Incoming],
        batch_size: int,
        tally: _Tally,
        progress: Callable[[int], None] | None,
    ) -> None:
        with self._store.writing() as conn:
            for batch in _batches(incoming, batch_size):
                events, _, by_item = self._check(batch, tally)
                if not tally.refused:
                    applied = self._store.record_in(
                        conn, events, raws=_raws(by_item), now=self._now, follow=self._follow
                    )
                    self._count(applied, by_item, tally)
                if progress is not None:
                    progress(tally.read)
            if tally.refused:
                raise Refused

    def _record_batch(self, batch: list[Incoming], tally: _Tally) -> None:
        events, dead, by_item = self._check(batch, tally)
        prepared = self._store.prepare(events, dead=dead, raws=_raws(by_item))
        applied = self._store.apply(prepared, now=self._now, follow=self._follow)
        self._count(applied, by_item, tally)

    def _check(
        self, batch: list[Incoming], tally: _Tally
    ) -> tuple[list[tuple[int | None, Event]], list[DeadLetter], dict[int, Incoming]]:
        events: list[tuple[int | None, Event]] = []
        dead: list[DeadLetter] = []
        by_item: dict[int, Incoming] = {}
        now = self._now()
        for incoming in batch:
            tally.read += 1
            try:
                checked = self._checker.check(incoming.message, now)
            except EventError as error:
                tally.refuse(incoming, error.problems)
                dead.append(_letter(incoming, error.problems))
                continue
            tally.warn(incoming, checked.warnings)
            by_item[incoming.item] = incoming
            events.append((incoming.item, checked.event))
        return events, dead, by_item

    def _count(self, applied: Applied, by_item: dict[int, Incoming], tally: _Tally) -> None:
        for item, status in applied.statuses.items():
            if status == "recorded":
                tally.recorded += 1
            elif status == "duplicate":
                tally.duplicates += 1
            else:
                tally.refuse(by_item[item], (REUSED,))


def _raws(by_item: dict[int, Incoming]) -> dict[int, Callable[[], tuple[str, bytes]]]:
    def reader(incoming: Incoming) -> Callable[[], tuple[str, bytes]]:
        return lambda: (incoming.place, incoming.raw())

    return {item: reader(incoming) for item, incoming in by_item.items()}


def _letter(incoming: Incoming, problems: tuple[EventProblem, ...]) -> DeadLetter:
    return DeadLetter(
        place=incoming.place,
        reason=problems[0].reason,
        message=incoming.raw(),
        problems=tuple((p.field, p.reason, p.expected) for p in problems),
    )


def _batches(incoming: Iterable[Incoming], batch_size: int) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    size = 0
    for one in incoming:
        batch.append(one)
        if isinstance(one.message, bytes | str):
            size += len(one.message)
        if len(batch) >= batch_size or size >= BATCH_BYTES_MAX:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
