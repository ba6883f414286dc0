"""A backfill two years old beside live events: recorded in full, nothing deleted on the way."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import psycopg
import pytest
import sqlalchemy as sa
from kafka import KafkaProducer

from lineage.events.times import format_time, parse_time
from lineage.kafka.security import Security
from lineage.tracker import Tracker
from streams.admin import connected
from streams.checks import Wanted, check_topics
from streams.cluster import Partition
from streams.lag import lag_of
from streams.making import safe_configs
from tests.properties.stores import NOW
from tests.properties.worlds import differences, live, world
from tests.streams.shipping import Shipping, Wire, copies
from tests.streams.whole import assert_recorded
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace
from tests.support.servers import connect

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

TWO_YEARS = timedelta(days=730)
SECONDS_MAX = 60.0
AGE_MAX = 120.0
"""Of a message that came while this test ran, whenever it says that it was sent."""

AGE = re.compile(r"lineage_lane_oldest_unread_age_seconds\{.*\} (\S+)")


def earlier(event: Wire) -> Wire:
    """An event as it would have been two years before."""
    return {**event, "time": format_time(parse_time(event["time"]) - TWO_YEARS)}


def send(shipping: Shipping, messages: Iterable[tuple[str, Wire, datetime]]) -> None:
    """Send events to topics, each with a time of its own on the message."""
    producer = KafkaProducer(bootstrap_servers=shipping.kafka.servers, acks="all", linger_ms=5)
    futures = []
    for topic, event, at in messages:
        _, key, value = shipping.message_of(event)
        at_ms = int(at.timestamp() * 1000)
        futures.append(producer.send(topic, key=key, value=value, timestamp_ms=at_ms))
    producer.flush()
    for made in [future.get(timeout=10) for future in futures]:
        shipping.goes_to(made.topic, made.partition, made.offset + 1)
    producer.close()


def looked_at(shipping: Shipping, topic: str) -> tuple[list[str], list[Partition], int | None]:
    """What ``topics check`` finds of a topic, its partitions, and its lag with nothing recorded."""
    with connected(shipping.kafka.servers, Security()) as admin:
        state = admin.state([topic])
        report = check_topics(Wanted(topic), state, admin.settings(state))
    found: list[str] = [finding.check for finding in report.findings]
    return found, list(state.topics[topic].partitions), lag_of(state, []).lag


def wait_until_deleted(shipping: Shipping, topic: str) -> None:
    """Wait until retention has taken all that a topic had."""
    ends = time.monotonic() + SECONDS_MAX
    while any(each.begin != each.end for each in looked_at(shipping, topic)[1]):
        assert time.monotonic() < ends
        time.sleep(0.2)


@contextmanager
def nothing_written(place: StorePlace) -> Iterator[psycopg.Connection]:
    """Let nobody record for as long as the block lasts."""
    with connect(sa.make_url(place.url)) as connection, connection.transaction():
        connection.execute("LOCK TABLE logs IN EXCLUSIVE MODE")
        yield connection


def ages_while_waiting(port: int) -> list[float]:
    """How old the worker says its oldest unread messages are, once there are any."""
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            text = ""  # it is only starting
        ages = [float(age) for age in AGE.findall(text)]
        if any(ages):
            return ages
        time.sleep(0.1)
    raise AssertionError("no message was said to wait")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics as ``topics create`` makes them, and a PostgreSQL store."""
    safe = safe_configs(copies=1, retention=timedelta(days=7))
    return Shipping(kafka, postgres_place, configs=safe)


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


def test_backfill_is_recorded_in_full(shipping: Shipping, tracker: Tracker) -> None:
    """Messages and events of two years ago come with live ones. Retention counts from when they
    came; where it counts from what the sender says, they are gone at once, and the check said so.
    """
    (old, old_world), (new, new_world) = world(20, 400, 31), world(20, 400, 32)
    backfill, now = [earlier(event) for event in copies(old, 31)], datetime.now(UTC)
    events = shipping.topics.events.name
    unsafe = shipping.kafka.topic(retention_ms=7 * 86_400_000, message_timestamp_type="CreateTime")
    shipping.make(*map(shipping.topic_of, [*old, *new]))
    messages: list[tuple[str, Wire, datetime]] = []
    for number, event in enumerate(backfill):
        messages += [(shipping.topic_of(each), each, now) for each in new[number : number + 1]]
        messages.append((shipping.topic_of(event), event, now - TWO_YEARS))
    send(shipping, messages)
    send(shipping, [(unsafe, event, now - TWO_YEARS) for event in backfill])
    del shipping.sent[unsafe, 0]
    wait_until_deleted(shipping, unsafe)
    assert "timestamp" in looked_at(shipping, unsafe)[0]
    found, partitions, lag = looked_at(shipping, events)
    assert found == []
    assert {each.begin for each in partitions} == {0}
    assert lag == sum(topic == events for topic, _, _ in messages)
    port = free_port()
    with shipping.worker(metrics_port=port) as worker:
        with nothing_written(shipping.place):
            assert max(ages_while_waiting(port)) < AGE_MAX
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    assert_recorded(tracker, [*backfill, *new])
    for generated in (old_world, new_world):
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
