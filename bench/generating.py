"""How fast the generator makes its stream: for information, no target."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Row, Size, rate, seconds, stream


def measure(size: Size) -> Iterator[Row]:
    took = seconds(lambda: stream(size.events))
    yield Row("generate, sort and write as JSON", rate(size.events, took), "")
