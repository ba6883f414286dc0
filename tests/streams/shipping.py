"""A tracker behind Kafka for tests: topics, messages, and workers to start and to kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from signal import SIGTERM
from tempfile import NamedTemporaryFile
from threading import Event, Thread
from typing import Any

from kafka import KafkaProducer

from lineage.events import EventClass
from lineage.events.registry import REGISTRY
from lineage.tracker import Tracker
from streams.lanes import LaneName
from streams.settings import Settings
from streams.topics import Topics
from streams.watchdog import STILL_SECONDS_MAX
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

REPOSITORY = Path(__file__).parents[2]
SECONDS_MAX = 180.0
SESSION_MS = 6_000

Wire = Mapping[str, Any]


@dataclass
class Shipping:
    """Topics under a prefix of their own, and a store that workers fill from them."""

    kafka: Kafka
    place: StorePlace
    partitions: int = 3
    batch: int = 50
    configs: Mapping[str, str] = field(default_factory=dict)
    groups: Iterator[str] = field(default_factory=lambda: (f"g{n}" for n in range(1_000_000)))

    def __post_init__(self) -> None:
        """Make the topics."""
        self.topics = Topics(self.kafka.name())
        self._made: set[str] = set()
        self.make(self.topics.events.name, partitions=self.partitions)
        self.make(self.topics.control.name)
        with self.place.open():
            pass  # so that workers find a store
        self.sent: dict[tuple[str, int], int] = {}

    @property
    def settings(self) -> Settings:
        """How a worker in the test's own process reads these topics into the store."""
        return Settings(
            servers=self.kafka.servers,
            prefix=self.topics.prefix,
            store=self.place.url,
            keys=self.place.keys,
        )

    def make(self, *names: str, partitions: int = 1) -> None:
        """Make topics that are not there yet."""
        new = set(names) - self._made
        self._made |= new
        made = {
            "num_partitions": partitions,
            "replication_factor": 1,
            "configs": dict(self.configs),
        }
        if new:
            self.kafka.admin.create_topics(dict.fromkeys(new, made), wait_for_metadata=True)
            self._learn_ids()

    def _learn_ids(self) -> None:
        found = self.kafka.admin.describe_topics()
        self._ids = {each["name"]: str(each["topic_id"]) for each in found}

    def remake(self, name: str, *, configs: Mapping[str, str] | None = None) -> None:
        """Make a topic that was deleted, with one partition; what was sent to it is forgotten."""
        made = {"num_partitions": 1, "replication_factor": 1, "configs": dict(configs or {})}
        self.kafka.admin.create_topics({name: made}, wait_for_metadata=True)
        self._learn_ids()
        self.sent = {end: at for end, at in self.sent.items() if end[0] != name}

    def send(self, messages: Iterable[tuple[str, bytes | None, bytes | None]]) -> list[str]:
        """Send (topic, key, value) in order, and wait until the broker has them; gives the places
        where they are, as dead letters name them.
        """
        producer = KafkaProducer(bootstrap_servers=self.kafka.servers, acks="all", linger_ms=5)
        futures = [producer.send(topic, key=key, value=value) for topic, key, value in messages]
        producer.flush()
        found = [future.get(timeout=10) for future in futures]
        producer.close()
        for made in found:
            self.goes_to(made.topic, made.partition, made.offset + 1)
        return [f"{made.topic}[{made.partition}]@{made.offset}" for made in found]

    def goes_to(self, topic: str, partition: int, end: int) -> None:
        """Know where a partition ends."""
        self.sent[topic, partition] = max(self.sent.get((topic, partition), 0), end)

    def send_events(self, events: Iterable[Wire]) -> None:
        """Send events to the topic of their class, keyed by the person."""
        events = list(events)
        self.make(*map(self.topic_of, events))
        self.send(map(self.message_of, events))

    def message_of(self, event: Wire) -> tuple[str, bytes, bytes]:
        """An event as (topic, key, value)."""
        key = str(event.get("subject") or event["controller"])
        return self.topic_of(event), key.encode(), json.dumps(event).encode()

    def topic_of(self, event: Wire) -> str:
        """Where a service, a recipient or an officer would send it."""
        said_by = REGISTRY.model_for(event["type"]).event_class
        if said_by is EventClass.FACT:
            return self.topics.events.name
        if said_by is EventClass.ANSWER:
            return self.topics.answers(event["data"]["recipient"]).name
        return self.topics.control.name

    @contextmanager
    def worker(
        self,
        *,
        failpoint: tuple[str, int] | None = None,
        frozen: bool = False,
        alone: bool = True,
        folder: Path = REPOSITORY,
        still_seconds: float = STILL_SECONDS_MAX,
        **more: Any,
    ) -> Iterator[subprocess.Popen[str]]:
        """A worker that runs in a folder; ``alone`` it is the only one of its group. Gone
        afterwards.
        """
        told = {
            "failpoint": failpoint,
            "frozen": frozen,
            "group": next(self.groups) if alone else None,
            "still_seconds": still_seconds,
            "keys": str(self.place.keys),
            "settings": {
                "servers": self.kafka.servers,
                "prefix": self.topics.prefix,
                "store": self.place.url,
                "batch": self.batch,
                "session_timeout_ms": SESSION_MS,
                **more,
            },
        }
        command = [sys.executable, "-m", "tests.streams.run", json.dumps(told)]
        # Not through a pipe: nobody reads it meanwhile, and who writes to a full one stands still.
        with NamedTemporaryFile() as said:
            env = os.environ | {"PYTHONPATH": str(REPOSITORY)}
            process = subprocess.Popen(command, cwd=folder, env=env, stderr=said, text=True)
            try:
                with Path(said.name).open(encoding="utf-8") as process.stderr:
                    yield process
            finally:
                process.kill()
                process.wait(SECONDS_MAX)

    @contextmanager
    def supervised(self, **more: Any) -> Iterator[Callable[[], int]]:
        """A worker that is started again whenever it ends; gives how often it was started."""
        stop, count = Event(), [0]

        def supervise() -> None:
            while not stop.is_set():
                count[0] += 1
                with self.worker(**more) as worker:
                    while worker.poll() is None and not stop.wait(0.1):
                        pass
                    if worker.poll() is not None:
                        assert worker.stderr is not None
                        print(f"a worker ended: {worker.returncode}: {worker.stderr.read()}")

        thread = Thread(target=supervise)
        thread.start()
        try:
            yield lambda: count[0]
        finally:
            stop.set()
            thread.join()

    def stop(self, process: subprocess.Popen[str]) -> int:
        """Ask a worker to stop, and give its exit code."""
        process.send_signal(SIGTERM)
        return process.wait(SECONDS_MAX)

    def stands(self, tracker: Tracker) -> dict[tuple[str, int], int]:
        """Where the lanes stand, by topic and partition; those of former topics left out."""
        lanes = [(LaneName.parse(stand.lane), stand.next) for stand in tracker.lanes.on_record()]
        return {
            (lane.topic, lane.partition): next_
            for lane, next_ in lanes
            if lane is not None and lane.topic_id == self._ids.get(lane.topic)
        }

    def wait_until_read(
        self, tracker: Tracker, *processes: subprocess.Popen[str], seconds: float = SECONDS_MAX
    ) -> None:
        """Wait until every message is recorded; a worker that ends before is an error."""
        ends = time.monotonic() + seconds
        while not self.is_read(tracker):
            for process in processes:
                if process.poll() is not None:
                    assert process.stderr is not None
                    raise AssertionError(f"{process.returncode}: {process.stderr.read()}")
            assert time.monotonic() < ends, self.left(tracker)
            time.sleep(0.1)

    def left(self, tracker: Tracker) -> dict[tuple[str, int], tuple[int | None, int]]:
        """Where lanes stand that do not stand at their end, and the end."""
        stands = self.stands(tracker)
        return {
            where: (stands.get(where), end)
            for where, end in self.sent.items()
            if stands.get(where) != end
        }

    def is_read(self, tracker: Tracker) -> bool:
        """Whether every lane stands at the end of what was sent."""
        return self.stands(tracker).items() >= self.sent.items()


def copies(events: Sequence[Wire], seed: int) -> list[Wire]:
    """The events with one in twenty sent again by its producer, a little later."""
    rng = Random(seed)
    found = list(events)
    for event in rng.sample(list(events), len(events) // 20):
        found.insert(rng.randrange(found.index(event) + 1, len(found) + 1), event)
    return found
