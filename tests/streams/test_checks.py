"""What is unsafe about topics: every finding, from what a broker would say. No broker needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from streams.answers import TopicsReport
from streams.checks import Wanted, check_topics, shown
from streams.cluster import ClusterSettings, ClusterState, Partition, TopicState
from streams.lane_checks import KnownLane, known_lanes
from streams.lanes import LaneName
from streams.making import safe_configs

EVENTS = "lineage.events"
CLUSTER = "cluster-1"
TOPIC_ID = "5f2b7a5e-0000-4000-8000-000000000001"
SAFE = safe_configs(copies=3, retention=timedelta(days=7))
WHOLE = Partition(number=0, replicas=3, in_sync=3, begin=100, end=200)


def state(*partitions: Partition, brokers: int = 3) -> ClusterState:
    """A cluster with the events' topic of these partitions."""
    topic = TopicState(EVENTS, TOPIC_ID, partitions or (WHOLE,))
    return ClusterState(CLUSTER, brokers, {EVENTS: topic})


def settings(
    configs: Mapping[str, str] = SAFE,
    *,
    auto_create: bool = False,
    transactional: frozenset[tuple[str, int]] = frozenset(),
) -> ClusterSettings:
    """How the cluster is set."""
    return ClusterSettings(auto_create, {EVENTS: configs}, transactional)


def report(
    cluster: ClusterState | None = None,
    configured: ClusterSettings | None = None,
    lanes: list[KnownLane] | None = None,
    workers: int | None = None,
) -> TopicsReport:
    """The check of the events' topic alone."""
    wanted = Wanted(EVENTS, workers=workers)
    return check_topics(wanted, cluster or state(), configured or settings(), lanes or [])


def lane(next_offset: int, *, topic_id: str = TOPIC_ID, cluster: str = CLUSTER) -> KnownLane:
    """The lane of partition 0."""
    return KnownLane(LaneName(cluster, EVENTS, topic_id, 0), next_offset, 1)


def test_what_we_make_is_safe() -> None:
    """The settings of `topics create` have no finding and no note on three brokers."""
    assert report() == TopicsReport(ok=True, findings=[], notes=[])


@pytest.mark.parametrize(
    ("check", "configs"),
    [
        ("compaction", {"cleanup.policy": "compact"}),
        ("compaction", {"cleanup.policy": "compact,delete"}),
        ("timestamp", {"message.timestamp.type": "CreateTime"}),
        ("message-size", {"max.message.bytes": "1048588"}),
        ("unclean-election", {"unclean.leader.election.enable": "true"}),
        ("retention-size", {"retention.bytes": "1000000"}),
        ("retention-long", {"retention.ms": "-1"}),
        ("retention-long", {"retention.ms": "9223372036854775807"}),
        ("retention-long", {"retention.ms": str(29 * 86_400_000), "segment.ms": "604800000"}),
        ("retention-short", {"retention.ms": "3600000"}),
        ("min-insync", {"min.insync.replicas": "1"}),
    ],
)
def test_each_unsafe_setting_is_found(check: str, configs: dict[str, str]) -> None:
    """One setting, one finding, which names the topic and says what to type."""
    found = report(configured=settings({**SAFE, **configs}))
    assert [finding.check for finding in found.findings] == [check]
    assert not found.ok
    assert found.findings[0].topic == EVENTS
    assert f"--entity-name {EVENTS}" in found.findings[0].do


def test_retention_says_how_long_is_really_kept() -> None:
    """A segment is deleted whole: 25 days of retention and 7 of a segment are up to 32 days."""
    configs = {**SAFE, "retention.ms": str(25 * 86_400_000), "segment.ms": str(7 * 86_400_000)}
    (finding,) = report(configured=settings(configs)).findings
    assert "up to 32 days" in finding.says


def test_one_copy_is_a_finding_where_more_are_possible() -> None:
    """And a note where the cluster has one broker: nothing can be done about it there."""
    single = Partition(number=0, replicas=1, in_sync=1, begin=0, end=0)
    configs = settings(safe_configs(copies=1, retention=timedelta(days=7)))
    found = report(state(single), configs)
    assert [finding.check for finding in found.findings] == ["replication"]
    alone = report(state(single, brokers=1), configs)
    assert alone.ok
    assert [note.check for note in alone.notes] == ["one-broker"]


