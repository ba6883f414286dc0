"""`lineage lag` and what `topics check` makes of lanes: a real broker and a store beside it."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kafka import TopicPartition

import lineage
from lineage.service.incoming import Incoming
from lineage.service.lanes import LaneBatch
from streams import admin
from streams.lanes import LaneName
from tests.storage.shop import share
from tests.streams.conftest import Run, answer

if TYPE_CHECKING:
    from tests.support.kafka_topics import Kafka

pytestmark = pytest.mark.kafka


def emitted(run: Run, count: int) -> list[dict[str, Any]]:
    """So many events on the events' topic, which has one partition."""
    events = [share() for _ in range(count)]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    assert run("emit", stdin=lines).exit_code == 0
    return events


def lane_of(kafka: Kafka, topic: str) -> LaneName:
    """The lane of partition 0 of this topic as it is now."""
    (found,) = (each for each in kafka.admin.describe_topics() if each["name"] == topic)
    cluster = kafka.admin.describe_cluster()["cluster_id"]
    return LaneName(cluster, topic, str(found["topic_id"]), 0)


def record(lane: LaneName, events: list[dict[str, Any]], *, at: int = 0) -> None:
    """Record events from a lane into the store of this folder, as a worker does."""
    incoming = [
        Incoming(offset, None, f"offset {offset}", json.dumps(event).encode())
        for offset, event in enumerate(events, start=at)
    ]
    batch = LaneBatch(str(lane), at, at + len(incoming), incoming)
    with lineage.open_tracker(f"sqlite:///{Path.cwd() / 'lineage.db'}") as tracker:
        tracker.lanes.record([batch], lambda _: None)


def test_lag_is_what_the_broker_has_and_the_store_has_not(
    run: Run, kafka: Kafka, prefix: str
) -> None:
    """Before any worker, in the middle, and at the end; --max decides the exit code."""
    run("topics", "create", "--partitions", "1")
    events = emitted(run, 5)
    name = f"{prefix}.events"
    begun = {"topic": name, "partition": 0, "next": 0, "end": 5, "lag": 5, "last_seen": None}
    before = run("lag", "--max", "5", "--json")
    assert before.exit_code == 0
    assert answer(before)["lag"] == 5
    assert begun in answer(before)["lanes"]
    assert run("lag", "--max", "4").exit_code == 1
    record(lane_of(kafka, name), events[:3])
    after = answer(run("lag", "--json"))
    (row,) = (row for row in after["lanes"] if row["topic"] == name)
    assert (row["next"], row["end"], row["lag"], after["lag"]) == (3, 5, 2, 2)
    assert row["last_seen"].endswith("Z")
    record(lane_of(kafka, name), events[3:], at=3)
    assert run("lag", "--max", "0").exit_code == 0


def test_without_the_broker_the_end_is_unknown(
    run: Run, kafka: Kafka, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4: what is recorded is shown, how far behind is null and never nought."""
    monkeypatch.setattr(admin, "CONNECT_MS_MAX", 500)
    run("topics", "create", "--partitions", "1")
    name = f"{prefix}.events"
    record(lane_of(kafka, name), [share()])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    result = run("lag", "--kafka", address, "--max", "0", "--json")
    assert result.exit_code == 4
    (row,) = answer(result)["lanes"]
    assert (row["topic"], row["next"], row["end"], row["lag"]) == (name, 1, None, None)
    assert answer(result)["lag"] is None
    shown = run("lag", "--kafka", address)
    assert "unknown how far behind" in shown.stdout
    assert f"no Kafka broker answers at {address}" in shown.stderr


def test_a_missing_topic_is_no_lag_of_nought(run: Run) -> None:
    """A wrong prefix must not look as if all were recorded."""
    result = run("lag", "--max", "0")
    assert result.exit_code == 5
    assert "there is no topic" in result.stderr


def test_deleted_unread_events_are_found_and_can_be_passed_over(
    run: Run, kafka: Kafka, prefix: str
) -> None:
    """`check` names lane and offset, `skip` takes note of the loss and leaves a dead letter."""
    run("topics", "create", "--partitions", "1")
    name = f"{prefix}.events"
    events = emitted(run, 6)
    record(lane_of(kafka, name), events[:2])
    assert run("topics", "check").exit_code == 0
    kafka.admin.delete_records({TopicPartition(name, 0): 4})
    checked = run("topics", "check", "--json")
    assert checked.exit_code == 1
    (finding,) = answer(checked)["findings"]
    assert (finding["check"], finding["partition"]) == ("lost", 0)
    assert "offsets 2 to 3" in finding["says"]
    words = finding["do"].partition("lineage topics skip ")[2].split()
    done = run("topics", "skip", *words, "--json")
    assert done.exit_code == 0
    assert answer(done) == {"lane": str(lane_of(kafka, name)), "next": 4, "passed": 2}
    assert run("topics", "check").exit_code == 0
    assert answer(run("lag", "--json"))["lag"] == 2
    assert answer(run("dead-letters", "list", "--json"))["total"] == 1
    assert run("verify").exit_code == 0
    again = run("topics", "skip", *words)
    assert again.exit_code == 2
    assert "nothing to skip" in again.stderr


def test_a_topic_that_was_made_anew_is_found(run: Run, kafka: Kafka, prefix: str) -> None:
    """Its offsets begin again, and `lag` counts them from the beginning."""
    run("topics", "create", "--partitions", "1")
    name = f"{prefix}.events"
    record(lane_of(kafka, name), emitted(run, 3))
    kafka.admin.delete_topics([name])
    assert run("topics", "create", "--partitions", "1").exit_code == 0
    checks = [each["check"] for each in answer(run("topics", "check", "--json"))["findings"]]
    assert checks == ["made-anew"]
    events = emitted(run, 1)
    assert answer(run("lag", "--json"))["lag"] == 1
    record(lane_of(kafka, name), events)
    report = answer(run("topics", "check", "--json"))
    assert report["ok"]
    assert "made-anew" in [each["check"] for each in report["notes"]]
