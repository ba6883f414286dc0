"""What a worker tells Prometheus: the numbers, the help, and no identifier anywhere."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.metrics import Metrics

LABELS = {"topic", "partition", "reason", "le"}


@dataclass
class Tally:
    read: int = 5
    recorded: int = 3
    duplicates: int = 1
    reasons: Counter[str] = field(default_factory=lambda: Counter({"bad_json": 1}))


@dataclass
class Batch:
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.02


def scraped(metrics: Metrics) -> str:
    """What Prometheus gets."""
    with (
        metrics.serve(0) as endpoint,
        urllib.request.urlopen(f"http://127.0.0.1:{endpoint.port}/metrics", timeout=5) as answer,
    ):
        return str(answer.read().decode())


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every number, by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_batch_is_counted() -> None:
    """Events, duplicates, dead letters by reason, seconds and size, as they are scraped."""
    metrics = Metrics()
    metrics.batch(Batch())
    metrics.batch(Batch())
    metrics.retries()
    metrics.forwarded(3)
    found = samples(scraped(metrics))
    assert found["lineage_events_recorded_total", ()] == 6
    assert found["lineage_duplicates_total", ()] == 2
    assert found["lineage_dead_letters_total", (("reason", "bad_json"),)] == 2
    assert found["lineage_dead_letters_forwarded_total", ()] == 3
    assert found["lineage_retries_total", ()] == 1
    assert found["lineage_batch_seconds_count", ()] == 2
    assert found["lineage_batch_seconds_sum", ()] == pytest.approx(0.04)
    assert found["lineage_batch_messages_sum", ()] == 10


def test_the_oldest_unread_event_grows_old_by_itself() -> None:
    """Its age is worked out when it is asked for, so a worker that stands still shows it."""
    now = 1000.0
    metrics = Metrics(clock=lambda: now)
    metrics.lane("lineage.events", 3, next=10, end=14, oldest_unread_at=940.0)
    at = (("partition", "3"), ("topic", "lineage.events"))
    found = samples(scraped(metrics))
    assert found["lineage_lane_lag", at] == 4
    assert found["lineage_lane_oldest_unread_age_seconds", at] == 60
    now = 1030.0
    assert samples(scraped(metrics))["lineage_lane_oldest_unread_age_seconds", at] == 90
    metrics.lane("lineage.events", 3, next=14, end=14)
    assert samples(scraped(metrics))["lineage_lane_oldest_unread_age_seconds", at] == 0


def test_a_lane_that_was_given_up_is_reported_by_its_new_worker_alone() -> None:
    """Else two workers would say different things of the same partition."""
    metrics = Metrics()
    metrics.lane("lineage.events", 3, next=10, end=14)
    metrics.gave_up("lineage.events", 3)
    assert not [name for name, labels in samples(scraped(metrics)) if dict(labels).get("topic")]


def test_every_metric_teaches_and_no_label_is_about_a_person() -> None:
    """Each help text says what it is and what to make of it; labels are from a list of four."""
    metrics = Metrics()
    metrics.batch(Batch())
    metrics.lane("lineage.events", 0, next=0, end=0)
    for family in metrics.registry.collect():
        assert len(family.documentation) > 60, family.name
        assert family.name.startswith("lineage_")
        for sample in family.samples:
            assert set(sample.labels) <= LABELS


def test_the_endpoint_is_on_the_loopback_and_goes_away() -> None:
    """Nobody else on the network can read it, and a closed one leaves the port free."""
    metrics = Metrics()
    endpoint = metrics.serve(0)
    endpoint.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{endpoint.port}/metrics", timeout=5)
    with socket.create_server(("127.0.0.1", endpoint.port)):
        pass


def test_two_workers_in_one_process_do_not_share_numbers() -> None:
    """Each has a registry of its own."""
    one, two = Metrics(), Metrics()
    one.events_recorded(5)
    assert two.registry.get_sample_value("lineage_events_recorded_total") == 0
