"""The stream: what is on a topic until it is durable and projected, and reading it alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice, repeat
from pathlib import Path

from bench.consumers import rate_of
from bench.crowd import Crowd, whole_crowd
from bench.harness import BATCH, Row, growth, middle, rate, say
from bench.kafka_worker import Working, until_durable, until_shared
from bench.profiling import Spent, table_of
from bench.recording import Round, against, row_of
from bench.stores import Place, Stores
from bench.streams import disturbed, shop, strangers
from bench.topics import PARTITIONS, PRODUCER_BYTES, Stream
from lineage.events import EventClass
from lineage.events.registry import REGISTRY
from lineage.tracker import Tracker
from tests.support.kafka_topics import Kafka

WARMING = 16 * PARTITIONS
FIRST_SEED = 100
PROFILED = 50


def measure(stores: Stores) -> Iterator[Row]:
    with stores.kafka() as kafka:
        yield from _to_durable(stores, kafka)
        yield _consuming(stores, kafka)
        yield _backlog(stores, kafka)


def stream_round(stores: Stores, number: int) -> list[bytes]:
    """A shop's stream as the events' topic takes it: it ends before now, for what lies ahead is
    refused there, and without the few answers of recipients, which have topics of their own.
    """
    size, seed = stores.size, FIRST_SEED + number
    began = datetime.now(UTC) - timedelta(days=2 + size.events / 2880)
    events = shop(
        size.events,
        seed=seed,
        shoppers=size.shoppers,
        crowd=size.crowd,
        start=began - timedelta(days=30 * seed),
    )
    return disturbed([event for event in events if _is_fact(event)])


def _is_fact(event: bytes) -> bool:
    return REGISTRY.model_for(json.loads(event)["type"]).event_class is EventClass.FACT


def _to_durable(stores: Stores, kafka: Kafka) -> Iterator[Row]:
    crowd = whole_crowd(stores)["postgresql"]
    one: list[Round] = []
    two: list[Round] = []
    agents: list[float] = []
    for number in range(stores.size.rounds):
        stream = Stream(kafka)
        with ExitStack() as stack:
            working: list[Working] = []
            for which, rounds in enumerate((one, two)):  # the second worker joins the first
                working.append(stack.enter_context(Working(crowd.place, stream, stores.folder)))
                rounds.append(_round(stores, crowd, stream, 2 * number + which, working))
        total = sum(stream.ends().values())
        ways = stores.size.agents
        agents.append(max(rate_of(way, stream, total, stores.folder) for way in ways))
        say(
            f"stream: {one[-1][0]:.3f} of the floor, two workers {two[-1][0]:.3f};"
            f" {one[-1][1] / agents[-1]:.2f} of a stock agent"
        )
    note = (
        f"{kafka.broker.origin}; {PARTITIONS} partitions, batches of {BATCH:,}, the producer's of"
        f" {PRODUCER_BYTES >> 10} KiB; broker and database on the same cores"
    )
    row = row_of("Kafka to durable and projected, one worker, PostgreSQL", one, 0.15, 0.22)
    yield replace(row, note=note)
    each, bare = middle([ours for _, ours, _ in one]), middle(agents)
    ratio = middle([ours / agent for (_, ours, _), agent in zip(one, agents, strict=True)])
    yield Row(
        "the same / a stock Faust agent with an empty body",
        rate(each, 1),
        rate(bare, 1),
        ratio,
        2.5,
        4,
        note="it reads the same topic and does nothing; the faster of its ways",
    )
    both = middle([ours for _, ours, _ in two])
    ratio = middle([more[1] / less[1] for more, less in zip(two, one, strict=True)])
    yield Row("two workers / one worker, PostgreSQL", rate(both, 1), rate(each, 1), ratio)


def profile(stores: Stores) -> str:
    """The table of a worker's stages."""
    crowd = whole_crowd(stores)["postgresql"]
    events = stream_round(stores, PROFILED)
    with stores.kafka() as kafka:
        stream = Stream(kafka)
        with Working(crowd.place, stream, stores.folder, profiled=True) as worker:
            took = _worked_off(crowd, stream, events, [worker])
            stages = worker.stop()["stages"]
    spent = {name: Spent(*one) for name, one in stages.items() if one[0]}
    return table_of("A worker, PostgreSQL, by stage", "stage", spent, took, len(events))


def _round(
    stores: Stores, crowd: Crowd, stream: Stream, number: int, working: Sequence[Working]
) -> Round:
    events = stream_round(stores, number)
    took = _worked_off(crowd, stream, events, working)
    return against(crowd.floor, len(events), len(set(events)), took)


def _worked_off(
    crowd: Crowd, stream: Stream, events: Sequence[bytes], working: Sequence[Working]
) -> float:
    """Workers that have joined are frozen while the topic is filled; gives how long they take from
    when they go on until all of it is durable.
    """
    until_shared(stream, working)
    stream.fill(strangers(WARMING))
    until_durable(crowd.tracker, stream.ends(), working)
    crowd.floor.pass_over()
    letters = crowd.tracker.dead_letters().total
    for worker in working:
        worker.freeze()
    assert stream.fill(events) == len(events)
    ends = stream.ends()
    began = time.perf_counter()
    for worker in working:
        worker.go_on()
    took = until_durable(crowd.tracker, ends, working) - began
    assert stream.ends() == ends
    assert crowd.tracker.dead_letters().total == letters
    return took


def _consuming(stores: Stores, kafka: Kafka) -> Row:
    """Reading alone; the topic has a shop's stream many times over, for it does not take long."""
    total = stores.size.consumed
    stream = Stream(kafka)
    events = stream_round(stores, 0)
    assert stream.fill(islice(chain.from_iterable(repeat(events)), total)) == total
    rounds: list[Round] = []
    for _ in range(stores.size.rounds):
        bare = rate_of("plain", stream, total, stores.folder)
        ours = rate_of("reader", stream, total, stores.folder)
        rounds.append((ours / bare, ours, bare))
        say(f"stream: reading alone, {rounds[-1][0]:.2f} of plain aiokafka")
    row = row_of("reading the topic and no more / plain aiokafka", rounds, 0.80, 0.95)
    return replace(row, note=f"{total:,} messages, the same fetch settings, 2,000 at a time")


def _backlog(stores: Stores, kafka: Kafka) -> Row:
    """The most memory of a worker that finds its topic full, for a small and a large backlog.

    Each event is about somebody else, as in the rows of memory without Kafka.
    """
    sizes = stores.size.backlog
    with ExitStack() as stack:
        full = []
        for n in sizes:
            stream = Stream(kafka)
            assert stream.fill(strangers(n)) == n
            place = stack.enter_context(stores.fresh("postgresql"))
            full.append((n, stream, place, stack.enter_context(place.open())))
        # All at the same time: what one takes does not depend on the others.
        with ThreadPoolExecutor(len(full)) as pool:
            found = list(pool.map(partial(_most_memory, stores.folder), full))
        for *_, tracker in full:
            tracker.store.engine.dispose()
    less, more = found
    return growth("memory of a worker, backlog of", "PostgreSQL", sizes, (less, more))


def _most_memory(folder: Path, full: tuple[int, Stream, Place, Tracker]) -> int:
    n, stream, place, tracker = full
    with Working(place, stream, folder) as worker:
        until_durable(tracker, stream.ends(), [worker])
        most = int(worker.stop()["bytes_max"])
    report = tracker.verify()
    assert (report.ok, report.events) == (True, n)
    say(f"stream: memory of a worker, {n:,} events: {most >> 20} MiB")
    return most
