"""The tests have a real Kafka, wherever they run, and hear what to do where they have none."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.support import kafka_broker as getting
from tests.support import kafka_jars, native_broker
from tests.support.brokers import KafkaMissing, answers
from tests.support.kafka_topics import Kafka, OwnKafka
from tests.support.native_broker import NativeBroker

ROOT = Path(__file__).resolve().parents[2]
TOUCHED = """
import time
from tests.support.native_broker import NativeBroker
broker = NativeBroker()
print(broker.folder, flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.kafka


def produce(servers: str, topic: str, *values: bytes) -> None:
    """Write messages that are on the broker when this returns."""
    producer = KafkaProducer(bootstrap_servers=servers)
    for sent in [producer.send(topic, value) for value in values]:
        sent.get(timeout=30)
    producer.close()


def consume(servers: str, topic: str) -> list[bytes]:
    """All messages of a topic's first partition."""
    consumer = KafkaConsumer(bootstrap_servers=servers, group_id=None)
    lane = TopicPartition(topic, 0)
    consumer.assign([lane])
    consumer.seek_to_beginning(lane)
    end = consumer.end_offsets([lane])[lane]
    values: list[bytes] = []
    while len(values) < end:
        for records in consumer.poll(timeout_ms=1000).values():
            values.extend(record.value for record in records)
    consumer.close()
    return values


def test_a_message_produced_is_consumed(kafka: Kafka) -> None:
    """What answers is Kafka itself, and each topic is fresh."""
    topic, other = kafka.topic(), kafka.topic(partitions=3, retention_ms=60_000)
    produce(kafka.servers, topic, b"one", b"two")
    assert consume(kafka.servers, topic) == [b"one", b"two"]
    assert consume(kafka.servers, other) == []
    [found] = kafka.admin.describe_topics([other])
    assert len(found["partitions"]) == 3


@pytest.mark.parametrize("ends", ["kill", "stop"])
def test_what_was_acknowledged_survives(own_kafka: OwnKafka, ends: str) -> None:
    """After kill -9, or a stop, a start brings back the topic and every message of it."""
    topic = own_kafka.topic()
    values = [b"%d" % number for number in range(1000)]
    produce(own_kafka.servers, topic, *values)
    getattr(own_kafka, ends)()
    assert not answers(own_kafka.servers, seconds=0.5)
    own_kafka.start()
    assert consume(own_kafka.servers, topic) == values


def test_topics_go_with_the_run(kafka: Kafka) -> None:
    """Who asks without giving back leaves nothing on a broker that outlives the run."""
    of_one_run = Kafka(kafka.broker)
    name = of_one_run.topic()
    assert name in kafka.admin.list_topics()
    of_one_run.close()
    assert name not in kafka.admin.list_topics()


def test_an_address_is_taken_before_all_else(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker named in the environment is used as it is, and neither Docker nor Java is tried."""
    monkeypatch.setattr(getting, "_first_way", lambda: pytest.fail("looked elsewhere"))
    given = getting.get_broker({getting.VARIABLE: kafka.servers})
    assert given.origin == getting.VARIABLE
    assert given.servers == kafka.servers
    given.close()
    assert answers(kafka.servers)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "kafka://127.0.0.1:9092", "a b", "nonsense"])
def test_a_wrong_address_is_an_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who names a broker means that one: no other takes its place."""
    monkeypatch.setattr(getting, "_first_way", lambda: pytest.fail("looked elsewhere"))
    before = time.monotonic()
    with pytest.raises(KafkaMissing, match=getting.VARIABLE):
        getting.get_broker({getting.VARIABLE: address})
    assert time.monotonic() - before < 20


def test_where_no_way_is_left_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing installed, each way says what it lacks, and what is enough stands above."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KafkaMissing) as caught:
        getting.get_own_broker()
    for expected in (getting.VARIABLE, "docker info", "Java 17", "Maven", "(java)"):
        assert expected in str(caught.value)


def _maven(folder: Path, *, does: str) -> None:
    program = folder / "mvn"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)


def test_a_maven_that_fails_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first words come back; half of Kafka is never taken for the whole."""
    monkeypatch.setenv("PATH", str(tmp_path))
    cache = tmp_path / "cache"
    with pytest.raises(KafkaMissing, match="mvn"):
        kafka_jars.kafka_jars(cache)
    _maven(tmp_path, does="echo unreachable; exit 1")
    with pytest.raises(KafkaMissing, match="unreachable"):
        kafka_jars.kafka_jars(cache)
    assert [place.name for place in cache.iterdir()] == ["lock"]


def test_two_processes_fetch_kafka_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second waits for the first, and takes what it has fetched."""
    does = f'echo again >> {tmp_path}/count; for a; do case $a in -D*) dir="${{a#*=}}";; esac; done'
    _maven(tmp_path, does=f'{does}\nmkdir -p "$dir"; sleep 0.2; echo jar > "$dir/kafka.jar"')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found: list[Path] = []
    both = [
        threading.Thread(target=lambda: found.append(kafka_jars.kafka_jars(tmp_path / "cache")))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(set(found)) == 1
    assert [jar.name for jar in found[0].iterdir()] == ["kafka.jar"]
    assert (tmp_path / "count").read_text() == "again\n"


def _within_seconds(seconds: float, folder: Path) -> bool:
    ends_at = time.monotonic() + seconds
    while folder.exists() or _processes_in(folder):
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.05)
    return True


def _processes_in(folder: Path) -> list[str]:
    listed = subprocess.run(
        ["ps", "-eww", "-o", "args"], check=True, capture_output=True, text=True
    )
    return [line for line in listed.stdout.splitlines() if str(folder) in line]


def test_nothing_stays_when_the_run_is_killed() -> None:
    """After kill -9 of the tests no broker runs on and no folder is left."""
    with subprocess.Popen(
        [sys.executable, "-c", TOUCHED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        before = _processes_in(folder)
        run.send_signal(signal.SIGKILL)
    assert any("kafka.Kafka" in line for line in before)
    assert _within_seconds(10, folder)


def test_a_failed_start_tells_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that cannot start is an error with its own words, not a wait without end."""
    monkeypatch.setattr(native_broker, "base_folder", lambda *, in_memory: tmp_path)
    with pytest.raises(KafkaMissing, match="NoSuchFlag"):
        NativeBroker(flags=("-XX:NoSuchFlag",))
    assert list(tmp_path.iterdir()) == []
