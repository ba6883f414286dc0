"""Group commit: callers in many threads share transactions. Knows nothing of what they bring.

Whoever comes while nothing is under way leads: takes all that waits, does the work for everybody,
and hands the lead to one of those who came meanwhile. So a lone caller waits for nobody, and a
hundred at once cost about two transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Brought = TypeVar("Brought")
Result = TypeVar("Result")


class _Place(Generic[Brought, Result]):
    """One caller's place in the queue; its lock is held until it has a result, or must lead."""

    __slots__ = ("brought", "error", "result", "turn")

    def __init__(self, brought: Brought) -> None:
        self.brought = brought
        self.result: list[Result] = []
        self.error: BaseException | None = None
        self.turn = Lock()
        self.turn.acquire()


class Group(Generic[Brought, Result]):
    """Does ``work`` on lists of what callers bring; gives each its own result."""

    def __init__(self, work: Callable[[Sequence[Brought]], Sequence[Result]], limit: int) -> None:
        """At most ``limit`` are done together."""
        self._work = work
        self._limit = limit
        self._lock = Lock()
        self._waiting: list[_Place[Brought, Result]] = []
        self._busy = False

    def bring(self, brought: Brought) -> Result:
        """Wait until ``brought`` has been worked on; raises what the work raised."""
        mine: _Place[Brought, Result] = _Place(brought)
        with self._lock:
            self._waiting.append(mine)
            leads = not self._busy
            self._busy = True
        if not leads:
            mine.turn.acquire()
        if not mine.result and mine.error is None:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.result[0]

    def _lead(self) -> None:
        """Work for those in front, the leader first among them, then let the next one lead."""
        with self._lock:
            group = self._waiting[: self._limit]
            del self._waiting[: self._limit]
        try:
            for place, result in zip(
                group, self._work([place.brought for place in group]), strict=True
            ):
                place.result.append(result)
        except BaseException as error:  # noqa: BLE001 - it is every caller's, and each raises it
            for place in group:
                place.result.clear()
                place.error = error
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            for place in group[1:]:
                place.turn.release()
            if following is not None:
                following.turn.release()
