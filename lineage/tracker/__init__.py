"""The tracker: one object over one store, the Python face of everything the commands do.

    import lineage

    with lineage.open_tracker("sqlite:///lineage.db") as tracker:
        tracker.record_file("events.jsonl")
        for row in tracker.holders("m1", controller="sesiiduo").holders:
            print(row.holder, row.category, row.held)

This is the composition root: the only place that knows how the pieces fit together.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from lineage.domain.rules.table import JUDGES
from lineage.domain.verdicts import Verdicts
from lineage.events import Event
from lineage.events.times import to_micros
from lineage.policy.loader import Library, load_library
from lineage.policy.recipients import RecipientRegistry, load_recipients
from lineage.service import answers
from lineage.service.acts import Acts
from lineage.service.asking import PersonQuestions
from lineage.service.auditing import Audit
from lineage.service.checking import OPERATOR_CLASSES, Checker
from lineage.service.due import Dues
from lineage.service.errors import InvalidInput
from lineage.service.finding_history import FindingHistory
from lineage.service.histories import Histories
from lineage.service.incoming import Incoming, from_events, from_messages
from lineage.service.lanes import Lanes
from lineage.service.letters import Letters
from lineage.service.linting import RecordLint
from lineage.service.messages import Message, MessageReader
from lineage.service.officers import Officers
from lineage.service.querying import Questions
from lineage.service.recording import Recorder
from lineage.service.reporting import Reports
from lineage.service.request_steps import RequestSteps
from lineage.service.requesting import Requests
from lineage.service.simulation.simulating import Simulator
from lineage.service.turning import Turning
from lineage.service.upkeep import Upkeep
from lineage.storage.location import Opened, default_key_folder, opened, upgrade_with_keys
from lineage.storage.store import Store
from lineage.tracker.policy_face import PolicyFace
from lineage.tracker.request_face import RequestFace
from lineage.tracker.upkeep_face import UpkeepFace

if TYPE_CHECKING:
    from lineage.channels.port import Channel
    from lineage.service.dispatching import Dispatcher

DEFAULT_STORE = "sqlite:///lineage.db"
BATCH_SIZE = 2000

Clock = Callable[[], datetime]


def open_tracker(
    url: str = DEFAULT_STORE,
    *,
    keys: Path | str | None = None,
    policies: Path | str | Library | None = None,
    recipients: Path | str | None = None,
    clock: Clock | None = None,
    judging: bool = True,
) -> Tracker:
    """Open the store at ``url``, making it and its keys where there is nothing yet.

    ``url`` is an SQLAlchemy URL (``sqlite:///lineage.db``); ``keys`` the key folder (by default
    ``lineage.db.keys`` beside the database); ``policies`` a policy file, a folder of them, or a
    library that is loaded already (by default the one that comes with the package); ``recipients``
    the recipient registry; ``clock`` gives the time as an aware datetime, for tests and replays.
    Without ``judging`` nothing is judged as it is recorded, and a rebuild with it has to follow.

    Raises ``StoreUnusable`` (cannot be opened, or its schema is older or newer), ``KeysUnusable``
    (missing, open to others, or of another store) and ``PolicyError`` (a file is not valid).
    """
    if isinstance(policies, Library):
        library = policies
    else:
        library = load_library(None if policies is None else Path(policies))
    registry = RecipientRegistry() if recipients is None else load_recipients(Path(recipients))
    folder = default_key_folder(url) if keys is None else Path(keys)
    return tracker_over(opened(url, folder), library, registry, clock=clock, judging=judging)


def tracker_over(
    opened: Opened,
    library: Library,
    registry: RecipientRegistry,
    *,
    clock: Clock | None = None,
    judging: bool = True,
) -> Tracker:
    """A tracker over a store that is open, which it closes when it is closed; the others as in
    ``open_tracker``.
    """
    verdicts = Verdicts(JUDGES, library.policy_at) if judging else None
    store = Store(opened, library.version_at, library.digest, verdicts)
    return Tracker(store, library, registry, _micros(clock))


def _micros(clock: Clock | None) -> Callable[[], int]:
    if clock is None:
        return lambda: time.time_ns() // 1000
    return lambda: to_micros(clock().astimezone(UTC))


class Tracker(PolicyFace, RequestFace, UpkeepFace):
    """One open store, to be closed. Any thread may ask or ``record_one``, one do the rest."""

    def __init__(
        self,
        store: Store,
        library: Library,
        registry: RecipientRegistry,
        now: Callable[[], int],
    ) -> None:
        """Wire the use cases; ``open_tracker`` is the way to get one."""
        self.store = store
        self.library = library
        self.registry = registry
        self._now = now
        self._acts = Acts(library, store.hasher)
        self._recorder = Recorder(store, Checker(library, OPERATOR_CLASSES), self._acts, now)
        self.lanes = Lanes(store, self._recorder)
        self._ask = Questions(store, library, registry, now)
        histories = Histories(store, self._ask.people, library)
        self._persons = PersonQuestions(self._ask, histories)
        self._audit = Audit(self._ask, histories)
        self._found = FindingHistory(self._ask)
        self._lint = RecordLint(self._ask, histories)
        self._simulator = Simulator(self._ask, histories)
        officers = Officers(self._ask, self._recorder)
        self._requests = Requests(self._ask, officers)
        self.officer = RequestSteps(officers)
        self._dues = Dues(self._ask, histories, self._audit)
        self._reports = Reports(self._ask)
        self._letters = Letters(self._ask)
        self._upkeep = Upkeep(self._ask, self._recorder)

    def __enter__(self) -> Self:
        """Return the tracker itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back what it holds open."""
        self.store.close()

    @property
    def controllers(self) -> tuple[str, ...]:
        """The controllers that have a policy."""
        return self.library.controllers

    def record(
        self,
        events: Iterable[Event | Mapping[str, Any] | bytes | str],
        *,
        strict: bool = False,
        batch_size: int = BATCH_SIZE,
        progress: Callable[[int], None] | None = None,
    ) -> answers.RecordReceipt:
        """Record events, in batches of one transaction each; refuse bad ones one by one.

        Takes ``Event`` models, CloudEvents as mappings, or their JSON. A refused event is named on
        the receipt and kept as a dead letter; the rest is recorded. With ``strict`` nothing is
        recorded if anything is wrong. Recording the same event again changes nothing.
        ``events`` is read in the thread of the caller, while the batch before is recorded.
        """
        return self._recorder.record(
            from_events(events), batch_size=batch_size, strict=strict, progress=progress, here=True
        )

    def record_one(self, event: Event | Mapping[str, Any] | bytes | str) -> answers.RecordReceipt:
        """Record one event; returns when it is durable. May be called from many threads at once:
        events that come at the same time share a transaction, and each caller gets its own receipt.
        """
        return self._recorder.record_one(Incoming(1, None, "item 1", event))

    def record_file(
        self,
        path: Path | str,
        *,
        strict: bool = False,
        batch_size: int = BATCH_SIZE,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> answers.RecordReceipt:
        """Record a file of CloudEvents: one a line, a JSON array, or one document; ``-`` is stdin.

        ``progress`` is told (bytes read, bytes in all or None). Raises ``InvalidInput`` for what
        is no text, and ``OSError`` for what cannot be read.
        """
        if str(path) == "-":
            return self.record_stream(
                sys.stdin.buffer, strict=strict, batch_size=batch_size, progress=progress
            )
        size = Path(path).stat().st_size
        with Path(path).open("rb") as stream:
            return self.record_stream(
                stream, size=size, strict=strict, batch_size=batch_size, progress=progress
            )

    def record_stream(
        self,
        stream: BinaryIO,
        *,
        size: int | None = None,
        strict: bool = False,
        batch_size: int = BATCH_SIZE,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> answers.RecordReceipt:
        """``record_file`` for an open binary stream; ``size`` in bytes is for ``progress``."""
        reader = MessageReader(stream)
        tell = None if progress is None else lambda _: progress(reader.bytes_read, size)
        return self.record_messages(reader, strict=strict, batch_size=batch_size, progress=tell)

    def record_messages(
        self,
        messages: Iterable[Message],
        *,
        strict: bool = False,
        batch_size: int = BATCH_SIZE,
        progress: Callable[[int], None] | None = None,
    ) -> answers.RecordReceipt:
        """``record`` for messages that know their place in what they come from."""
        return self._recorder.record(
            from_messages(messages), batch_size=batch_size, strict=strict, progress=progress
        )

    def lineage(
        self,
        subject: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Lineage:
        """Where each category of a person came from, each hop, and who holds it.

        ``as_of`` counts what had occurred by then, ``known_at`` what had been recorded by then.
        The controller may be left out where only one has the person on record, else ``Ambiguous``.
        """
        return self._ask.lineage(subject, controller=controller, as_of=as_of, known_at=known_at)

    def holders(
        self,
        subject: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Holders:
        """Who holds which category of a person, and who held it: one row per (holder, category).

        ``unknown`` is true where nothing is on record and the record is empty, stale or begins
        later than ``as_of``; only else does an empty list mean that nobody holds anything.
        """
        return self._ask.holders(subject, controller=controller, as_of=as_of, known_at=known_at)

    def recipient_subjects(
        self,
        recipient: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> answers.RecipientSubjects:
        """Whose data a recipient holds: at most ``limit`` people, ``next`` leads to the rest."""
        if controller is None:
            if len(self.controllers) != 1:
                known = ", ".join(self.controllers)
                raise InvalidInput("which controller's record?", do=f"name one of {known}")
            controller = self.controllers[0]
        return self._ask.recipient_subjects(
            recipient,
            controller=controller,
            as_of=as_of,
            known_at=known_at,
            limit=limit,
            cursor=cursor,
        )

    def dispatch(
        self,
        *,
        limit: int = 500,
        concurrency: int = 8,
        lease_seconds: float = 120.0,
    ) -> answers.DispatchReport:
        """Deliver every notice that is due, and record what came of it. What the calendar has
        brought since the last time is looked at first: a hold that ended, a day that has come.

        At most ``limit`` notices are claimed at a time and ``concurrency`` sent at once; what a
        killed dispatcher had claimed is free again after ``lease_seconds``.
        """
        # What sends loads an HTTP client; a program that only reads need not.
        from lineage.channels.webhook import WebhookChannel

        Turning(self.store, self._acts, self._now).turn()
        return self.dispatcher(WebhookChannel()).dispatch(
            limit=limit, concurrency=concurrency, lease_seconds=lease_seconds
        )

    def dispatcher(
        self, channel: Channel, *, jitter: Callable[[], float] = random.random
    ) -> Dispatcher:
        """A dispatcher over a channel of the caller's; ``jitter`` draws from [0, 1)."""
        from lineage.service.dispatching import Dispatcher

        return Dispatcher(
            self.store,
            self.registry,
            channel,
            again_at=self._acts.again_at,
            now=self._now,
            jitter=jitter,
        )


def upgrade_store(url: str = DEFAULT_STORE, *, keys: Path | str | None = None) -> str:
    """Run the migrations a store lacks (a fresh one is made); gives the version it has now."""
    return upgrade_with_keys(url, default_key_folder(url) if keys is None else Path(keys))
