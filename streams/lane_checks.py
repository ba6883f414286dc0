"""What the store's lanes tell about a topic: unread events that are gone, topics made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from streams.answers import Finding
from streams.cluster import Partition, TopicState
from streams.lanes import LaneName


class KnownLane(NamedTuple):
    """A partition that was recorded from: the first offset that is not, and when the newest event
    was (microseconds, 0 for none).
    """

    name: LaneName
    next: int
    recorded_at: int


def known_lanes(rows: Iterable[tuple[str, int, int]]) -> list[KnownLane]:
    """Those of the store's lanes that are partitions, from (name, next, recorded at)."""
    named = ((LaneName.parse(lane), next_, at) for lane, next_, at in rows)
    return [KnownLane(name, next_, at) for name, next_, at in named if name is not None]


def of_lanes(
    topic: TopicState, cluster: str, lanes: Sequence[KnownLane]
) -> Iterator[tuple[Finding, bool]]:
    """Findings about one topic, each with whether it is over and only to be known."""
    ours = [lane for lane in lanes if lane.name.topic == topic.name]
    mine = {
        lane.name.partition: lane
        for lane in ours
        if (lane.name.cluster, lane.name.topic_id) == (cluster, topic.topic_id)
    }
    if len(mine) < len(ours):
        before = [lane.name for lane in ours if lane.name.topic_id != topic.topic_id]
        elsewhere = [lane.name for lane in ours if lane.name.cluster != cluster]
        what = "read from another cluster" if elsewhere else "deleted and made anew"
        if before or elsewhere:
            yield _made_anew(topic.name, what), bool(mine)
    for partition in topic.partitions:
        if (lane := mine.get(partition.number)) is not None:
            for finding in _of_progress(lane, partition):
                yield finding, False
    begun = len(mine)
    unread = [each.number for each in topic.partitions if each.end and each.number not in mine]
    if begun and unread:
        yield _not_begun(topic.name, unread), True


def _made_anew(topic: str, what: str) -> Finding:
    return Finding(
        check="made-anew",
        topic=topic,
        says=f"the topic was {what} since events of it were recorded: its offsets are others, and"
        " what was unread of the former one is not in it",
        do="if the former one had unread events, let their services send them again; what is on"
        " record already is skipped",
    )


def _of_progress(lane: KnownLane, partition: Partition) -> Iterator[Finding]:
    topic, next_offset = lane.name.topic, lane.next
    if partition.begin is not None and next_offset < partition.begin:
        yield Finding(
            check="lost",
            topic=topic,
            partition=partition.number,
            says=f"offsets {next_offset} to {partition.begin - 1} were deleted before they were"
            " recorded: the worker stops here",
            do="raise retention.ms and let the services send that time again; then take note of the"
            f" loss: lineage topics skip {lane.name} --to {partition.begin}",
        )
    if partition.end is not None and next_offset > partition.end:
        yield Finding(
            check="truncated",
            topic=topic,
            partition=partition.number,
            says=f"offsets below {next_offset} are recorded and the partition ends at"
            f" {partition.end}: the broker has lost what it had acknowledged, and new events get"
            " offsets that count as recorded",
            do="stop the workers; make the topic anew, so that it is a lane of its own",
        )


def _not_begun(topic: str, partitions: Sequence[int]) -> Finding:
    numbers = ", ".join(map(str, partitions))
    return Finding(
        check="not-begun",
        topic=topic,
        says=f"partitions {numbers} have events and none is recorded. If they were added later: a"
        " person's newer events are in another partition than the older ones, and may be recorded"
        " before them; answers are the same once both are read",
        do="nothing while `lineage lag` falls; otherwise start a worker",
    )
