"""What every canned answer rests on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.render.examples import NOW

ID = "id-of-a-person"
DAY = date(2026, 3, 16)
STANDING: dict[str, Any] = {
    "controller": "sesiiduo",
    "policy_version": "2025-01",
    "as_of": NOW,
    "known_at": NOW,
    "complete_up_to": {"local": 17},
    "complete_from": datetime(2026, 1, 1, tzinfo=UTC),
}
