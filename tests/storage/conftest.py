"""One fresh store per test and engine, with keys of its own; closed even where the test fails."""

from collections.abc import Iterator

import pytest

from lineage.tracker import Tracker
from tests.storage.shop import Clock
from tests.support.places import StorePlace


@pytest.fixture
def clock() -> Clock:
    """The clock of the test's tracker."""
    return Clock()


@pytest.fixture
def tracker(store_place: StorePlace, clock: Clock) -> Iterator[Tracker]:
    """A tracker over an empty store."""
    with store_place.open(clock=clock) as opened:
        yield opened
