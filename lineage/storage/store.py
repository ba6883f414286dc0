"""The store: prepare a batch without a lock, apply it in one transaction, read in snapshots.

``Store.prepare`` and ``Store.apply`` are the seam between the core and an engine: what is above
them knows no SQL, what is below knows no business beyond the pure fold.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from lineage.domain.facts import Facts
from lineage.domain.parties import parties_of, renamed
from lineage.domain.verdicts import Verdicts, Wide
from lineage.events import Event
from lineage.storage import engines
from lineage.storage.applying import Applied, Applying, Expected
from lineage.storage.asking import ask
from lineage.storage.dead_letters import DeadLetterBox
from lineage.storage.drafts import DeadLetter, Drafter, PreparedBatch, RawOf
from lineage.storage.engines import Connection
from lineage.storage.errors import InTheWay, SubjectRace
from lineage.storage.folding import Folder, Versions
from lineage.storage.following import Follow
from lineage.storage.keyring import Keyring
from lineage.storage.ledger import KeptTiles, Stretch
from lineage.storage.location import Opened
from lineage.storage.policies_used import NOT_JUDGED, DigestOf
from lineage.storage.seal import Hasher
from lineage.storage.tasks import Tasks

TRIES_MAX = 8
PAUSE_SECONDS = 0.02
"""Before the second try, at most; doubled before each further one, and drawn at random."""

Result = TypeVar("Result")


def _nobody_judges(digest_of: DigestOf) -> DigestOf:
    return lambda controller: None if digest_of(controller) is None else NOT_JUDGED


class Store:
    """One store, its keys and its engine."""

    def __init__(
        self,
        opened: Opened,
        versions: Versions,
        digest_of: DigestOf,
        verdicts: Verdicts | None = None,
    ) -> None:
        """Use what is opened. ``versions`` and ``digest_of`` are of the policies in use; without
        ``verdicts`` nothing is judged by them.
        """
        keys = opened.keys
        self.engine = opened.engine
        self.hasher = Hasher(keys)
        self.keyring = Keyring(keys, self.hasher)
        self.drafter = Drafter(self.keyring, self.hasher)
        self.folder = Folder(self.keyring, self.drafter, versions, self.hasher.event_key)
        self.dead_letters = DeadLetterBox(self.keyring, self.hasher)
        self.tasks = Tasks(self.keyring)
        self.kept_tiles: KeptTiles = {}
        self.verdicts = verdicts
        self.kept_wide: dict[str, Wide] = {}
        self.digest_of = digest_of if verdicts is not None else _nobody_judges(digest_of)
        self.noted: set[str] = set()
        """Controllers of whom is on record by which policies they are folded"""
        self.retried: Callable[[], None] = lambda: None
        """Is told each time a transaction is done again; for whoever counts"""

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @property
    def address(self) -> str:
        """Where the store is, without the password."""
        return engines.shown_url(self.engine.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot."""
        with engines.reading(self.engine) as conn:
            yield conn

    @contextmanager
    def writing(self, *, slowly: bool = False) -> Iterator[Connection]:
        """A writing transaction; ``slowly`` where it waits for what somebody sends."""
        with engines.writing(self.engine) as conn:
            if slowly:
                engines.wait_for_program(conn)
            yield conn

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in a writing transaction, again as a whole where another writer was in the
        way. Raises ``InTheWay`` when that happens over and over.
        """
        for tried in range(TRIES_MAX - 1):
            try:
                with self.writing() as conn:
                    return work(conn)
            except InTheWay:
                self.retried()
                time.sleep(random.random() * PAUSE_SECONDS * 2**tried)  # noqa: S311 - jitter
        with self.writing() as conn:
            return work(conn)

    def named(self, conn: Connection, facts: Facts) -> Facts:
        """Facts as the world outside the store knows its parties: natural persons by their id."""
        return renamed(facts, self.keyring.party_names(conn, parties_of(facts)))

    def prepare(
        self,
        events: Sequence[tuple[int | None, Event]],
        *,
        dead: Sequence[DeadLetter] = (),
        raw_of: RawOf | None = None,
        conn: Connection | None = None,
        after: PreparedBatch | None = None,
    ) -> PreparedBatch:
        """Resolve, seal and hash a batch; takes no lock.

        ``after`` is a batch that is being applied meanwhile: the people it makes are taken as made,
        so this one may only be applied if that one was, as it is.
        """
        batch = PreparedBatch(events, dead=list(dead), raw_of=raw_of, after=after)
        expected = {} if after is None else after.new
        asker = partial(ask, self.engine) if conn is None else lambda work: work(conn)
        batch.drafts, batch.new = self.drafter.draft(asker, events, expected)
        return batch

    def apply(
        self,
        batch: PreparedBatch,
        *,
        now: Callable[[], int],
        follow: Follow | None = None,
        expected: Expected | None = None,
        stretch: Stretch | None = None,
    ) -> Applied:
        """Record a batch in one transaction: ledger, facts, acts that follow, dead letters.

        ``stretch`` is what of a lane it is, if it came by one that has offsets. Raises
        ``LaneMoved`` where the lane does not stand at its beginning.
        """
        for _ in range(TRIES_MAX):
            work = partial(
                self.apply_in,
                batch=batch,
                now=now,
                follow=follow,
                expected=expected,
                stretch=stretch,
            )
            try:
                applied = self.run(work)
            except SubjectRace:
                batch = self.prepare(batch.events, dead=batch.dead, raw_of=batch.raw_of)
                continue
            self.keyring.committed(batch.new)
            self.noted |= applied.noted
            batch.after = None
            return applied
        raise InTheWay

    def record_in(
        self,
        conn: Connection,
        events: Sequence[tuple[int | None, Event]],
        *,
        now: Callable[[], int],
        follow: Follow | None = None,
        raw_of: RawOf | None = None,
    ) -> Applied:
        """Prepare and apply inside a transaction that the caller ends."""
        for _ in range(TRIES_MAX):
            batch = self.prepare(events, raw_of=raw_of, conn=conn)
            # What is made in this transaction is found again by the next try.
            with suppress(SubjectRace):
                return self.apply_in(conn, batch, now=now, follow=follow)
        raise InTheWay

    def apply_in(
        self,
        conn: Connection,
        batch: PreparedBatch,
        *,
        now: Callable[[], int],
        follow: Follow | None = None,
        expected: Expected | None = None,
        stretch: Stretch | None = None,
    ) -> Applied:
        """``apply`` inside a transaction that the caller ends."""
        applying = Applying(self, conn, batch, now=now, stretch=stretch)
        return applying.run(follow, expected)

    def wake(
        self, woken: Mapping[bytes, str], *, now: Callable[[], int], follow: Follow
    ) -> Applied:
        """Let acts follow for people (ref -> controller) of whom nothing is reported."""

        def work(conn: Connection) -> Applied:
            nothing = PreparedBatch([])
            return Applying(self, conn, nothing, now=now, stretch=None, woken=woken).run(
                follow, None
            )

        return self.run(work)
