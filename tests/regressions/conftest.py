"""A fresh store on disk per test with a clock that the test sets, closed at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.tracker import Tracker
from tests.storage.shop import Clock, open_shop


@pytest.fixture
def clock() -> Clock:
    """The clock of the test's tracker."""
    return Clock()


@pytest.fixture
def tracker(tmp_path: Path, clock: Clock) -> Iterator[Tracker]:
    """A tracker over an empty store."""
    with open_shop(tmp_path, clock) as opened:
        yield opened
