"""The worker: a Faust app whose service reads the events, and whose agents read what is rare.

It waits for the database and the broker before it joins any group, so that an outage costs time and
nothing else. After that any failure ends the process (``streams.ending``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn, TypeVar

import faust
from aiokafka import TopicPartition

from lineage.service.lanes import Written
from lineage.storage.errors import StoreUnusable
from lineage.tracker import Tracker, open_tracker
from streams.agents import Taker
from streams.choosing import chosen, later, to_read
from streams.cluster import ClusterState
from streams.credentials import credentials
from streams.ending import die
from streams.errors import BrokerUnusable
from streams.forwarding import Forwarder, connecting
from streams.lanes import LaneName
from streams.leniency import read_any_header
from streams.logs import LibraryHandler, Log
from streams.messages import TellOf
from streams.metrics import Metrics
from streams.overseeing import FIND_SECONDS, Overseen, Overseer
from streams.progress import Progress
from streams.reader import Reader
from streams.settings import Settings
from streams.sink import Sink
from streams.topics import Topic
from streams.watchdog import STILL_SECONDS_MAX, Watchdog

AGAIN_SECONDS = 2.0
SAY_SECONDS = 60.0
HEARTBEATS_A_SESSION = 3
POLL_MS_MAX = 600_000
"""Longer than the slowest batch: a worker that does not read for so long loses its partitions."""

Found = TypeVar("Found")
Fail = Callable[[str, BaseException], NoReturn]


class _App(faust.App):
    """Makes no folders for tables: there are none, where it runs may be read-only, and no process
    that is killed clears up behind itself.
    """

    def _create_directories(self) -> None:
        pass


@dataclass
class Worker:
    """What one process of the worker is made of, before Faust runs it."""

    settings: Settings
    tracker: Tracker
    topics: Sequence[Topic]
    state: ClusterState
    metrics: Metrics
    log: Log = field(default_factory=Log)
    fail: Fail = die
    progress: list[Progress] = field(default_factory=list)
    group: str = "workers"
    """What the groups are called that share the partitions, after the topic's name"""
    still_seconds: float = STILL_SECONDS_MAX
    find_seconds: float = FIND_SECONDS
    forwarder: Forwarder | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Send dead letters on, if that is wanted."""
        topic = self.settings.dead_letter_topic
        connect = connecting(self.settings.servers, self.settings.security)
        if topic is not None:
            self.forwarder = Forwarder(topic, connect, told=self.metrics.forwarded)

    @property
    def _tell_of(self) -> TellOf | None:
        return None if self.forwarder is None else self.forwarder.of

    @property
    def reach(self) -> dict[str, Any]:
        """How the broker is reached."""
        servers = self.settings.servers.split(",")
        return {"bootstrap_servers": servers, **self.settings.security.options()}

    @property
    def connection(self) -> dict[str, Any]:
        """What every consumer of ours is told."""
        session = self.settings.session_timeout_ms
        return {
            **self.reach,
            "client_id": "lineage-worker",
            "session_timeout_ms": session,
            "heartbeat_interval_ms": session // HEARTBEATS_A_SESSION,
            "max_poll_interval_ms": POLL_MS_MAX,
        }

    def lane_of(self, topic: Topic) -> Callable[[int], LaneName]:
        """Gives the lane of each of a topic's partitions."""
        found = self.state.topics[topic.name]
        return lambda partition: LaneName(self.state.cluster, found.name, found.topic_id, partition)

    def app(self) -> faust.App:
        """The Faust app: a service for the events, an agent for each topic beside them."""
        session = self.settings.session_timeout_ms / 1000
        app = _App(
            f"{self.settings.prefix}-{self.group}",
            broker=[f"kafka://{server}" for server in self.settings.servers.split(",")],
            broker_credentials=credentials(self.settings.security),
            key_serializer="raw",
            value_serializer="raw",
            store="memory://",
            topic_disable_leader=True,
            topic_allow_declare=False,
            web_enabled=False,
            broker_session_timeout=session,
            broker_heartbeat_interval=session / HEARTBEATS_A_SESSION,
            broker_max_poll_records=500,
            stream_wait_empty=False,
            worker_redirect_stdouts=False,
        )
        read = [topic for topic in self.topics if topic.name == self.settings.names.events.name]
        sink = Sink(self.tracker.lanes, told=self._told, fail=self.fail)
        takers = {t.name: self._taker(t, sink) for t in self.topics if t not in read}
        for taker in takers.values():
            taker.add_to(app)
        app.service(self._service(read, sink, self._overseer(takers, sink)))
        return app

    def _overseer(self, takers: Mapping[str, Taker], sink: Sink) -> Overseer:
        return Overseer(
            Overseen(self._lanes_of(self.topics), takers),
            lanes=self.tracker.lanes,
            find=partial(self._take_up, sink),
            options=self.reach,
            find_seconds=self.find_seconds,
            still_seconds=self.still_seconds,
        )

    def _lanes_of(self, topics: Iterable[Topic]) -> dict[TopicPartition, LaneName]:
        return {
            TopicPartition(topic.name, each.number): self.lane_of(topic)(each.number)
            for topic in topics
            for each in self.state.topics[topic.name].partitions
        }

    async def _take_up(self, sink: Sink, there: frozenset[str]) -> Overseen:
        """The reply topics among these that nobody reads yet. What is not ready, or not known to
        the broker, is left for the next time.
        """
        known = frozenset(self.state.topics)
        if not later(self.settings, there, known):
            return Overseen({}, {})

        def choose(settings: Settings, there: frozenset[str]) -> list[Topic]:
            return later(settings, there, known)

        try:
            topics, state = await asyncio.to_thread(to_read, self.settings, choose)
        except BrokerUnusable as error:
            self.log.failed("waiting", error, state="new_topics")
            return Overseen({}, {})
        up = {name: found for name, found in state.topics.items() if found.is_led}
        self.state = replace(self.state, topics={**self.state.topics, **up})
        new = [topic for topic in topics if topic.name in up]
        for topic in new:
            self.log.say("topic_taken_up", topic=topic.name)
        takers = {topic.name: self._taker(topic, sink) for topic in new}
        return Overseen(self._lanes_of(new), takers)

    def _taker(self, topic: Topic, sink: Sink) -> Taker:
        return Taker(
            topic,
            lane_of=self.lane_of(topic),
            lanes=self.tracker.lanes,
            sink=sink,
            options=self.reach,
            tell_of=self._tell_of,
            fail=self.fail,
        )

    def _reader(self, topic: Topic, sink: Sink) -> Reader:
        progress = Progress(topic.name, self.metrics)
        self.progress.append(progress)
        return Reader(
            topic,
            lane_of=self.lane_of(topic),
            lanes=self.tracker.lanes,
            sink=sink,
            progress=progress,
            group=f"{topic.name}-{self.group}",
            batch=self.settings.batch,
            options=self.connection,
            tell_of=self._tell_of,
            fail=self.fail,
        )

    def _service(
        self, read: Sequence[Topic], sink: Sink, overseer: Overseer
    ) -> type[faust.Service]:
        worker = self

        class Ingest(faust.Service):
            """Reads the events' topic; stops when Faust does, and writes what it has read."""

            async def on_start(self) -> None:
                sink.start()

            @faust.Service.task
            async def run(self) -> None:
                try:
                    readers = [worker._reader(topic, sink) for topic in read]
                    watchdog = Watchdog(
                        worker.progress, still_seconds=worker.still_seconds, fail=worker.fail
                    )
                    watchdog.start()
                    await asyncio.gather(
                        overseer.run(lambda: self.should_stop),
                        *(reader.run(lambda: self.should_stop) for reader in readers),
                    )
                    watchdog.stop()
                except asyncio.CancelledError:
                    raise
                except Exception as error:  # noqa: BLE001 - catch and go on is how events get lost
                    worker.fail("reading", error)

            async def on_stop(self) -> None:
                await sink.close()
                if worker.forwarder is not None:
                    await asyncio.to_thread(worker.forwarder.close)

        return Ingest

    def logging(self) -> dict[str, Any]:
        """How Python's logging is set up: what libraries log goes into our log."""
        handler = {"()": LibraryHandler, "log": self.log}
        return {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"ours": handler},
            "root": {"handlers": ["ours"], "level": "WARNING"},
        }

    def _told(self, written: Written) -> None:
        self.metrics.batch(written)
        lane, tally = LaneName.parse(written.lane), written.tally
        if lane is not None and tally.read:
            self.log.say(
                "batch_recorded",
                topic=lane.topic,
                partition=lane.partition,
                next=written.next,
                recorded=tally.recorded,
                duplicates=tally.duplicates,
                refused=tally.refused,
                seconds=round(written.seconds, 4),
            )


