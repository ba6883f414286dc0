"""`lineage emit` against a real broker: what leaves is valid and goes where it belongs."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from lineage.events import parse_event
from lineage.kafka.binding import to_structured
from streams import admin
from streams.topics import Topics
from tests.storage.shop import collected, erased, event, share
from tests.streams.conftest import Run, answer

if TYPE_CHECKING:
    from tests.support.kafka_topics import Kafka

pytestmark = pytest.mark.kafka


def decision(subject: str = "m1") -> dict[str, Any]:
    """An officer's decision."""
    return event("request_decided", {"request_id": "r1", "outcome": "accepted"}, subject=subject)


def lines(*messages: dict[str, Any]) -> str:
    """Messages as JSON lines."""
    return "".join(json.dumps(message) + "\n" for message in messages)


def read(kafka: Kafka, topic: str) -> list[Any]:
    """Every message of a topic."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.servers, enable_auto_commit=False)
    with closing(consumer):
        parts = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        found: list[Any] = []
        while any(consumer.position(part) < ends[part] for part in parts):
            for records in consumer.poll(timeout_ms=500).values():
                found += records
        return found


def ids(records: list[Any]) -> set[str]:
    """The ids of the events in these messages."""
    return {parse_event(to_structured(each.value, each.headers)).id for each in records}


@pytest.mark.parametrize("mode", ["structured", "binary"])
def test_each_event_goes_where_it_may_be_said(
    run: Run, kafka: Kafka, prefix: str, mode: str
) -> None:
    """Facts, decisions and answers to topics of their own, all of one person under one key."""
    run("topics", "create", "--partitions", "3", "--recipient", "FastParcel")
    facts = [share(), collected()]
    decided, answered = decision(), erased()
    result = run("emit", "--mode", mode, "--json", stdin=lines(*facts, decided, answered))
    assert result.exit_code == 0, result.stderr
    assert (answer(result)["sent"], answer(result)["refused"]) == (4, 0)
    topics = Topics(prefix)
    events = read(kafka, topics.events.name)
    assert ids(events) == {each["id"] for each in facts}
    assert len({each.key for each in events}) == 1
    assert ids(read(kafka, topics.control.name)) == {decided["id"]}
    assert ids(read(kafka, topics.answers("FastParcel").name)) == {answered["id"]}
    assert all(
        (each.value[:1] == b"{") is (mode == "structured") or each.headers for each in events
    )


def test_what_is_not_valid_does_not_leave(run: Run, kafka: Kafka, prefix: str) -> None:
    """It is named by line and field, never by value; the rest is sent; exit code 3."""
    run("topics", "create", "--partitions", "1")
    good = share()
    bad = share(subject="ada@shop.example", kind="a friend")
    stream = lines(good, bad) + "{cut off\n" + lines(erased("NoTopicYet"), erased("person:m2"))
    result = run("emit", stdin=stream)
    assert result.exit_code == 3
    assert result.stdout.startswith("1 sent of 5 read · 4 refused")
    assert "line 2: data.recipient_kind: expected one of" in result.stderr
    assert "line 3:" in result.stderr
    assert "lineage topics create --recipient NAME" in result.stderr
    assert "line 5: data.recipient: expected a recipient that is no person" in result.stderr
    for value in ("ada@shop", "a friend", "NoTopicYet", "person:m2"):
        assert value not in result.stderr
    assert ids(read(kafka, f"{prefix}.events")) == {good["id"]}


def test_a_stream_of_the_generator_goes_through(
    run: Run, kafka: Kafka, prefix: str, tmp_path: Path
) -> None:
    """`generate | emit --make-topics`: the topics are made as they are needed, nothing is lost."""
    run("generate", "--people", "5", "--events", "100", "--seed", "3", "--out", "e.jsonl")
    result = run("emit", "e.jsonl", "--make-topics", "--json")
    receipt = answer(result)
    assert receipt["read"] == 100
    assert set(receipt["reasons"]) <= {"not_allowed_here"}
    names = [n for n in kafka.admin.list_topics() if n.startswith(f"{prefix}.")]
    sent = [json.loads(line)["id"] for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    arrived = set().union(*(ids(read(kafka, name)) for name in names))
    assert arrived <= set(sent)
    assert sum(len(read(kafka, name)) for name in names) == receipt["sent"]


def test_one_topic_for_all(run: Run, kafka: Kafka, prefix: str) -> None:
    """What --topic names, whatever the events are."""
    run("topics", "create", "--partitions", "1")
    result = run("emit", "--topic", f"{prefix}.control", stdin=lines(share(), erased()))
    assert result.exit_code == 0
    assert len(read(kafka, f"{prefix}.control")) == 2


def test_a_missing_topic_is_said_before_anything_is_sent(run: Run, prefix: str) -> None:
    """With the command that makes it; exit code 5."""
    result = run("emit", stdin=lines(share()))
    assert result.exit_code == 5
    first, second = result.stderr.splitlines()
    assert first == f"error: there is no topic {prefix}.events on the broker"
    assert second.startswith("Make it with `lineage topics create`")


def test_what_the_broker_refuses_is_said(run: Run, kafka: Kafka, prefix: str) -> None:
    """An event that is too large for its topic: exit code 5, and that it may be emitted again."""
    run("topics", "create", "--partitions", "1")
    small = kafka.topic(max_message_bytes=300)
    result = run("emit", "--topic", small, stdin=lines(share(subject="ada@shop.example")))
    assert result.exit_code == 5
    assert small in result.stderr
    assert "Emit the same file again: what did arrive is recorded once." in result.stderr
    assert "ada@shop" not in result.stderr


def test_no_broker_and_no_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is said in two lines; the file comes first, it needs no network."""
    monkeypatch.setattr(admin, "CONNECT_MS_MAX", 500)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    result = run("emit", "--kafka", address, stdin=lines(share()))
    assert (result.exit_code, len(result.stderr.splitlines())) == (5, 2)
    missing = run("emit", "nothing.jsonl", "--kafka", address)
    assert missing.exit_code == 2
    assert "there is no such file" in missing.stderr
