"""Orders that come as Standard Webhooks, for any web framework: headers and body in, reply out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from lineage.channels.reply import JSON
from lineage.channels.signing import TOLERANCE_SECONDS, SignatureRefused, verify
from lineage.client.orders.carrying_out import CarryingOut, Erase
from lineage.client.orders.errors import OrderRefused, TryLater
from lineage.client.orders.kept import AnswerStore
from lineage.client.orders.order import is_test, parse_order

BODY_BYTES_MAX: Final = 1 << 20
"""Orders have a few kilobytes."""

_MALFORMED: Final = frozenset({"missing_header", "bad_timestamp"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Response:
    """What to send back, whole. No body names a person."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class WebhookOrders:
    """Verifies orders, has them carried out and says what to reply; threads may share it.

    >>> orders = WebhookOrders(secret, erase, answers=SqliteAnswers("answers.db"))
    >>> response = orders.handle(request.headers, request.body)
    """

    def __init__(
        self,
        secrets: str | Sequence[str],
        erase: Erase,
        *,
        answers: AnswerStore | None = None,
        tolerance_seconds: int = TOLERANCE_SECONDS,
        body_bytes_max: int = BODY_BYTES_MAX,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the secrets (``whsec_`` or ``whpk_``; several, also in one text, while one replaces
        another).

        Raises ``ValueError`` for a secret that could verify nothing.
        """
        self.body_bytes_max = body_bytes_max
        self._secrets = secrets.split() if isinstance(secrets, str) else list(secrets)
        self._carrying_out = CarryingOut(erase, answers)
        self._tolerance_seconds = tolerance_seconds
        self._clock = clock
        _check(self._secrets)

    def handle(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Reply to one POST; raises nothing. Read no more than ``body_bytes_max`` + 1 of a body.

        200 has the answer (ADR 0009), or no body where the connection was only tested. All else
        makes the tracker come again: 4xx as in ``OrderRefused``, 500 where the function raised, 503
        with Retry-After for ``TryLater``.
        """
        try:
            return _reply(HTTPStatus.OK, self._answer(headers, body))
        except OrderRefused as refused:
            _log.warning("order refused: %s", refused)
            return _failure(refused.status, refused.reason)
        except TryLater as later:
            return _failure(later.status, "try_later", {"retry-after": str(later.seconds)})
        except Exception as error:  # noqa: BLE001 - of the service's function; the tracker comes again
            # Its words may name the person: they are for who asks for them.
            _log.error("order failed: %s", type(error).__name__)
            _log.debug("order failed", exc_info=True)
            return _failure(HTTPStatus.INTERNAL_SERVER_ERROR, "failed")

    def _answer(self, headers: Mapping[str, str], body: bytes) -> bytes:
        if len(body) > self.body_bytes_max:
            raise OrderRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
        given = {name.lower(): value for name, value in headers.items()}
        try:
            verify(
                self._secrets,
                headers=given,
                body=body,
                now=int(self._clock()),
                tolerance=self._tolerance_seconds,
            )
        except SignatureRefused as refused:
            malformed = refused.reason in _MALFORMED
            status = HTTPStatus.BAD_REQUEST if malformed else HTTPStatus.UNAUTHORIZED
            raise OrderRefused(status, refused.reason) from None
        if is_test(body):
            return b""
        order = parse_order(body)
        if order.notice_id != given["webhook-id"]:
            raise OrderRefused(HTTPStatus.BAD_REQUEST, "another_id")
        return self._carrying_out.answer(order, body)


def _check(secrets: Sequence[str]) -> None:
    """Refuse at the start what no order could be verified with."""
    if not secrets:
        raise ValueError("at least one secret verifies")
    headers = {"webhook-id": "none", "webhook-timestamp": "0", "webhook-signature": ""}
    with suppress(SignatureRefused):
        verify(secrets, headers=headers, body=b"", now=0)


def _failure(status: HTTPStatus, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    return _reply(status, json.dumps({"error": reason}).encode(), headers)


def _reply(status: HTTPStatus, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    said = {"content-type": JSON, "content-length": str(len(body)), **(headers or {})}
    return Response(int(status), said, body)
