"""Recording with everything on, a crowd in the store, against the final rows written bare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

from bench.crowd import Crowd, whole_crowd
from bench.floors import Floor
from bench.harness import BATCH, ENGINES, NAMES, Engine, Row, Size, middle, rate, say, seconds
from bench.stores import Stores
from bench.streams import disturbed, hard, shop
from bench.worker import Work

TARGETS = {"postgresql": (0.20, 0.28), "sqlite": (0.22, 0.30)}
TWO_WRITERS = (0.25, 0.35)
JUDGING = 0.85

Round = tuple[float, float, float]
"""Ratio, ours and the floor's a second."""


def measure(stores: Stores) -> Iterator[Row]:
    made = whole_crowd(stores)
    for engine in ENGINES:
        yield from _on(stores, engine, made[engine])


def shop_round(size: Size, number: int) -> list[bytes]:
    return shop(size.events, seed=number, shoppers=size.shoppers, crowd=size.crowd)


def _on(stores: Stores, engine: Engine, crowd: Crowd) -> Iterator[Row]:
    size = stores.size
    crowd.floor.pass_over()  # what other parts have recorded
    streams: dict[str, Callable[[int], list[bytes]]] = {
        "shop": lambda number: shop_round(size, number),
        "hard": lambda number: hard(size.events, seed=number),
    }
    for name, stream in streams.items():
        rounds = []
        for number in range(1, size.rounds + 1):
            events = disturbed(stream(number))
            rounds.append(_one_program(crowd, events))
            say(f"record, {name}, {NAMES[engine]}: {rounds[-1][0]:.3f} of the floor")
        target, moonshot = TARGETS[engine] if name == "shop" else (None, None)
        yield row_of(f"record, {name}, {NAMES[engine]}", rounds, target, moonshot)
    yield _judging(crowd, size, engine)
    if engine == "sqlite":  # which has one writer
        return
    rounds = []
    for number in range(1, size.rounds + 1):
        events = disturbed(shop_round(size, size.rounds + number))
        rounds.append(_two_writers(stores, crowd, events))
        say(f"record, shop, two writers: {rounds[-1][0]:.3f} of the floor")
    yield row_of(f"record, shop, {NAMES[engine]}, two writers", rounds, *TWO_WRITERS)


def _judging(crowd: Crowd, size: Size, engine: Engine) -> Row:
    """The shop's stream as it is, and with nobody who judges it, in turns."""
    store = crowd.tracker.store
    verdicts = store.verdicts
    assert verdicts is not None
    asked, judged = verdicts.asked, verdicts.judged
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(1, 2 * size.rounds + 1):
        judging = number % 2 == 0
        events = disturbed(shop_round(size, 20 + number))
        store.verdicts = verdicts if judging else None
        try:
            took[judging].append(size.events / _one_program(crowd, events)[1])
        finally:
            store.verdicts = verdicts
    on, off = middle(took[True]), middle(took[False])
    say(f"record, shop, {NAMES[engine]}: judging costs {(on - off) / size.events * 1e6:.0f} µs")
    kept = 1 - (verdicts.judged - judged) / (verdicts.asked - asked)
    note = (
        f"{(on - off) / size.events * 1e6:.0f} µs an event, of all that judging looks at"
        f" {kept:.0%} by verdicts that were kept; under all five policies"
    )
    what = f"record with judging / without, shop, {NAMES[engine]}"
    ours, bare = rate(size.events, on), rate(size.events, off)
    return Row(what, ours, bare, off / on, JUDGING, note=note)


def row_of(what: str, rounds: Sequence[Round], target: float | None, moonshot: float | None) -> Row:
    ratio, ours, floor = (middle([each[n] for each in rounds]) for n in range(3))
    return Row(what, rate(ours, 1), rate(floor, 1), ratio, target, moonshot)


def _one_program(crowd: Crowd, events: Sequence[bytes]) -> Round:
    receipts = []
    took = seconds(lambda: receipts.append(crowd.tracker.record(events, batch_size=BATCH)))
    counted = (receipts[0].recorded, receipts[0].duplicates, receipts[0].refused)
    different = len(set(events))
    assert counted == (different, len(events) - different, 0), counted
    return against(crowd.floor, len(events), different, took)


def _two_writers(stores: Stores, crowd: Crowd, events: Sequence[bytes]) -> Round:
    """Two programs, each with half of the people, as two partitions of a stream would have them."""
    works = []
    for half in (0, 1):
        file = stores.folder / f"half-{half}.jsonl"
        file.write_bytes(b"".join(e + b"\n" for e in events if _half(e) == half))
        works.append(Work("record", crowd.place, file))
    for work in works:
        work.go()
    found = [work.result() for work in works]
    different = len(set(events))
    assert sum(one["recorded"] for one in found) == different
    assert sum(one["duplicates"] for one in found) == len(events) - different
    took = max(one["ended"] for one in found) - min(one["began"] for one in found)
    return against(crowd.floor, len(events), different, took)


def _half(event: bytes) -> int:
    return crc32(json.loads(event)["subject"].encode()) % 2


def against(floor: Floor, sent: int, different: int, took: float) -> Round:
    """The floor's rows are those that were recorded, so what was sent twice is our loss."""
    buffers, count = floor.buffers(BATCH)
    assert count == different, (count, different)
    before = floor.count()
    bare = floor.write(buffers)
    assert floor.count() == before + count
    ours, theirs = sent / took, count / bare
    return ours / theirs, ours, theirs
