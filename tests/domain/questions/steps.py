"""The steps of one request, and its limits by them."""

from __future__ import annotations

from datetime import date
from typing import Any

from lineage.domain.questions.deadlines import Limits, limits
from tests.support.histories import Given, history, policy_at

TUESDAY = "2026-09-01"


def asked(right: str, at: str = TUESDAY, **more: Any) -> dict[str, Any]:
    """What somebody asked for."""
    if right == "cancellation":
        return {
            "type": "account_cancellation_requested",
            "at": at,
            "subject": "p",
            "request_id": "r",
        }
    return {
        "type": "request_received",
        "at": at,
        "subject": "p",
        "request_id": "r",
        "right": right,
        **more,
    }


def step(name: str, at: str, **more: Any) -> dict[str, Any]:
    """What was done about it."""
    return {"type": name, "at": at, "subject": "p", "request_id": "r", **more}


def limits_of(controller: str, steps: Given, *, at: str = "2027-01-01") -> Limits:
    """By when it must be answered under a controller's policy."""
    return limits(policy_at(controller), history(controller, steps, at=at), "r")


def day(text: str | None) -> date | None:
    """The day, if one is written."""
    return None if text is None else date.fromisoformat(text)
