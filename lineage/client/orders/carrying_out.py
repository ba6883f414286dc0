"""An order given to the service's function once; how it came is not known here."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from lineage.channels.port import Answer
from lineage.channels.reply import write_answer
from lineage.client.orders.errors import OrderRefused, TryLater
from lineage.client.orders.kept import AnswerStore, Kept
from lineage.client.orders.order import ErasureOrder

Erase = Callable[[ErasureOrder], Answer]
"""The service's function. It raises ``TryLater``, or anything, where it could not do it now."""

WAIT_SECONDS_MAX: Final = 10.0
"""A tracker waits 15 s for an answer."""


class CarryingOut:
    """Gives orders to a function and keeps its answers; threads may share it.

    An order that comes again gets its answer again. Only a process that dies between the function
    and the answer, or two processes that get one order at once, call the function twice; so do
    all repetitions where no answers are kept. Erasing what is erased must be no error.
    """

    def __init__(self, erase: Erase, answers: AnswerStore | None = None) -> None:
        """Take the function, and where its answers are kept."""
        self._erase = erase
        self._answers = answers
        self._in_hand: set[str] = set()
        self._let_go = threading.Condition()

    def answer(self, order: ErasureOrder, body: bytes) -> bytes:
        """Return the answer to an order that is believed, as JSON; ``body`` is what it was read of.

        Raises ``OrderRefused`` for another body under a known id, ``TryLater`` where the order is
        still in hand, and what the function raises.
        """
        digest = hashlib.sha256(body).digest()
        with self._alone_with(order.notice_id):
            if self._answers is None:
                return write_answer(self._erase(order))
            kept = self._answers.get(order.notice_id)
            if kept is None:
                said = Kept(digest, write_answer(self._erase(order)))
                kept = self._answers.put(order.notice_id, said)
        if kept.digest != digest:
            raise OrderRefused(HTTPStatus.CONFLICT, "another_body")
        return kept.answer

    @contextmanager
    def _alone_with(self, notice_id: str) -> Iterator[None]:
        """One thread at a time for each notice, and no thread waiting for ever."""
        with self._let_go:
            if not self._let_go.wait_for(
                lambda: notice_id not in self._in_hand, timeout=WAIT_SECONDS_MAX
            ):
                raise TryLater
            self._in_hand.add(notice_id)
        try:
            yield
        finally:
            with self._let_go:
                self._in_hand.remove(notice_id)
                self._let_go.notify_all()
