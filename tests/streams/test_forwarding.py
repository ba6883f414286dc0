"""Dead letters over Kafka: kept, sent on as they came, and lost at no point of a crash."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from signal import SIGKILL
from typing import NamedTuple

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from lineage.service.lanes import Refused
from lineage.tracker import Tracker
from streams.ending import EXIT_FAILED
from streams.forwarding import forwarded, shown_field
from tests.events.sample import share
from tests.kafka.reading import Message, read_all
from tests.streams.run import AFTER_FORWARD, BEFORE_FORWARD
from tests.streams.shipping import Shipping
from tests.streams.test_worker_hostile import NoText
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

ADDED = {f"lineage_{name}" for name in ("reason", "field", "topic", "partition", "offset")}
Headers = list[tuple[str, bytes | None]]


class Sent(NamedTuple):
    """One message for a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics of one partition, one for dead letters among them, and a store."""
    shipping = Shipping(kafka, postgres_place, partitions=1, batch=10)
    shipping.make(shipping.topics.dead_letters)
    return shipping


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


def said(number: int, **changes: object) -> bytes:
    """A share about one of seven people."""
    named = {"id": f"e{number}", "subject": f"m{number % 7}", "controller": "seestar"}
    data = {"categories": ["shipping_address"], "identifiers": ..., **changes}
    return json.dumps(share(data=data, **named)).encode()


def send(shipping: Shipping, messages: list[Sent]) -> None:
    """Send what kafka-python cannot send: headers without a value."""

    async def sending() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=shipping.kafka.servers)
        await producer.start()
        try:
            for one in messages:
                made = await producer.send_and_wait(
                    one.topic, one.value, key=one.key, headers=one.headers
                )
                shipping.sent[one.topic, made.partition] = made.offset + 1
        finally:
            await producer.stop()

    asyncio.run(sending())


def poisoned(shipping: Shipping, count: int = 40) -> dict[int, Sent]:
    """Send shares with a bad message in every batch; gives those by their offset."""
    name = shipping.topics.events.name
    messages = [Sent(name, b"m%d" % (n % 7), said(n), []) for n in range(count)]
    bad = dict.fromkeys(range(5, count, 10))
    for offset in bad:
        messages[offset] = Sent(name, b"m1", b"{ cut off %d" % offset, [("x", b"1"), ("y", None)])
    send(shipping, messages)
    return {offset: messages[offset] for offset in bad}


def on_topic(shipping: Shipping) -> list[Message]:
    """All that was sent on."""
    return read_all(shipping.kafka.servers, shipping.topics.dead_letters)


def places(seen: list[Message]) -> list[tuple[str, int, int]]:
    """Where the messages came from, as their headers say."""
    headers = [dict(one.headers) for one in seen]
    return [
        (h["lineage_topic"].decode(), int(h["lineage_partition"]), int(h["lineage_offset"]))
        for h in headers
    ]


def test_dead_letters_are_sent_on_as_they_came(shipping: Shipping, tracker: Tracker) -> None:
    """Key, value and headers untouched, place and reason behind them, from whichever topic; and
    nothing about anybody in what was added.
    """
    events, control = shipping.topics.events.name, shipping.topics.control.name
    reused = said(1, categories=["email"])
    bad = [
        Sent(events, b"m1", b'{"id": "anna@shop.example"', [("a", b"\xff"), ("a", b"2")]),
        Sent(events, b"m1", reused, []),
        Sent(events, b"m2", None, []),
        Sent(events, b"m3", json.dumps({**json.loads(said(3)), "anna": 1}).encode(), []),
        Sent(control, b"m1", said(9), [("lineage_reason", b"feigned")]),
    ]
    send(shipping, [Sent(events, b"m1", said(1), []), *bad])
    dead = shipping.topics.dead_letters
    with shipping.worker(dead_letter_topic=dead) as worker:
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    found = on_topic(shipping)
    seen = dict(zip(places(found), found, strict=True))
    expected = {(events, 0, 1 + n): one for n, one in enumerate(bad[:4])} | {
        (control, 0, 0): bad[4]
    }
    assert seen.keys() == expected.keys()
    for place, one in seen.items():
        sent = expected[place]
        assert (one.key, one.value) == (sent.key, sent.value)
        assert list(one.headers[: len(sent.headers)]) == sent.headers
        assert {name for name, _ in one.headers[len(sent.headers) :]} == ADDED
        assert b"anna" not in b"".join(value for _, value in one.headers)
    reasons = [dict(one.headers)["lineage_reason"].decode() for _, one in sorted(seen.items())]
    assert reasons == [
        "not_allowed_here",
        "bad_json",
        "id_reused",
        "missing_field",
        "unknown_field",
    ]
    assert tracker.dead_letters().total == len(bad)
    [check] = [check for check in tracker.doctor().checks if check.name == "dead letters"]
    assert (check.ok, check.says.split()[0]) == (False, str(len(bad)))
    assert tracker.verify().events == 1


def test_what_python_cannot_send_is_sent_on_all_the_same(
    shipping: Shipping, tracker: Tracker
) -> None:
    """Whoever may write to a topic can write what our producer refuses; it must not stop a lane."""
    events, dead = shipping.topics.events.name, shipping.topics.dead_letters
    producer = KafkaProducer(bootstrap_servers=shipping.kafka.servers)
    made = producer.send(events, b"{", headers=[(NoText("name"), b"1")]).get(10)
    producer.close()
    assert made.offset == 0
    send(shipping, [Sent(events, None, b"{", [("x", None)])])
    with shipping.worker(dead_letter_topic=dead) as worker:
        shipping.wait_until_read(tracker, worker)
    seen = [(one.key, one.value, one.headers[0]) for one in on_topic(shipping)]
    assert seen == [(None, b"{", ("\\xff\\xfe", b"1")), (None, b"{", ("x", b""))]


class Read(NamedTuple):
    """A message as a worker has read it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def test_message_of_nothing_can_be_sent_on() -> None:
    """No key and no value is what Kafka takes and its clients in Python do not send."""
    nothing = forwarded(Read("t", 2, 7, None, None, []), Refused(7, "missing_field", ""))
    assert (nothing.key, nothing.value) == (None, b"")
    tombstone = forwarded(Read("t", 2, 7, b"k", None, []), Refused(7, "missing_field", ""))
    assert (tombstone.key, tombstone.value) == (b"k", None)


