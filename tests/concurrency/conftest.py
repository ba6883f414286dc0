"""A stage for two programs on one store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.concurrency.stage import Stage
from tests.storage.shop import Clock
from tests.support.places import StorePlace


@pytest.fixture
def stage(store_place: StorePlace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The store is made, and empty."""
    stage = Stage(store_place, monkeypatch, clock=Clock())
    yield stage
    stage.close()
