"""Group commit: callers in many threads share transactions. Knows nothing of what they bring.

Whoever comes while nothing is under way leads: takes all that waits, does the work for everybody,
and hands the lead to one of those who came meanwhile. So a lone caller waits for nobody. Callers
who were served together come back together, and the next leader waits for them while they keep
coming: else each half of the callers would always wait for the other, in groups of half the size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from time import sleep
from typing import Generic, TypeVar

GATHER_SECONDS = 0.0002
"""Nobody came for so long: nobody is coming."""

Brought = TypeVar("Brought")
Result = TypeVar("Result")

Work = Callable[[Sequence[Brought]], Sequence[Result | Exception]]


class _Place(Generic[Brought, Result]):
    """One caller's place in the queue; its lock is held until it has a result, or must lead."""

    __slots__ = ("brought", "error", "leads", "result", "turn")

    def __init__(self, brought: Brought) -> None:
        self.brought = brought
        self.result: list[Result] = []
        self.error: BaseException | None = None
        self.leads = False
        self.turn = Lock()
        self.turn.acquire()


class Group(Generic[Brought, Result]):
    """Does ``work`` on lists of what callers bring; gives each its own result."""

    def __init__(self, work: Work[Brought, Result], limit: int) -> None:
        """At most ``limit`` are done together. An exception as a result is raised to its caller."""
        self._work = work
        self._limit = limit
        self._lock = Lock()
        self._waiting: list[_Place[Brought, Result]] = []
        self._busy = False
        self._last = 0  # how many were in the last group

    def bring(self, brought: Brought) -> Result:
        """Wait until ``brought`` has been worked on; raises what the work raised."""
        mine: _Place[Brought, Result] = _Place(brought)
        try:
            with self._lock:
                self._waiting.append(mine)
                mine.leads = not self._busy
                self._busy = True
            if not mine.leads:
                mine.turn.acquire()
            if mine.leads:
                self._lead()
        except BaseException:  # interrupted: Ctrl-C, or a time limit of the caller
            self._leave(mine)
            raise
        if mine.error is not None:
            raise mine.error
        return mine.result[0]

    def _lead(self) -> None:
        """Work for those in front, the leader first among them, then let the next one lead."""
        self._gather()
        with self._lock:
            group = self._waiting[: self._limit]
            self._last = len(group)
            del self._waiting[: self._limit]
        try:
            results = self._work([place.brought for place in group])
            for place, result in zip(group, results, strict=True):
                if isinstance(result, Exception):
                    place.error = result
                else:
                    place.result.append(result)
        except BaseException as error:  # noqa: BLE001 - it is every caller's, and each raises it
            for place in group:
                place.result.clear()
                place.error = _own(error)
        finally:
            for place in group[1:]:
                place.turn.release()
            with self._lock:
                self._hand_on()

    def _gather(self) -> None:
        """Wait for those of the last group, as long as they keep coming."""
        here = 0
        while here < len(self._waiting) < self._last:
            here = len(self._waiting)
            sleep(GATHER_SECONDS)

    def _leave(self, mine: _Place[Brought, Result]) -> None:
        """Wait no longer; whoever was to lead lets the next one do it."""
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                if mine.leads:
                    self._hand_on()

    def _hand_on(self) -> None:
        """Let the first of those who wait lead. For who holds the lock."""
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].turn.release()


def _own(error: BaseException) -> BaseException:
    """The same error for one caller: raised in many threads, one object would gather the
    tracebacks of all. Not by its ``__init__``, which may take something else than its text.
    """
    own = type(error).__new__(type(error), *error.args)
    own.__dict__.update(error.__dict__)
    own.__cause__, own.__suppress_context__ = error.__cause__, error.__suppress_context__
    return own.with_traceback(error.__traceback__)
