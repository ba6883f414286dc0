"""How far behind recording is, from what broker and store say. No broker needed."""

from __future__ import annotations

from datetime import UTC, datetime

from streams.answers import LaneLag
from streams.cluster import ClusterState, Partition, TopicState
from streams.lag import furthest_behind, lag_of, lag_unknown
from streams.lane_checks import KnownLane
from streams.lanes import LaneName

SEEN = datetime(2026, 3, 4, 10, tzinfo=UTC)
MICROS = 1_772_618_400_000_000


def partition(number: int, begin: int | None, end: int | None) -> Partition:
    """One partition with a copy."""
    return Partition(number=number, replicas=1, in_sync=1, begin=begin, end=end)


def state(*partitions: Partition) -> ClusterState:
    """The events' topic of these partitions, in its second generation."""
    return ClusterState("c", 1, {"lineage.events": TopicState("lineage.events", "t2", partitions)})


def lane(number: int, next_: int, *, topic_id: str = "t2", at: int = MICROS) -> KnownLane:
    """A lane of the events' topic."""
    return KnownLane(LaneName("c", "lineage.events", topic_id, number), next_, at)


def test_what_lies_between_next_and_end() -> None:
    """A lane counts from its next, one that nobody has begun from the topic's beginning."""
    lanes = [lane(0, 150), lane(0, 999, topic_id="t1")]
    report = lag_of(state(partition(0, 100, 184), partition(1, 10, 30)), lanes)
    topic = "lineage.events"
    assert report.lanes == [
        LaneLag(topic=topic, partition=0, next=150, end=184, lag=34, last_seen=SEEN),
        LaneLag(topic=topic, partition=1, next=10, end=30, lag=20, last_seen=None),
    ]
    assert report.lag == 54
    assert furthest_behind(report) == 34


def test_the_sum_is_unknown_where_one_is() -> None:
    """A partition that no broker leads has no end, and then nobody knows how far behind we are."""
    report = lag_of(state(partition(0, 0, 5), partition(1, None, None)), [lane(1, 7)])
    assert [(row.next, row.end, row.lag) for row in report.lanes] == [(0, 5, 5), (7, None, None)]
    assert report.lag is None


def test_nothing_is_ahead() -> None:
    """A broker that has lost its end does not make the lag negative."""
    assert lag_of(state(partition(0, 0, 5)), [lane(0, 9)]).lag == 0


def test_without_the_broker_the_store_says_what_it_knows() -> None:
    """The newest generation of each partition of this tracker; end and lag are unknown."""
    other = KnownLane(LaneName("c", "other.events", "t", 0), 3, MICROS)
    lanes = [lane(0, 9), lane(0, 999, topic_id="t1", at=5), lane(1, 2, at=0), other]
    report = lag_unknown(lanes, prefix="lineage")
    rows = [(row.partition, row.next, row.end, row.last_seen) for row in report.lanes]
    assert rows == [(0, 9, None, SEEN), (1, 2, None, None)]
    assert report.lag is None
    assert furthest_behind(report) == 0
