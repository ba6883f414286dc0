"""A worker against what may happen to it: every message is recorded once, or it says what is not.

The seeded rounds of kill -9 are in ``tests/faults/test_worker_killed.py``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from signal import SIGCONT

import pytest
from kafka import KafkaProducer, TopicPartition

from lineage.tracker import Tracker
from streams.ending import EXIT_FAILED
from tests.properties.stores import NOW
from tests.properties.worlds import differences, live, world
from tests.streams.shipping import Shipping, Wire, copies
from tests.support.databases import Databases
from tests.support.kafka_topics import Kafka, OwnKafka
from tests.support.places import StorePlace
from tests.support.servers import OwnServer

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics and a PostgreSQL store of the test's own."""
    return Shipping(kafka, postgres_place)


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


def facts_of(events: list[Wire], shipping: Shipping) -> list[Wire]:
    """Those that go to the topic of events."""
    return [e for e in events if shipping.topic_of(e) == shipping.topics.events.name]


def different(events: Iterable[Wire]) -> int:
    """How many events these are: a generated world tells some twice."""
    return len({(e["source"], e["id"], e.get("subject")) for e in events})


def test_workers_that_come_and_go_share_the_work(shipping: Shipping, tracker: Tracker) -> None:
    """Partitions move between three workers in mid-batch; nothing is lost or doubled."""
    events, generated = world(30, 900, 2)
    sent = copies(events, 2)
    shipping.batch = 20
    third = len(sent) // 3
    with shipping.worker(alone=False) as first:
        shipping.send_events(sent[:third])
        with shipping.worker(alone=False) as second:
            shipping.send_events(sent[third : 2 * third])
            with shipping.worker(alone=False) as another:
                shipping.send_events(sent[2 * third :])
                shipping.wait_until_read(tracker, first, second, another)
                assert shipping.stop(second) == 0
            assert shipping.stop(first) == 0
    assert tracker.dead_letters().total == 0
    assert tracker.verify().ok
    assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []


def test_zombie_records_nothing_twice(shipping: Shipping, tracker: Tracker) -> None:
    """A worker that was frozen while others took over goes on where the lanes stand by then."""
    events, generated = world(30, 600, 3)
    shipping.batch = 10
    shipping.send_events(events)
    with shipping.worker(failpoint=("before the write", 4), frozen=True) as frozen:
        os.waitid(os.P_PID, frozen.pid, os.WSTOPPED | os.WNOWAIT)
        with shipping.worker() as other:
            shipping.wait_until_read(tracker, other)
            frozen.send_signal(SIGCONT)
            time.sleep(2)
            assert frozen.poll() is None
            assert shipping.stop(frozen) == 0
    report = tracker.verify()
    assert (report.ok, report.events) == (True, different(events))
    assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []


