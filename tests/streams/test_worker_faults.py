"""A worker against what may happen to it: every message is recorded once, or it says what is not.

The seeded rounds of kill -9 are in ``tests/faults/test_worker_killed.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
from kafka import KafkaProducer, TopicPartition

from lineage.tracker import Tracker
from streams.ending import EXIT_FAILED
from tests.properties.worlds import world
from tests.streams.shipping import Shipping, Wire, copies
from tests.streams.whole import assert_recorded, assert_whole, different
from tests.support.databases import Databases
from tests.support.kafka_topics import Kafka, OwnKafka
from tests.support.places import Ready, StorePlace, store_place_in
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


def facts_of(events: Iterable[Wire], shipping: Shipping) -> list[Wire]:
    """Those that go to the topic of events."""
    return [e for e in events if shipping.topic_of(e) == shipping.topics.events.name]


def ends_saying(worker: subprocess.Popen[str]) -> str:
    """What a worker has said that could not go on."""
    assert worker.wait(60) == EXIT_FAILED
    assert worker.stderr is not None
    return worker.stderr.read()


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
    assert_whole(tracker, events, generated)


def test_worker_that_is_killed_leaves_no_file(
    shipping: Shipping, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes nothing where it runs, which may be read-only, nor among the temporary files."""
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    events, generated = world(10, 100, 14)
    shipping.send_events(events)
    monkeypatch.setenv("TMPDIR", str(temporary))
    with shipping.worker(folder=here) as worker:
        shipping.wait_until_read(tracker, worker)
    assert [*here.iterdir(), *temporary.iterdir()] == []
    assert_whole(tracker, events, generated)


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
    assert_whole(tracker, events, generated)


def test_poison_in_every_batch_is_kept(shipping: Shipping, tracker: Tracker) -> None:
    """What is no event becomes a dead letter with its place; the events around it are recorded."""
    events, generated = world(20, 300, 4)
    shipping.batch = 20
    poison = [b"\xff\xfe", b"{", b'{"id": 1}', b"[" * 5000, b"null", b"x" * 2000]
    shipping.make(*map(shipping.topic_of, events))
    messages: list[tuple[str, bytes | None, bytes | None]] = []
    bad: list[bool] = []
    for number, event in enumerate(copies(events, 4)):
        topic, key, value = shipping.message_of(event)
        messages.append((topic, key, value))
        bad.append(False)
        if number % 5 == 0:
            messages.append((topic, key, poison[number // 5 % len(poison)] + b" %d" % number))
            bad.append(True)
    messages.append((shipping.topics.events.name, b"k", None))
    bad.append(True)
    places = shipping.send(messages)
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
    dead = [place for place, is_bad in zip(places, bad, strict=True) if is_bad]
    assert_whole(tracker, events, generated, dead=dead)


def test_what_was_deleted_unread_is_said(kafka: Kafka, postgres_place: StorePlace) -> None:
    """Where retention was faster than we, the worker ends and says what is gone, also one that was
    held up meanwhile; it goes on when somebody has taken note, and the hole is on record. What the
    services send again completes the record.
    """
    shipping = Shipping(kafka, postgres_place, partitions=1)
    events, generated = world(10, 300, 5)
    facts = facts_of(events, shipping)
    name, left = shipping.topics.events.name, len(facts) - 1
    with shipping.place.open() as tracker:
        shipping.send_events(facts[:50])
        with shipping.worker() as worker:
            shipping.wait_until_read(tracker, worker)
            worker.send_signal(SIGSTOP)
            shipping.send_events(facts[50:])
            kafka.admin.delete_records({TopicPartition(name, 0): left})
            worker.send_signal(SIGCONT)
            # It may have taken some that were on their way to it, and not have written them.
            assert f"to {left - 1} of {name}[0] were deleted before" in ends_saying(worker)
        [(lane, stands)] = [(stand.lane, stand.next) for stand in tracker.lanes.on_record()]
        with shipping.worker() as worker:
            gone = f"offsets {stands} to {left - 1} of {name}[0] were deleted before they were read"
            assert gone in ends_saying(worker)
        assert tracker.lanes.skip(lane, left) == left - stands
        with shipping.worker() as worker:
            shipping.wait_until_read(tracker, worker)
        dead = [f"{lane}@{stands}"]
        assert_recorded(tracker, [*facts[:stands], facts[-1]], dead=dead)
        assert tracker.dead_letters().reasons == {"deleted_unread": 1}
        shipping.send_events(events)
        with shipping.worker() as worker:
            shipping.wait_until_read(tracker, worker)
        assert_whole(tracker, events, generated, dead=dead)


def test_topic_that_ends_too_early_is_said(shipping: Shipping, tracker: Tracker) -> None:
    """What a broker has forgotten may be sent again under offsets that count as recorded, so the
    worker ends rather than pass it over.
    """
    facts = facts_of(world(10, 300, 5)[0], shipping)
    name = shipping.topics.events.name
    shipping.send((name, b"k", json.dumps(event).encode()) for event in facts[:20])
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        shipping.stop(worker)
    [lane] = [stand.lane for stand in tracker.lanes.on_record()]
    tracker.lanes.skip(lane, 50)
    shipping.send((name, b"k", json.dumps(event).encode()) for event in facts[20:40])
    with shipping.worker() as worker:
        assert "is recorded up to offset 50 and ends before" in ends_saying(worker)
    assert tracker.verify().events == different(facts[:20])


def test_topic_made_anew_is_another_lane(shipping: Shipping, tracker: Tracker) -> None:
    """Offsets begin again in a topic of the same name; what it has that is known stays one."""
    events, generated = world(10, 300, 6)
    shipping.send_events(events[: len(events) // 2])
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        shipping.stop(worker)
    name = shipping.topics.events.name
    shipping.kafka.admin.delete_topics([name])
    deadline = time.monotonic() + 20
    while name in shipping.kafka.admin.list_topics() and time.monotonic() < deadline:
        time.sleep(0.1)
    shipping.remake(name)
    shipping.send_events(events[len(events) // 4 :])
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
    assert_whole(tracker, events, generated)
    lanes = [stand.lane.split("/") for stand in tracker.lanes.on_record()]
    assert len({topic_id for _, _, topic, topic_id, _ in lanes if topic == name}) == 2


def test_transactions_leave_holes_and_nothing_else(shipping: Shipping, tracker: Tracker) -> None:
    """A producer with transactions leaves markers between its messages, in every topic; what it
    took back was never said, until it says it again.
    """
    events, generated = world(10, 200, 7)
    shipping.make(*map(shipping.topic_of, events))
    producer = KafkaProducer(
        bootstrap_servers=shipping.kafka.servers,
        transactional_id=f"{shipping.topics.prefix}-tx",
        acks="all",
    )
    producer.init_transactions()
    parts = [events[start : start + 10] for start in range(0, len(events), 10)]
    for number, part in enumerate(parts):
        for is_kept in (False, True) if number % 2 else (True,):
            producer.begin_transaction()
            futures = [
                producer.send(topic, key=key, value=value)
                for topic, key, value in map(shipping.message_of, part)
            ]
            if not is_kept:
                producer.abort_transaction()
                continue
            producer.commit_transaction()
            for made in [future.get(timeout=10) for future in futures]:
                shipping.goes_to(made.topic, made.partition, made.offset + 1)
    producer.close()
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    assert_whole(tracker, events, generated)


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
    with (
        closing(Databases(own_postgres)) as databases,
        store_place_in(
            tmp_path, "postgresql", lambda: databases, Ready(tmp_path / "ready", lambda: databases)
        ) as place,
    ):
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
            assert_whole(tracker, events, generated)
