"""How far recording is behind the broker, lane by lane. Nothing is read from the topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from lineage.events.times import from_micros
from streams.answers import LagReport, LaneLag
from streams.cluster import ClusterState, Partition, TopicState
from streams.lane_checks import KnownLane
from streams.lanes import LaneName


def lag_of(state: ClusterState, lanes: Sequence[KnownLane]) -> LagReport:
    """Every partition of these topics; one that no worker has begun counts from its beginning."""
    known = {lane.name: lane for lane in lanes}
    rows = [
        _row(
            topic, each, known.get(LaneName(state.cluster, topic.name, topic.topic_id, each.number))
        )
        for topic in sorted(state.topics.values(), key=lambda topic: topic.name)
        for each in topic.partitions
    ]
    lags = [row.lag for row in rows]
    return LagReport(lanes=rows, lag=None if None in lags else sum(each or 0 for each in lags))


def _row(topic: TopicState, partition: Partition, lane: KnownLane | None) -> LaneLag:
    next_offset = partition.begin or 0 if lane is None else lane.next
    end = partition.end
    return LaneLag(
        topic=topic.name,
        partition=partition.number,
        next=next_offset,
        end=end,
        lag=None if end is None else max(0, end - next_offset),
        last_seen=None if lane is None else _last_seen(lane),
    )


def _last_seen(lane: KnownLane) -> datetime | None:
    return from_micros(lane.recorded_at) if lane.recorded_at else None


def lag_unknown(lanes: Iterable[KnownLane], *, prefix: str) -> LagReport:
    """What the store alone can say, where the broker cannot be asked."""
    return LagReport(lanes=list(_recorded(lanes, prefix)), lag=None)


def _recorded(lanes: Iterable[KnownLane], prefix: str) -> Iterator[LaneLag]:
    """The newest generation of each partition."""
    newest: dict[tuple[str, int], KnownLane] = {}
    ours = (lane for lane in lanes if lane.name.topic.startswith(f"{prefix}."))
    for lane in sorted(ours, key=lambda lane: lane.recorded_at):
        newest[lane.name.topic, lane.name.partition] = lane
    for (topic, partition), lane in sorted(newest.items()):
        yield LaneLag(
            topic=topic,
            partition=partition,
            next=lane.next,
            end=None,
            lag=None,
            last_seen=_last_seen(lane),
        )


def furthest_behind(report: LagReport) -> int:
    """The lag of the lane that is furthest behind."""
    return max((lane.lag or 0 for lane in report.lanes), default=0)