def test_poison_in_every_batch_is_kept(shipping: Shipping, tracker: Tracker) -> None:
    """What is no event becomes a dead letter with its place; the events around it are recorded."""
    events, _ = world(10, 200, 4)
    facts = facts_of(list(events), shipping)
    rng = Random(4)
    poison = [b"\xff\xfe", b"{", b'{"id": 1}', b"[" * 5000, b"null", None, b"x" * 2000]
    name = shipping.topics.events.name
    messages: list[tuple[str, bytes | None, bytes | None]] = []
    for number, event in enumerate(facts):
        messages.append((name, b"k", json.dumps(event).encode()))
        if number % 10 == 0:
            bad = poison[number // 10 % len(poison)]
            messages.append((name, b"k", bad if bad is None else bad + b"%d" % rng.getrandbits(60)))
    count = len(messages) - len(facts)
    shipping.send(messages)
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
    assert tracker.verify().events == different(facts)
    letters = tracker.dead_letters(limit=1000)
    tombstones = sum(value is None for _, _, value in messages)
    assert letters.total == count - max(0, tombstones - 1)  # the same thing is kept once
    assert all(row.place.startswith(f"{name}[") for row in letters.rows)


def test_what_was_deleted_unread_is_said(kafka: Kafka, postgres_place: StorePlace) -> None:
    """Where retention was faster than we, the worker ends and says what is gone; it goes on when
    somebody has taken note, and the hole is on record.
    """
    shipping = Shipping(kafka, postgres_place, partitions=1)
    events = facts_of(list(world(10, 300, 5)[0]), shipping)
    name = shipping.topics.events.name
    with shipping.place.open() as tracker:
        shipping.send_events(events[:50])
        with shipping.worker() as worker:
            shipping.wait_until_read(tracker, worker)
            shipping.stop(worker)
        shipping.send_events(events[50:])
        left = len(events) - 1
        kafka.admin.delete_records({TopicPartition(name, 0): left})
        with shipping.worker() as worker:
            assert worker.wait(60) == EXIT_FAILED
            assert worker.stderr is not None
            said = worker.stderr.read()
        assert f"offsets 50 to {left - 1} of {name}[0] were deleted before they were read" in said
        [lane] = [stand.lane for stand in tracker.lanes.on_record()]
        assert tracker.lanes.skip(lane, left) == left - 50
        with shipping.worker() as worker:
            shipping.wait_until_read(tracker, worker)
        assert tracker.verify().events == different([*events[:50], events[-1]])
        assert tracker.dead_letters().reasons == {"deleted_unread": 1}


def test_topic_made_anew_is_another_lane(shipping: Shipping, tracker: Tracker) -> None:
    """Offsets begin again in a topic of the same name; what it has that is known stays one."""
    events = facts_of(list(world(10, 300, 6)[0]), shipping)
    shipping.send_events(events[:100])
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        shipping.stop(worker)
    name = shipping.topics.events.name
    shipping.kafka.admin.delete_topics([name])
    deadline = time.monotonic() + 20
    while name in shipping.kafka.admin.list_topics() and time.monotonic() < deadline:
        time.sleep(0.1)
    shipping.remake(name)
    shipping.send_events(events[50:])
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
    assert tracker.verify().events == different(events)
    generations = {stand.lane.split("/")[3] for stand in tracker.lanes.on_record()}
    assert len(generations) == 2


def test_transactions_leave_holes_and_nothing_else(shipping: Shipping, tracker: Tracker) -> None:
    """A producer with transactions leaves markers between its messages; what it took back was
    never said.
    """
    events = facts_of(list(world(10, 200, 7)[0]), shipping)[:60]
    name = shipping.topics.events.name
    producer = KafkaProducer(
        bootstrap_servers=shipping.kafka.servers, transactional_id=f"{name}-tx", acks="all"
    )
    producer.init_transactions()
    for start in range(0, len(events), 10):
        producer.begin_transaction()
        *_, last = [
            producer.send(name, key=b"k", value=json.dumps(event).encode())
            for event in events[start : start + 10]
        ]
        if start == 20:
            producer.abort_transaction()
            continue
        producer.commit_transaction()
        made = last.get(timeout=10)
        shipping.sent[name, made.partition] = made.offset + 1
    producer.close()
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        assert worker.poll() is None
    assert tracker.verify().events == different(events[:20] + events[30:])
    assert tracker.dead_letters().total == 0


def test_compacted_topic_is_not_read(shipping: Shipping, tracker: Tracker) -> None:
    """A topic from which Kafka removes messages unread is refused before anything is read."""
    name = shipping.topics.events.name
    shipping.kafka.admin.delete_topics([name])
    time.sleep(1)
    shipping.remake(name, configs={"cleanup.policy": "compact"})
    with shipping.worker() as worker:
        assert worker.wait(60) != 0
        assert worker.stderr is not None
        assert "is compacted" in worker.stderr.read()
    assert tracker.lanes.on_record() == []


def test_services_that_die_cost_time_only(
    own_kafka: OwnKafka, own_postgres: OwnServer, tmp_path: Path
) -> None:
    """Broker and database are killed and come back while a worker that a supervisor starts again
    reads on: nothing is lost or doubled.
    """
    with closing(Databases(own_postgres)) as databases, databases.database() as url:
        place = StorePlace("postgresql", url, tmp_path / "keys", lambda: url)
        shipping = Shipping(own_kafka, place, batch=10)
        events, generated = world(30, 900, 8)
        shipping.send_events(copies(events, 8))
        with shipping.supervised() as started, place.open() as tracker:
            for service in (own_postgres, own_kafka):
                before = sum(shipping.stands(tracker).values())
                while sum(shipping.stands(tracker).values()) < before + 20:
                    time.sleep(0.05)
                service.kill()
                time.sleep(1)
                service.start()
            shipping.wait_until_read(tracker)
            assert started() >= 2
        with place.open() as tracker:
            assert tracker.dead_letters().total == 0
            assert tracker.verify().ok
            assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
