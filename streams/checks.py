"""What is unsafe about topics, and what to do: pure, from what the broker and the store say.

Findings are what somebody can and must mend; notes are what cannot be helped here, or is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from streams.answers import CheckName, Finding, TopicsReport
from streams.cluster import ClusterSettings, ClusterState, Partition, TopicState
from streams.lane_checks import KnownLane, of_lanes
from streams.making import MESSAGE_BYTES, REPLICATION_MAX

KEPT_MIN = timedelta(days=3)
"""A worker that fails on Friday evening is looked after on Monday."""

ADDED_BYTES = 1024
"""More than what stands beside a dead letter that is sent on."""

KEPT_MAX = timedelta(days=30)
"""Messages are plaintext of persons: an erasure must not be outlived by more than its month."""

_SET = "kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config {setting}"
_FOREVER = "-1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the topics are for: the events' topic is the one that workers share, from that of dead
    letters nothing is read.
    """

    events: str
    others: Sequence[str] = ()
    dead_letters: str | None = None
    workers: int | None = None


def check_topics(
    wanted: Wanted,
    state: ClusterState,
    settings: ClusterSettings,
    lanes: Sequence[KnownLane] = (),
) -> TopicsReport:
    """Everything there is to say, topic by topic."""
    findings: list[Finding] = []
    notes: list[Finding] = []
    if settings.auto_create:
        findings.append(
            Finding(
                check="auto-create",
                says="the broker makes a topic whenever somebody misspells one, with its own"
                " settings: events would go where nobody reads them",
                do="set auto.create.topics.enable=false on every broker",
            )
        )
    for name in filter(None, (wanted.events, *wanted.others, wanted.dead_letters)):
        if (topic := state.topics.get(name)) is None:
            findings.append(_missing(name))
            continue
        configs = settings.topics.get(name, {})
        findings += _of_settings(name, configs)
        findings += _of_copies(topic, configs, state.brokers)
        findings += _of_transactions(topic, settings)
        if name == wanted.events:
            findings += _of_workers(topic, wanted.workers)
        if name == wanted.dead_letters:
            findings += _of_room(name, settings)
        for finding, is_over in of_lanes(topic, state.cluster, lanes):
            (notes if is_over else findings).append(finding)
    if state.brokers == 1:
        notes.append(
            Finding(
                check="one-broker",
                says="the cluster has one broker: its disk holds the only copy of what is not"
                " recorded yet",
                do="enough to try things out; for more, three brokers and topics made anew",
            )
        )
    return TopicsReport(ok=not findings, findings=findings, notes=notes)


def _missing(topic: str) -> Finding:
    return Finding(
        check="missing",
        topic=topic,
        says="the topic does not exist: what is sent to it goes nowhere",
        do="lineage topics create",
    )


def _by_setting(topic: str, check: CheckName, says: str, setting: str) -> Finding:
    do = _SET.format(topic=topic, setting=setting)
    return Finding(check=check, topic=topic, says=says, do=do)


def _of_settings(topic: str, configs: Mapping[str, str]) -> Iterator[Finding]:
    if "compact" in configs.get("cleanup.policy", "delete"):
        yield _by_setting(
            topic,
            "compaction",
            "cleanup.policy is compact: Kafka keeps the newest message of each person and removes"
            " the others, read or not; the holes cannot be told from loss",
            "cleanup.policy=delete",
        )
    if configs.get("message.timestamp.type", "LogAppendTime") != "LogAppendTime":
        yield _by_setting(
            topic,
            "timestamp",
            "message.timestamp.type is CreateTime: retention counts from the time that the sender"
            " wrote, so an event sent late (a backfill) may be deleted as soon as it has arrived."
            " Nothing is lost by LogAppendTime, the event carries its own time",
            "message.timestamp.type=LogAppendTime",
        )
    if int(configs.get("max.message.bytes", MESSAGE_BYTES)) < MESSAGE_BYTES:
        yield _by_setting(
            topic,
            "message-size",
            f"max.message.bytes is {configs['max.message.bytes']}: an event may have 1 MiB and its"
            " headers need room, so a large one is refused by the broker and not sent",
            f"max.message.bytes={MESSAGE_BYTES}",
        )
    if configs.get("unclean.leader.election.enable") == "true":
        yield _by_setting(
            topic,
            "unclean-election",
            "unclean.leader.election.enable is true: a broker that was behind may become leader,"
            " and what it had not copied is gone although it was acknowledged",
            "unclean.leader.election.enable=false",
        )
    yield from _of_retention(topic, configs)


