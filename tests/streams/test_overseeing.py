"""What no reader brings is found by who looks from outside: read where it may be, else said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka.errors import NotLeaderForPartitionError

from lineage.tracker import Tracker
from streams.admin import Admin
from streams.agents import NothingGiven, Taker
from streams.choosing import TopicUnsafe
from streams.cluster import ClusterState
from streams.metrics import Metrics
from streams.overseeing import Overseer
from streams.reader import Truncated
from streams.sink import Sink
from streams.watchdog import StoodStill
from streams.worker import Worker, ready
from tests.streams.shipping import Shipping, Wire
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

DECISION: Wire = {
    "specversion": "1.0",
    "id": "d1",
    "source": "/officers",
    "type": "lineage.request_decided.v1",
    "time": "2026-03-04T10:00:00Z",
    "subject": "m1",
    "controller": "seestar",
    "data": {"request_id": "r1", "outcome": "accepted"},
}
ANSWER: Wire = {
    **DECISION,
    "id": "a1",
    "source": "/recipients/parcels",
    "type": "lineage.recipient_acknowledged.v1",
    "data": {"request_id": "r1", "recipient": "FastParcel"},
}
FACT: Wire = {
    **DECISION,
    "id": "f1",
    "source": "/services/accounts",
    "type": "lineage.data_collected.v1",
    "data": {"source_kind": "direct", "categories": ["email"]},
}


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics and a store of the test's own."""
    return Shipping(kafka, postgres_place, partitions=1)


@pytest.fixture
def worker(shipping: Shipping) -> Iterator[Worker]:
    """A worker that nobody runs."""
    worker = ready(shipping.settings, Metrics())
    with worker.tracker:
        yield worker


async def oversee(worker: Worker, *, seconds: float) -> None:
    """Look after everything for a while, with nobody who reads."""
    sink = Sink(worker.tracker.lanes, told=lambda _: None)
    sink.start()
    takers = {
        topic.name: worker._taker(topic, sink)
        for topic in worker.topics
        if topic != worker.settings.names.events
    }
    plain = worker._overseer(takers, sink)
    overseer = Overseer(
        plain._overseen,
        lanes=worker.tracker.lanes,
        find=plain._find,
        options=plain._options,
        look_seconds=0.3,
        find_seconds=0.0,
        still_seconds=1.0,
    )
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    try:
        await overseer.run(lambda: loop.time() > ends)
    finally:
        await sink.close()


def stands(tracker: Tracker) -> list[int]:
    """Where the lanes stand that were begun."""
    return [stand.next for stand in tracker.lanes.on_record()]


def test_what_agents_leave_lying_is_read(shipping: Shipping, worker: Worker) -> None:
    """A decision that Faust does not bring is recorded all the same, once."""
    shipping.send_events([DECISION])
    asyncio.run(oversee(worker, seconds=3))
    assert stands(worker.tracker) == [1]
    assert worker.tracker.verify().events == 1


def test_reply_topic_that_is_made_later_is_read(shipping: Shipping, worker: Worker) -> None:
    """It is found while the worker runs, and what is in it already is recorded, once."""
    shipping.send_events([ANSWER])
    asyncio.run(oversee(worker, seconds=5))
    assert stands(worker.tracker) == [1]
    assert worker.tracker.verify().events == 1


def test_compacted_reply_topic_ends_the_worker(shipping: Shipping, worker: Worker) -> None:
    """Found later or at the start: of such a topic nothing is read."""
    shipping.configs = {"cleanup.policy": "compact"}
    shipping.send_events([ANSWER])
    with pytest.raises(TopicUnsafe, match=r"\.answers\.FastParcel is compacted"):
        asyncio.run(oversee(worker, seconds=10))
    assert stands(worker.tracker) == []


def test_broker_that_cannot_tell_is_asked_again(
    shipping: Shipping, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a new topic is may not be known yet; the worker goes on, and takes it up when it is."""
    plain = Admin.state
    asked = []

    def state(admin: Admin, wanted: Iterable[str]) -> ClusterState:
        asked.append(list(wanted))
        if len(asked) == 1:
            raise NotLeaderForPartitionError
        found = plain(admin, asked[-1])
        if len(asked) > 2:
            return found
        topics = {name: replace(each, partitions=()) for name, each in found.topics.items()}
        return replace(found, topics=topics)

    monkeypatch.setattr(Admin, "state", state)
    shipping.send_events([ANSWER])
    asyncio.run(oversee(worker, seconds=6))
    assert stands(worker.tracker) == [1]
    assert len(asked) == 3


def test_events_that_nobody_reads_end_the_worker(shipping: Shipping, worker: Worker) -> None:
    """Where there is more and nothing moves, the worker says so and ends."""
    shipping.send_events([FACT])
    with pytest.raises(StoodStill, match=r"\.events\[0\] stands at 0, and it goes to 1"):
        asyncio.run(oversee(worker, seconds=10))
    assert stands(worker.tracker) == []


def test_who_has_read_all_may_rest(shipping: Shipping, worker: Worker) -> None:
    """An empty topic, or one whose end is recorded, is nothing to worry about."""
    asyncio.run(oversee(worker, seconds=2))
    assert stands(worker.tracker) == []


def test_long_sweep_is_no_missing_broker(
    shipping: Shipping, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is busy reading what was left lying does not take the broker for gone."""
    taken = []

    async def slowly(_taker: Taker, _partition: int, end: int) -> int:
        await asyncio.sleep(1.5)  # longer than a question to the broker, and than standing still
        taken.append(end)
        return end

    monkeypatch.setattr(Taker, "take_up_to", slowly)
    shipping.send_events([DECISION])
    asyncio.run(oversee(worker, seconds=4))
    assert taken == [1]  # once: what was swept is not swept again


def test_what_the_broker_does_not_give_is_not_passed_over(
    shipping: Shipping, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust brings the third decision and the broker is too busy for those before it: nothing is
    recorded, for nobody knows that they do not exist.
    """
    shipping.send_events([{**DECISION, "id": f"d{number}"} for number in range(3)])
    third = SimpleNamespace(partition=0, offset=2, value=b"{}", headers=())

    async def nothing(*_: object, **_more: object) -> dict[TopicPartition, list[object]]:
        return {}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", nothing)

    async def take() -> None:
        sink = Sink(worker.tracker.lanes, told=lambda _: None)
        sink.start()
        try:
            await worker._taker(worker.settings.names.control, sink).take([third])
        finally:
            await sink.close()

    with pytest.raises(NothingGiven, match=r"does not give .+\.control\[0\] up to 3"):
        asyncio.run(take())
    assert stands(worker.tracker) == []


def test_topic_that_ends_too_early_ends_the_worker(shipping: Shipping, worker: Worker) -> None:
    """Where a broker has forgotten what is recorded, what comes next would count as recorded."""
    shipping.send_events([DECISION])
    asyncio.run(oversee(worker, seconds=3))
    [lane] = [stand.lane for stand in worker.tracker.lanes.on_record()]
    worker.tracker.lanes.skip(lane, 5)
    with pytest.raises(Truncated, match=r"\.control\[0\] is recorded up to offset 5"):
        asyncio.run(oversee(worker, seconds=10))