@pytest.mark.parametrize("failpoint", [*BEFORE_FORWARD, *AFTER_FORWARD, "after the commit"])
def test_crash_loses_no_dead_letter(shipping: Shipping, tracker: Tracker, failpoint: str) -> None:
    """Whenever the worker is killed, each dead letter is on the topic, perhaps twice, and in the
    store once.
    """
    bad = poisoned(shipping)
    dead = shipping.topics.dead_letters
    with shipping.worker(failpoint=(failpoint, 2), dead_letter_topic=dead) as worker:
        assert worker.wait(60) == -SIGKILL
    with shipping.worker(dead_letter_topic=dead) as worker:
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    found = on_topic(shipping)
    assert {offset for _, _, offset in places(found)} == bad.keys()
    assert len(found) <= len(bad) + 1
    for (_, _, offset), one in zip(places(found), found, strict=True):
        assert (one.key, one.value) == (bad[offset].key, bad[offset].value)
        assert one.headers[:2] == (("x", b"1"), ("y", b""))
    assert tracker.dead_letters().total == len(bad)
    assert tracker.verify().events == shipping.sent[shipping.topics.events.name, 0] - len(bad)


def configure(shipping: Shipping, topic: str, name: str, value: str) -> None:
    """Set one setting of a topic."""
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs={name: value})
    shipping.kafka.admin.alter_configs([resource])


def test_topic_that_takes_nothing_stops_the_worker(shipping: Shipping, tracker: Tracker) -> None:
    """Where a dead letter cannot be sent on it is not passed: the worker ends and says so, and
    goes on when the topic has been mended.
    """
    bad = poisoned(shipping)
    dead = shipping.topics.dead_letters
    configure(shipping, dead, "max.message.bytes", "10")
    with shipping.worker(dead_letter_topic=dead) as worker:
        assert worker.wait(60) == EXIT_FAILED
        assert worker.stderr is not None
        line = worker.stderr.read()
    assert f"dead letters could not be sent on to {dead}: 1 not delivered" in line
    assert "MessageSizeTooLarge" in line
    assert "cut off" not in line
    assert tracker.dead_letters().total == 0
    assert tracker.verify().events == 0
    configure(shipping, dead, "max.message.bytes", "100000")
    with shipping.worker(dead_letter_topic=dead) as worker:
        shipping.wait_until_read(tracker, worker)
    assert {offset for _, _, offset in places(on_topic(shipping))} == bad.keys()
    assert tracker.dead_letters().total == len(bad)


def test_worker_waits_for_the_topic_of_dead_letters(shipping: Shipping, tracker: Tracker) -> None:
    """One that does not exist is waited for, aloud, before anything is read."""
    bad = poisoned(shipping)
    dead = shipping.topics.dead_letters + ".own"
    with shipping.worker(dead_letter_topic=dead) as worker:
        assert worker.stderr is not None
        said = ""
        while f"there is no topic {dead}" not in said:
            assert worker.poll() is None
            time.sleep(0.2)
            said += worker.stderr.read()
        assert tracker.lanes.on_record() == []
        shipping.make(dead)
        shipping.wait_until_read(tracker, worker)
    assert len(read_all(shipping.kafka.servers, dead)) == len(bad)


def test_dead_letters_are_not_read_again(shipping: Shipping) -> None:
    """A topic that events are read from is refused as the place for dead letters."""
    with shipping.worker(dead_letter_topic=shipping.topics.events.name) as worker:
        assert worker.wait(60) != 0
        assert worker.stderr is not None
        assert "from which events are read" in worker.stderr.read()


@pytest.mark.parametrize(
    ("reason", "field", "shown"),
    [
        ("wrong_value", "data.categories[0]", "data.categories[0]"),
        ("bad_json", "", ""),
        ("unknown_field", "data.anna", "data"),
        ("unknown_field", "anna", ""),
        ("repeated_item", "ce_anna", ""),
        ("wrong_form", "ce_subject", "ce_subject"),
        ("wrong_value", "content-type", "content-type"),
    ],
)
def test_what_senders_call_their_fields_is_not_added(reason: str, field: str, shown: str) -> None:
    """The name of a field that the contract does not have might be anybody's."""
    assert shown_field(Refused(7, reason, field)) == shown