def _of_room(dead_letters: str, settings: ClusterSettings) -> Iterator[Finding]:
    """What was read must fit into the topic that it is sent on to."""
    room = {
        name: int(s.get("max.message.bytes", MESSAGE_BYTES)) for name, s in settings.topics.items()
    }
    of_dead = room.pop(dead_letters, MESSAGE_BYTES)
    needed = max(room.values(), default=0) + ADDED_BYTES
    if MESSAGE_BYTES <= of_dead < needed:  # less is said anyhow
        yield _by_setting(
            dead_letters,
            "message-size",
            f"max.message.bytes is {of_dead}: a dead letter is sent on with its place and reason"
            f" beside it, so one as large as the other topics take does not fit, and the worker"
            " ends at it",
            f"max.message.bytes={needed}",
        )


def _of_retention(topic: str, configs: Mapping[str, str]) -> Iterator[Finding]:
    week = "retention.ms=604800000,segment.ms=86400000"
    if configs.get("retention.bytes", _FOREVER) != _FOREVER:
        yield _by_setting(
            topic,
            "retention-size",
            f"retention.bytes is {configs['retention.bytes']}: a partition that grows beyond it"
            " loses its oldest messages, read or not and however young",
            "retention.bytes=-1",
        )
    if configs.get("retention.ms", _FOREVER) == _FOREVER:
        yield _by_setting(
            topic,
            "retention-long",
            "retention.ms is -1: plaintext about persons stays on the brokers for ever, and no"
            " erasure reaches it",
            week,
        )
        return
    least = _span(configs["retention.ms"])
    segment = _span(configs.get("segment.ms", "604800000"))
    if least < KEPT_MIN:
        yield _by_setting(
            topic,
            "retention-short",
            f"retention.ms is {shown(least)}: a message is deleted that long after it came, read or"
            f" not; an outage of the workers must not last longer. At least {shown(KEPT_MIN)}",
            week,
        )
    if least + segment > KEPT_MAX:
        yield _by_setting(
            topic,
            "retention-long",
            f"retention.ms is {shown(least)} and segment.ms {shown(segment)}: Kafka deletes whole"
            " segments, once the newest message of each is old enough, so in a quiet partition"
            f" (segment.bytes is never reached) plaintext about persons is kept for up to"
            f" {shown(least + segment)}. At most {shown(KEPT_MAX)}",
            week,
        )


def _of_copies(topic: TopicState, configs: Mapping[str, str], brokers: int) -> Iterator[Finding]:
    copies = min((each.replicas for each in topic.partitions), default=0)
    if copies < min(REPLICATION_MAX, brokers):
        yield Finding(
            check="replication",
            topic=topic.name,
            says=f"{copies} of {brokers} brokers have a copy: with the disk of one, events go that"
            " were acknowledged and not recorded yet",
            do="kafka-reassign-partitions.sh gives the partitions more replicas",
        )
    needed = int(configs.get("min.insync.replicas", "1"))
    if copies > 1 and needed < 2:
        yield _by_setting(
            topic.name,
            "min-insync",
            "min.insync.replicas is 1: acks=all is then the word of one broker alone, and what it"
            " acknowledged goes with its disk",
            "min.insync.replicas=2",
        )
    for each in topic.partitions:
        yield from _of_partition(topic.name, each, needed)


def _of_partition(topic: str, partition: Partition, needed: int) -> Iterator[Finding]:
    check: CheckName = "in-sync"
    if partition.end is None:
        check = "leader"
        says = "no broker leads the partition: it can be neither written nor read"
    elif partition.in_sync < needed:
        says = (
            f"{partition.in_sync} copies are up to date and {needed} are asked for: it refuses what"
            " is sent"
        )
    elif partition.in_sync < partition.replicas:
        says = f"{partition.in_sync} of {partition.replicas} copies are up to date"
    else:
        return
    yield Finding(
        check=check,
        topic=topic,
        partition=partition.number,
        says=says,
        do="see which brokers are down: kafka-topics.sh --describe --under-replicated-partitions",
    )


def _of_transactions(topic: TopicState, settings: ClusterSettings) -> Iterator[Finding]:
    for each in topic.partitions:
        if (topic.name, each.number) in settings.transactional:
            yield Finding(
                check="transactions",
                topic=topic.name,
                partition=each.number,
                says="a producer writes to it in transactions: each ends with a marker that takes"
                " an offset and is no message, and a hole cannot be told from loss",
                do="let that producer be idempotent only (no transactional.id)",
            )


def _of_workers(topic: TopicState, workers: int | None) -> Iterator[Finding]:
    count = len(topic.partitions)
    if workers is not None and workers > count:
        yield Finding(
            check="partitions",
            topic=topic.name,
            says=f"{workers} workers share {count} partitions: {workers - count} of them have"
            " nothing to do, and may not wake when another one fails",
            do=f"start at most {count} workers",
        )


def _span(milliseconds: str) -> timedelta:
    # What Kafka takes goes beyond what Python's clock knows; a century is long enough to complain.
    return timedelta(milliseconds=min(int(milliseconds), 100 * 365 * 86_400_000))


def shown(span: timedelta) -> str:
    """A time span for people: ``7 days``, ``12 hours``, ``90 s``."""
    seconds = span.total_seconds()
    for name, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s"
