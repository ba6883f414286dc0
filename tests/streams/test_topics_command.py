"""`lineage topics` against a real broker: what is made, what is left alone, what is found."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from streams import admin
from streams.topics import Topics
from tests.streams.conftest import Run, answer

if TYPE_CHECKING:
    from tests.support.kafka_topics import Kafka

pytestmark = pytest.mark.kafka


def configs(kafka: Kafka, topic: str) -> dict[str, str]:
    """Every setting of a topic."""
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    found = kafka.admin.describe_configs([resource], config_filter="all")["topic"][topic]
    return {name: each["value"] for name, each in found.items()}


def test_topics_are_made_with_safe_settings(run: Run, kafka: Kafka, prefix: str) -> None:
    """Events, control, dead letters and the reply topics asked for; the broker has the settings."""
    result = run("topics", "create", "--partitions", "3", "--recipient", "Fast Parcel", "--json")
    assert result.exit_code == 0
    reply = Topics(prefix).answers("Fast Parcel").name
    assert {row["topic"]: (row["made"], row["partitions"]) for row in answer(result)["topics"]} == {
        f"{prefix}.events": (True, 3),
        f"{prefix}.control": (True, 1),
        f"{prefix}.dead-letters": (True, 1),
        reply: (True, 1),
    }
    assert configs(kafka, f"{prefix}.events").items() >= {
        ("cleanup.policy", "delete"),
        ("retention.ms", "604800000"),
        ("segment.ms", "86400000"),
        ("message.timestamp.type", "LogAppendTime"),
        ("max.message.bytes", "1114112"),
        ("unclean.leader.election.enable", "false"),
    }
    checked = run("topics", "check", "--json")
    assert answer(checked)["findings"] == []
    assert checked.exit_code == 0


def test_topic_of_dead_letters_may_have_another_name(
    run: Run, kafka: Kafka, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made and checked under the name that workers are given, and has room for what it is
    to take.
    """
    monkeypatch.setenv("LINEAGE_DEAD_LETTER_TOPIC", f"{prefix}.refused")
    made = answer(run("topics", "create", "--partitions", "1", "--json"))["topics"]
    assert [row["topic"] for row in made] == [
        f"{prefix}.{name}" for name in ("events", "control", "refused")
    ]
    assert run("topics", "check").exit_code == 0
    resource = ConfigResource(
        ConfigResourceType.TOPIC, f"{prefix}.refused", configs={"max.message.bytes": "1114112"}
    )
    kafka.admin.alter_configs([resource])
    found = answer(run("topics", "check", "--json"))["findings"]
    at = [(each["topic"], each["check"]) for each in found]
    assert (f"{prefix}.refused", "message-size") in at


def test_what_is_there_is_left_as_it_is(run: Run, kafka: Kafka, prefix: str) -> None:
    """A second run makes what is missing and changes nothing, whatever it is asked for."""
    run("topics", "create", "--partitions", "2")
    again = run("topics", "create", "--partitions", "5", "--retention", "1d", "--recipient", "R")
    assert again.exit_code == 0
    assert again.stdout.count("was there, left as it is") == 3
    assert again.stdout.count("made") == 1
    assert configs(kafka, f"{prefix}.events")["retention.ms"] == "604800000"
    (events,) = (t for t in kafka.admin.describe_topics() if t["name"] == f"{prefix}.events")
    assert len(events["partitions"]) == 2


def test_an_unsafe_topic_is_found(run: Run, kafka: Kafka, prefix: str) -> None:
    """A topic that somebody made otherwise: what is wrong, and the other topics are missing."""
    unsafe = {"cleanup.policy": "compact", "retention.ms": "3600000"}
    made = {"num_partitions": 1, "replication_factor": 1, "configs": unsafe}
    kafka.admin.create_topics({f"{prefix}.events": made}, wait_for_metadata=True)
    result = run("topics", "check", "--workers", "2", "--json")
    assert result.exit_code == 1
    found = {(each["topic"], each["check"]) for each in answer(result)["findings"]}
    assert found == {
        (f"{prefix}.events", "compaction"),
        (f"{prefix}.events", "timestamp"),
        (f"{prefix}.events", "message-size"),
        (f"{prefix}.events", "retention-short"),
        (f"{prefix}.events", "partitions"),
        (f"{prefix}.control", "missing"),
        (f"{prefix}.dead-letters", "missing"),
    }
    shown = run("topics", "check")
    assert "To do: kafka-configs.sh --alter" in shown.stdout
    assert "7 findings" in run("topics", "check", "--workers", "2").stdout


def test_a_transactional_producer_is_seen(run: Run, kafka: Kafka, prefix: str) -> None:
    """Its markers leave holes; an idempotent one leaves none and is not found."""
    run("topics", "create", "--partitions", "2")
    with KafkaProducer(bootstrap_servers=kafka.servers, enable_idempotence=True) as plain:
        plain.send(f"{prefix}.events", b"{}", partition=0).get(timeout=10)
    assert run("topics", "check").exit_code == 0
    with KafkaProducer(bootstrap_servers=kafka.servers, transactional_id=prefix) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(f"{prefix}.events", b"{}", partition=1)
        producer.commit_transaction()
    findings = answer(run("topics", "check", "--json"))["findings"]
    assert [(each["check"], each["partition"]) for each in findings] == [("transactions", 1)]


def test_no_broker_is_one_sentence_and_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 5, no traceback and no word of the library's."""
    monkeypatch.setattr(admin, "CONNECT_MS_MAX", 500)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    for command in ("create", "check"):
        result = run("topics", command, "--kafka", address)
        assert result.exit_code == 5
        first, second = result.stderr.splitlines()
        assert first.startswith(f"error: no Kafka broker answers at {address}")
        assert second.startswith("Start it, say where it is with --kafka or LINEAGE_KAFKA, or how")
    refused = run("topics", "check", "--kafka", address, "--json")
    assert json.loads(refused.stderr)["exit_code"] == 5


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (["--replication-factor", "9"], 5, "9 copies of each message need as many brokers"),
        (["--retention", "soon"], 2, "7d, 12h, 30m or 90s"),
        (["--retention", "0d"], 2, "7d, 12h, 30m or 90s"),
        (["--retention", "9999999999d"], 2, "longer than the calendar"),
        (["--prefix", "no spaces"], 5, "did not do what was asked"),
    ],
)
def test_what_cannot_be_made_is_said(run: Run, words: list[str], exit_code: int, says: str) -> None:
    """Nothing is made then."""
    result = run("topics", "create", *words)
    assert result.exit_code == exit_code
    assert says in result.stderr