@pytest.mark.parametrize(
    ("partition", "check", "says"),
    [
        (replace(WHOLE, begin=None, end=None), "leader", "no broker leads"),
        (replace(WHOLE, in_sync=1), "in-sync", "refuses what is sent"),
        (replace(WHOLE, in_sync=2), "in-sync", "2 of 3 copies"),
    ],
)
def test_partitions_that_are_not_whole(partition: Partition, check: str, says: str) -> None:
    """Each is named by its number."""
    (finding,) = report(state(partition)).findings
    assert (finding.check, finding.partition) == (check, 0)
    assert says in finding.says


def test_more_workers_than_partitions() -> None:
    """Those that would be idle are counted; as many as partitions is right."""
    (finding,) = report(workers=4).findings
    assert finding.check == "partitions"
    assert "3 of them have nothing to do" in finding.says
    assert report(workers=1).ok


def test_transactions_and_topics_made_by_a_slip() -> None:
    """Both are found: markers look like loss, and a misspelt topic swallows events."""
    configured = settings(auto_create=True, transactional=frozenset({(EVENTS, 0)}))
    found = report(configured=configured)
    assert [finding.check for finding in found.findings] == ["auto-create", "transactions"]


def test_a_missing_topic() -> None:
    """The command that makes it is named, and nothing else is said of it."""
    (finding,) = report(ClusterState(CLUSTER, 3, {})).findings
    assert (finding.check, finding.do) == ("missing", "lineage topics create")


def test_events_deleted_before_they_were_recorded() -> None:
    """The lane stands before what the topic still has: the offsets between are named."""
    (finding,) = report(lanes=[lane(40)]).findings
    assert (finding.check, finding.partition) == ("lost", 0)
    assert "offsets 40 to 99" in finding.says
    assert finding.do.endswith(f"lineage topics skip {lane(40).name} --to 100")
    assert report(lanes=[lane(100)]).ok
    assert report(lanes=[lane(200)]).ok


def test_a_topic_that_ends_before_what_is_recorded() -> None:
    """The broker has forgotten what it acknowledged."""
    (finding,) = report(lanes=[lane(201)]).findings
    assert finding.check == "truncated"


def test_a_topic_that_was_made_anew() -> None:
    """Found until a worker has begun the new one; then it is only noted."""
    before = lane(7, topic_id="00000000-0000-4000-8000-00000000000f")
    (finding,) = report(lanes=[before]).findings
    assert finding.check == "made-anew"
    begun = report(lanes=[before, lane(150)])
    assert begun.ok
    assert [note.check for note in begun.notes] == ["made-anew"]
    (elsewhere,) = report(lanes=[lane(7, cluster="cluster-2")]).findings
    assert "another cluster" in elsewhere.says


def test_partitions_that_nobody_has_begun() -> None:
    """Noted where others are recorded, for they may have been added later."""
    second = replace(WHOLE, number=1)
    found = report(state(WHOLE, second), lanes=[lane(150)])
    assert found.ok
    assert [(note.check, note.says[:12]) for note in found.notes] == [("not-begun", "partitions 1")]


def test_lanes_that_are_no_partitions_are_let_be() -> None:
    """Names are read back as they were written; `local` and others are none of ours."""
    name = LaneName(CLUSTER, EVENTS, TOPIC_ID, 11)
    rows = [("local", 5, 1), (str(name), 7, 2), ("kafka/a/b/c", 1, 1), ("kafka/a/b/c/x", 1, 1)]
    assert known_lanes(rows) == [KnownLane(name, 7, 2)]


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(hours=36), "1.5 days"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(minutes=90), "1.5 hours"),
        (timedelta(seconds=61), "1.02 minutes"),
        (timedelta(milliseconds=1500), "1.5 s"),
    ],
)
def test_spans_are_shown_to_people(span: timedelta, text: str) -> None:
    """In the largest unit that fits."""
    assert shown(span) == text