def waited_for(
    what: str, get: Callable[[], Found], faults: tuple[type[Exception], ...], log: Log
) -> Found:
    """Get something that may be away for a while; says so once a minute."""
    said = 0.0
    while True:
        try:
            return get()
        except faults as error:
            if time.monotonic() - said > SAY_SECONDS or not said:
                said = time.monotonic()
                log.failed("waiting", error, state=what)
            time.sleep(AGAIN_SECONDS)


def ready(settings: Settings, metrics: Metrics, *, fail: Fail = die) -> Worker:
    """Wait for the store and the broker, and see that the topics can be read."""

    def opened() -> Tracker:
        return open_tracker(
            settings.store,
            keys=settings.keys,
            policies=settings.policies,
            recipients=settings.recipients,
        )

    log = Log()
    tracker = waited_for("database", opened, (StoreUnusable,), log)
    topics, state = waited_for("broker", partial(to_read, settings, chosen), (BrokerUnusable,), log)
    log.say("worker_ready", partitions=sum(len(t.partitions) for t in state.topics.values()))
    return Worker(settings, tracker, topics, state, metrics, log, fail)


def run_worker(settings: Settings, metrics: Metrics) -> NoReturn:
    """Run one worker until it is told to stop (SIGTERM, SIGINT) or something fails."""
    read_any_header()
    worker = ready(settings, metrics)
    worker.tracker.store.retried = metrics.retries
    with worker.tracker:
        if settings.metrics_port is not None:
            metrics.serve(settings.metrics_port, host=settings.metrics_host)
        runs = faust.Worker(worker.app(), logging_config=worker.logging())
        runs.spinner = None
        runs.execute_from_commandline()
