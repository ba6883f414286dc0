"""What keeps an order from being carried out now, with the HTTP status to say it by.

OrderError
├── OrderRefused   it is not to be believed, or not to be understood
└── TryLater       it is fine, and cannot be done now
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from lineage.events.errors import Problem

RETRY_SECONDS: Final = 60


class OrderError(Exception):
    """An order that has no answer; whoever sent it may send it again."""

    status: HTTPStatus


class OrderRefused(OrderError):
    """An order that is not carried out. ``reason`` is a short code without data of anybody.

    400 ``missing_header``, ``bad_timestamp``, ``not_json``, ``not_an_order``, ``another_id``;
    401 ``too_old``, ``too_new``, ``no_match``; 409 ``another_body``; 413 ``too_large``.
    """

    def __init__(self, status: HTTPStatus, reason: str, problems: Iterable[Problem] = ()) -> None:
        """Keep what was wrong; of ``not_an_order`` by field, and never a value."""
        self.status = status
        self.reason = reason
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join([reason, *map(str, self.problems)]))


class TryLater(OrderError):
    """A service cannot erase now: the tracker is asked to come again after so many seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, seconds: int = RETRY_SECONDS) -> None:
        """Say for how long."""
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")
