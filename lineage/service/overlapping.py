"""One step ahead: the next piece is made in a thread while this one is used. Knows no work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

SWITCH_SECONDS = 0.0003
"""How long one thread keeps another waiting that has work to do. With Python's own 5 ms the writer,
back from each statement, waited longer for its turn than the statement took."""

Made = TypeVar("Made")


class Worker(Generic[Made]):
    """Calls ``make`` in a thread, one call at a time: ``begin`` starts one, ``take`` waits for it.

    The first is begun at once, and by ``take`` where nobody has.
    """

    def __init__(self, make: Callable[[], Made], *, always_ends: bool = False) -> None:
        """Start nothing yet. What ``always_ends`` is waited for, whatever goes wrong meanwhile."""
        self._make = make
        self._always_ends = always_ends
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="prepare")
        self._next: Future[Made] | None = None
        self._interval = sys.getswitchinterval()

    def __enter__(self) -> Self:
        """Let threads change places quickly."""
        sys.setswitchinterval(min(self._interval, SWITCH_SECONDS))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put things back. After an error do not wait for what may read and never end."""
        sys.setswitchinterval(self._interval)
        self._pool.shutdown(wait=self._always_ends or error is None, cancel_futures=True)

    def begin(self) -> None:
        """Have the next one made."""
        self._next = self._pool.submit(self._make)

    def take(self) -> Made:
        """The one that was begun; raises what making it raised."""
        if self._next is None:
            self.begin()
        assert self._next is not None
        made, self._next = self._next.result(), None
        return made
