"""kill -9 of the service and of its relay: every order has exactly one event, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outbox.rounds import one_round
from tests.support.engines import POSTGRESQL


@pytest.mark.parametrize(
    ("engine", "seed"),
    [("sqlite", 0), ("sqlite", 1), ("sqlite", 2), (POSTGRESQL.values[0], 3), ("postgresql", 4)],
)
def test_every_order_has_one_event_whoever_is_killed(
    database: str, tmp_path: Path, seed: int
) -> None:
    """Killed at random moments, then relayed to the end and recorded: orders and events agree."""
    one_round(seed, database=database, folder=tmp_path, kills=2)
