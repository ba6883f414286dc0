"""A fresh store per test and engine with a clock that the test sets, closed at its end."""

from collections.abc import Iterator

import pytest

from lineage.tracker import Tracker
from tests.properties.conftest import shared_place
from tests.storage.shop import Clock
from tests.support.places import StorePlace

__all__ = ["clock", "shared_place", "tracker"]


@pytest.fixture
def clock() -> Clock:
    """The clock of the test's tracker."""
    return Clock()


@pytest.fixture
def tracker(store_place: StorePlace, clock: Clock) -> Iterator[Tracker]:
    """A tracker over an empty store."""
    with store_place.open(clock=clock) as opened:
        yield opened
