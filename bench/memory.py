"""The most memory of a process that records, rebuilds, verifies or simulates: constant in all."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import NAMES, Engine, Row, growth, say
from bench.stores import Stores
from bench.streams import strangers
from bench.worker import Work

VERBS = ("record", "rebuild", "verify", "simulate")


def measure(stores: Stores) -> Iterator[Row]:
    for engine in stores.size.memory_engines:
        yield from _memory(stores, engine)


def _memory(stores: Stores, engine: Engine) -> Iterator[Row]:
    """The most memory of a process that does one thing, for a small and a large store.

    Each event is about somebody else, so the smaller has three times the people that a keyring
    remembers: full caches are compared with full ones, and what still grows has no end.
    """
    found: dict[str, list[int]] = {verb: [] for verb in VERBS}
    for n in stores.size.memory:
        file = stores.file(strangers(n))
        with stores.fresh(engine) as place:
            place.open().close()
            for verb, bytes_max in found.items():
                work = Work(verb, place, file)
                work.go()
                result = work.result()
                assert result.get("recorded", result.get("events")) == n
                bytes_max.append(result["bytes_max"])
    for verb, (less, more) in found.items():
        say(f"memory of {verb}, {NAMES[engine]}: {less >> 20} and {more >> 20} MiB")
        yield growth(f"memory of {verb},", NAMES[engine], stores.size.memory, (less, more))
