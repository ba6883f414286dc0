"""Recording: messages in, batches applied, a receipt of what became of each. The one way in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lineage.events import Event, EventError
from lineage.events import Problem as EventProblem
from lineage.service import answers
from lineage.service.checking import Checker
from lineage.service.garbage import fewer_collections
from lineage.service.grouping import Group
from lineage.service.incoming import Incoming, Tally, batches
from lineage.service.overlapping import Worker
from lineage.storage.applying import Applied, Expected
from lineage.storage.drafts import DeadLetter, Origin, PreparedBatch
from lineage.storage.errors import InTheWay, StorageError, StoreUnusable
from lineage.storage.following import Follow
from lineage.storage.ledger import Stretch
from lineage.storage.store import Store

GROUP_MAX = 500
"""Events of different callers in one transaction, at most."""

REUSED = EventProblem("id", "id_reused", "an id that no other event of this source and person has")


class Refused(Exception):
    """Something is wrong and nothing was to be recorded then."""


@dataclass(slots=True)
class Checked:
    """Messages that were checked: the good as events, the bad as dead letters and on the tally."""

    events: list[tuple[int | None, Event]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    by_item: dict[int, Incoming] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def raw_of(self, item: int) -> tuple[str, bytes, Origin | None]:
        """A message as a dead letter keeps it; only the store finds out that its id was used."""
        incoming = self.by_item[item]
        return incoming.place, incoming.raw(), incoming.origin

    def refusing(self, incoming: Incoming, reason: str) -> Checked:
        """Nothing but a dead letter of one of these messages, for a reason found out later."""
        problem = EventProblem("", reason, "a message that the database can take")
        found = Checked(dead=[_letter(incoming, (problem,))], tally=Tally(read=1))
        found.tally.refuse(incoming, (problem,))
        return found

    def count(self, statuses: Mapping[int, str]) -> None:
        """Put on the tally what became of the good ones: item -> status."""
        became = Counter(statuses.values())
        self.tally.recorded += became["recorded"]
        self.tally.duplicates += became["duplicate"]
        if became["id_reused"]:
            for item, status in statuses.items():
                if status == "id_reused":
                    self.tally.refuse(self.by_item[item], (REUSED,))


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
        self._group: Group[Incoming, Tally] = Group(self._record_group, GROUP_MAX)

    def record(
        self,
        incoming: Iterable[Incoming],
        *,
        batch_size: int,
        strict: bool = False,
        here: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> answers.RecordReceipt:
        """Record everything that may be recorded; refuse the rest one by one, and keep it.

        With ``strict`` all of it is one transaction, and nothing is recorded if anything is wrong.
        ``progress`` is told how many messages have been read, after each batch. ``incoming`` may be
        read in another thread; with ``here`` it is only read in that of the caller.
        """
        tally = Tally()
        tell = progress or (lambda _: None)
        with fewer_collections():
            if strict:
                self._record_strictly(incoming, batch_size, tally, tell)
            elif here:
                self._record_read_here(incoming, batch_size, tally, tell)
            else:
                self._record_all(incoming, batch_size, tally, tell)
        return tally.receipt()

    def record_one(self, incoming: Incoming) -> answers.RecordReceipt:
        """Record one message together with those that other threads bring at the same time."""
        return self._group.bring(incoming).receipt()

    def record_own(self, events: Iterable[Event], *, expected: Expected | None = None) -> Applied:
        """Record events that a use case made itself; they are not checked as messages are."""
        batch = self._store.prepare(list(enumerate(events)))
        return self._store.apply(batch, now=self._now, follow=self._follow, expected=expected)

    def replay(self, incoming: list[Incoming]) -> tuple[answers.RecordReceipt, list[int]]:
        """Record kept messages again; also gives the items that are on record now.

        What is still refused stays where it is: a dead letter is not kept twice.
        """
        checked = self.check(incoming)
        checked.dead.clear()
        applied = self.apply(checked, self.prepare(checked))
        accepted = [item for item, status in applied.statuses.items() if status != "id_reused"]
        return checked.tally.receipt(), accepted

    def _record_all(
        self,
        incoming: Iterable[Incoming],
        batch_size: int,
        tally: Tally,
        tell: Callable[[int], None],
    ) -> None:
        """Batch after batch; while one is written, the next is read, checked and sealed."""
        source = batches(incoming, batch_size)
        last: PreparedBatch | None = None

        def prepare_next() -> tuple[Checked, PreparedBatch] | None:
            batch = next(source, None)
            if batch is None:
                return None
            checked = self.check(batch)
            return checked, self.prepare(checked, after=last)

        with Worker(prepare_next) as worker:
            while (ready := worker.take()) is not None:
                checked, prepared = ready
                if prepared.after is not last:  # made over again, with other refs
                    prepared = self.prepare(checked)
                last = prepared
                worker.begin()
                applied = self.apply(checked, prepared)
                last = applied.batch
                tally.add(checked.tally)
                tell(tally.read)

    def _record_read_here(
        self,
        incoming: Iterable[Incoming],
        batch_size: int,
        tally: Tally,
        tell: Callable[[int], None],
    ) -> None:
        """The same with the threads changed: one batch is written in the other thread, at once,
        while the next is read, checked and sealed in this one. What the source raises is raised
        when the batches before it are written.
        """
        last: PreparedBatch | None = None
        ready: tuple[Checked, PreparedBatch] | None = None

        def write() -> PreparedBatch:
            assert ready is not None
            return self.apply(*ready).batch

        def written(make: Callable[[], PreparedBatch]) -> None:
            nonlocal last, ready
            if ready is not None:
                try:
                    last = make()
                    tally.add(ready[0].tally)
                finally:
                    ready = None
                tell(tally.read)

        with Worker(write, always_ends=True) as writer:
            try:
                for batch in batches(incoming, batch_size):
                    checked = self.check(batch)
                    prepared = self.prepare(checked, after=last)
                    written(writer.take)
                    if prepared.after is not last:  # made over again, with other refs
                        prepared = self.prepare(checked)
                    ready, last = (checked, prepared), prepared
                    if len(batch) < batch_size:  # the last one: there is nothing to do meanwhile
                        written(write)
                    else:
                        writer.begin()
            finally:
                written(writer.take)

    def _record_strictly(
        self,
        incoming: Iterable[Incoming],
        batch_size: int,
        tally: Tally,
        tell: Callable[[int], None],
    ) -> None:
        try:
            with self._store.writing(slowly=True) as conn:
                for batch in batches(incoming, batch_size):
                    checked = self.check(batch)
                    if not tally.refused + checked.tally.refused:
                        applied = self._store.record_in(
                            conn,
                            checked.events,
                            raw_of=checked.raw_of,
                            now=self._now,
                            follow=self._follow,
                        )
                        checked.count(applied.statuses)
                    tally.add(checked.tally)
                    tell(tally.read)
                if tally.refused:
                    raise Refused
        except Refused:
            tally.recorded = tally.duplicates = 0
        except InTheWay:
            # A stream cannot be read again, so this one is for the caller to repeat.
            raise StoreUnusable(
                "another writer was in the way of one that records all or nothing",
                do="record the same input again; nothing of it was recorded",
            ) from None

    def _record_group(self, incoming: Sequence[Incoming]) -> Sequence[Tally | Exception]:
        """Record messages of different callers together. Where one of them is more than we can
        take, each is recorded alone, so that only its own caller hears of it.
        """
        try:
            return self._record_together(incoming)
        except StorageError:
            raise
        except Exception:
            if len(incoming) == 1:
                raise
            return [self._record_alone(one) for one in incoming]

    def _record_alone(self, incoming: Incoming) -> Tally | Exception:
        try:
            [tally] = self._record_together([incoming])
        except Exception as error:  # noqa: BLE001 - it is for the caller that brought the message
            return error
        return tally

    def _record_together(self, incoming: Sequence[Incoming]) -> list[Tally]:
        """Record messages of different callers in one transaction; a tally for each."""
        each = [self.check([one]) for one in incoming]
        events: list[tuple[int | None, Event]] = []
        for number, checked in enumerate(each):
            events += ((number, event) for _, event in checked.events)
        dead = [letter for checked in each for letter in checked.dead]
        by_item = dict(enumerate(incoming))
        together = Checked(events, dead, by_item)
        applied = self.apply(together, self.prepare(together))
        for number, status in applied.statuses.items():
            each[number].count({incoming[number].item: status})
        return [checked.tally for checked in each]

    def check(self, batch: Iterable[Incoming]) -> Checked:
        """Parse and check messages; those that are refused become dead letters."""
        found = Checked()
        now = self._now()
        for incoming in batch:
            found.tally.read += 1
            try:
                checked = self._checker.check(incoming.message, now, incoming.origin)
            except EventError as error:
                found.tally.refuse(incoming, error.problems)
                found.dead.append(_letter(incoming, error.problems))
                continue
            if checked.warnings:
                found.tally.warn(incoming, checked.warnings)
            found.by_item[incoming.item] = incoming
            found.events.append((incoming.item, checked.event))
        return found

    def prepare(self, checked: Checked, *, after: PreparedBatch | None = None) -> PreparedBatch:
        """Resolve, seal and hash what was checked; takes no lock."""
        return self._store.prepare(
            checked.events, dead=checked.dead, raw_of=checked.raw_of, after=after
        )

    def apply(
        self, checked: Checked, prepared: PreparedBatch, *, stretch: Stretch | None = None
    ) -> Applied:
        """Record it in one transaction and count what became of it. Raises ``LaneMoved``, and
        ``Untold`` where somebody must hear of dead letters first.
        """
        applied = self._store.apply(prepared, now=self._now, follow=self._follow, stretch=stretch)
        checked.count(applied.statuses)
        return applied


def _letter(incoming: Incoming, problems: tuple[EventProblem, ...]) -> DeadLetter:
    return DeadLetter(
        place=incoming.place,
        reason=problems[0].reason,
        message=incoming.raw(),
        problems=tuple((p.field, p.reason, p.expected) for p in problems),
        origin=incoming.origin,
        item=incoming.item,
    )
