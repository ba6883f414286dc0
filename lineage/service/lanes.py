"""Recording from lanes that have offsets: each message once and in order, whoever else tries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lineage.service.errors import InvalidInput
from lineage.service.garbage import fewer_collections
from lineage.service.incoming import Incoming, Tally
from lineage.service.overlapping import Worker
from lineage.service.recording import REUSED, Checked, Recorder
from lineage.storage.applying import Applied
from lineage.storage.drafts import DeadLetter, PreparedBatch
from lineage.storage.errors import LaneMoved, StatementRefused, StorageError, Untold
from lineage.storage.ledger import LaneStand, Stretch, lanes_on_record, next_of
from lineage.storage.store import Store

REFUSED_BY_DATABASE = "refused_by_database"
DELETED_UNREAD = "deleted_unread"


class LaneBehind(StorageError):
    """The database stands before what was brought, so something in between was never recorded."""

    def __init__(self, lane: str, stands: int, brought: int) -> None:
        """Name the offsets."""
        super().__init__(
            f"the lane {lane} stands at offset {stands}, and what came begins at {brought}",
            do="read it again from where it stands; nothing was recorded",
        )
        self.stands = stands


class Refused(NamedTuple):
    """A message that becomes a dead letter: its offset, and what is wrong with it."""

    item: int
    reason: str
    field: str


Tell = Callable[[Sequence[Refused]], None]


@dataclass(frozen=True, slots=True)
class LaneBatch:
    """Messages of one lane in order, each with its offset as ``item``.

    The lane stands ``at`` the first offset and will stand at ``next``; where the two are further
    apart than there are messages, whoever brings them knows that the others do not exist.
    ``tell`` hears of dead letters before they are kept, at least once of each; what it raises
    keeps the batch from being recorded.
    """

    lane: str
    at: int
    next: int
    incoming: Sequence[Incoming] = field(repr=False)
    tell: Tell | None = field(default=None, repr=False)

    def since(self, offset: int) -> LaneBatch:
        """What of it is left for a lane that stands at this offset by now."""
        left = [incoming for incoming in self.incoming if incoming.item >= offset]
        return replace(self, at=offset, next=max(self.next, offset), incoming=left)

    def halves(self) -> tuple[LaneBatch, LaneBatch]:
        """Two batches of half the messages each; there are at least two."""
        middle = len(self.incoming) // 2
        border = self.incoming[middle].item
        first = replace(self, next=border, incoming=self.incoming[:middle])
        return first, replace(self, at=border, incoming=self.incoming[middle:])


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: where its lane stands now, and how long the writing took."""

    lane: str
    next: int
    tally: Tally
    seconds: float


class Lanes:
    """The lanes of one store."""

    def __init__(self, store: Store, recorder: Recorder) -> None:
        """Record with the recorder of the tracker."""
        self._store = store
        self._recorder = recorder

    def next_of(self, lane: str) -> int | None:
        """The first offset of a lane that is not recorded; None where nothing was yet."""
        with self._store.reading() as conn:
            return next_of(conn, lane)

    def on_record(self) -> list[LaneStand]:
        """Where all lanes stand that are not local ones."""
        with self._store.reading() as conn:
            return lanes_on_record(conn)

    def skip(self, lane: str, to: int) -> int:
        """Pass over offsets that can no longer be read, because a person says so; gives how many.

        A dead letter keeps which they were. Raises ``InvalidInput`` where there are none.
        """
        stands = self.next_of(lane)
        if stands is None or to <= stands:
            raise InvalidInput(f"the lane stands at {stands}: there is nothing to skip up to {to}")
        problem = ("", DELETED_UNREAD, "messages that are still there when they are to be read")
        place, says = f"{lane}@{stands}", f"offsets {stands} to {to - 1}"
        checked = Checked(dead=[DeadLetter(place, DELETED_UNREAD, says.encode(), (problem,))])
        stretch = Stretch(lane, stands, to)
        self._recorder.apply(checked, self._recorder.prepare(checked), stretch=stretch)
        return to - stands

    def record(self, source: Iterable[LaneBatch], written: Callable[[Written], None]) -> None:
        """Record batch after batch, a transaction each, and tell what became of each.

        The next one is read from ``source``, checked and sealed while one is written. Raises
        ``LaneBehind`` and whatever the store raises: nothing after that batch is recorded then.
        """
        batches = iter(source)
        last: PreparedBatch | None = None

        def prepare_next() -> tuple[LaneBatch, Checked, PreparedBatch] | None:
            batch = next(batches, None)
            return None if batch is None else self._ready(batch, last)

        with fewer_collections(), Worker(prepare_next) as worker:
            while (ready := worker.take()) is not None:
                batch, checked, prepared = ready
                if prepared.after is not last:  # made over again, with other refs
                    prepared = self._recorder.prepare(checked)
                last = prepared
                worker.begin()
                started = time.monotonic()
                last, tally = self._write(batch, checked, prepared)
                done = Written(batch.lane, batch.next, tally, time.monotonic() - started)
                written(done)

    def _ready(
        self, batch: LaneBatch, after: PreparedBatch | None
    ) -> tuple[LaneBatch, Checked, PreparedBatch]:
        checked = self._recorder.check(batch.incoming)
        return batch, checked, self._recorder.prepare(checked, after=after)

    def _write(
        self, batch: LaneBatch, checked: Checked, prepared: PreparedBatch
    ) -> tuple[PreparedBatch | None, Tally]:
        """Write one batch, or what of it others have left; gives what the next may come after."""
        try:
            applied = self._apply(batch, checked, prepared)
        except LaneMoved as moved:
            if moved.next < batch.at:
                raise LaneBehind(batch.lane, moved.next, batch.at) from None
            left = batch.since(moved.next)
            if not left.incoming:
                return None, Tally()
            return self._write(*self._ready(left, None))
        except StatementRefused:
            return None, self._write_in_parts(batch, checked)
        return applied.batch, checked.tally

    def _apply(self, batch: LaneBatch, checked: Checked, prepared: PreparedBatch) -> Applied:
        """Record a batch, after its dead letters were told. Of ids that are used only the store
        knows: what it has found is told without a lock, and then it begins again.
        """
        stretch = Stretch(batch.lane, batch.at, batch.next)
        if batch.tell is None:
            return self._recorder.apply(checked, prepared, stretch=stretch)
        told = _told(batch.tell, checked.dead)
        while True:
            try:
                return self._recorder.apply(checked, prepared, stretch=replace(stretch, told=told))
            except Untold as found:
                batch.tell([Refused(item, REUSED.reason, REUSED.field) for item in found.items])
                told = told.union(found.items)

    def _write_in_parts(self, batch: LaneBatch, checked: Checked) -> Tally:
        """Find the message whose rows the database refuses, and keep it as a dead letter."""
        if len(batch.incoming) == 1:
            [incoming] = batch.incoming
            refused = checked.refusing(incoming, REFUSED_BY_DATABASE)
            self._write(batch, refused, self._recorder.prepare(refused))
            return refused.tally
        tally = Tally()
        for half in batch.halves():
            _, became = self._write(*self._ready(half, None))
            tally.add(became)
        return tally


def _told(tell: Tell, dead: Sequence[DeadLetter]) -> frozenset[int]:
    """Tell of dead letters that the check has found; gives which."""
    found = [
        Refused(letter.item, letter.reason, letter.problems[0][0])
        for letter in dead
        if letter.item is not None
    ]
    if found:
        tell(found)
    return frozenset(refused.item for refused in found)
