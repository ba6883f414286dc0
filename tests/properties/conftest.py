"""One store per module and engine for examples by the hundred: each takes new people, or all of it.

A store on a server takes a tenth of a second to make and as long to drop.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import PlaceIn
from tests.support.engines import ENGINES
from tests.support.places import StorePlace


@pytest.fixture(scope="module", params=ENGINES)
def shared_place(
    request: pytest.FixtureRequest, place_in: PlaceIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StorePlace]:
    """A place for a store that all examples of a module use."""
    with place_in(tmp_path_factory.mktemp("shared"), request.param) as place:
        yield place
