"""One event a transaction: one caller, and many callers at once that share their commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.floors import Floor
from bench.harness import ENGINES, NAMES, Engine, Row, middle, rate, say, seconds
from bench.stores import Stores
from bench.streams import shop
from lineage.service.answers import RecordReceipt
from lineage.tracker import Tracker

CALLERS = 64


def measure(stores: Stores) -> Iterator[Row]:
    for engine in ENGINES:
        yield from _on(stores, engine)


def _on(stores: Stores, engine: Engine) -> Iterator[Row]:
    size = stores.size
    per_round = size.singles + size.together
    events = shop(per_round * size.rounds, seed=1, shoppers=size.shoppers)
    alone, bare, together = [], [], []
    with stores.fresh(engine) as place, place.open() as tracker:
        floor = Floor(tracker.store.engine)
        for start in range(0, len(events), per_round):
            singles = events[start : start + size.singles]
            alone.append(len(singles) / one_by_one(tracker, singles))
            buffers, count = floor.buffers(1)
            assert count == len(singles)
            bare.append(count / floor.write(buffers))
            crowd = events[start + size.singles : start + per_round]
            together.append(len(crowd) / at_once(tracker, crowd))
            assert floor.pass_over() == len(crowd)
        assert floor.count() == size.singles * size.rounds
        tracker.store.engine.dispose()
    name = NAMES[engine]
    one, many, least = middle(alone), middle(together), middle(bare)
    say(f"one event a transaction, {name}: {one:,.0f}/s; {CALLERS} callers: {many:,.0f}/s")
    yield Row(
        f"one event a transaction, one caller, {name}",
        rate(one, 1),
        rate(least, 1),
        one / least,
        note="floor: one final row and one commit",
    )
    yield Row(
        f"one event each, {CALLERS} callers at once, {name}",
        rate(many, 1),
        rate(one, 1),
        many / one,
        10,
        20,
        note="floor: the one caller above",
    )


def one_by_one(tracker: Tracker, events: Sequence[bytes]) -> float:
    """Seconds; each is durable before the next is given."""

    def record() -> None:
        for event in events:
            assert tracker.record_one(event).recorded == 1

    return seconds(record)


def at_once(tracker: Tracker, events: Sequence[bytes]) -> float:
    """Seconds; each caller waits until its own event is durable."""
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(len, [b""] * CALLERS))  # the threads are there before the clock runs
        receipts: list[RecordReceipt] = []
        took = seconds(lambda: receipts.extend(pool.map(tracker.record_one, events)))
    assert sum(receipt.recorded for receipt in receipts) == len(events)
    return took
