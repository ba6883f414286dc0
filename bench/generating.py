"""How fast the generator makes its stream: for information, no target."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Row, rate, seconds
from bench.stores import Stores
from bench.streams import hard


def measure(stores: Stores) -> Iterator[Row]:
    events = stores.size.events
    took = seconds(lambda: hard(events))
    yield Row("generate, sort and write as JSON", rate(events, took))
