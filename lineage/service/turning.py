"""Looking again at people for whom the calendar alone may call for something.

A hold ends, a law lets go of data, an account is due to be erased: nobody reports that. Each person
with a request has a timer (``storage.timers``); whoever dispatches looks at those that are due.
"""

from __future__ import annotations

from collections.abc import Callable

from lineage.storage.following import Follow
from lineage.storage.store import Store
from lineage.storage.timers import due_timers

AT_ONCE = 200


class Turning:
    """Wakes people of one store."""

    def __init__(self, store: Store, follow: Follow, now: Callable[[], int]) -> None:
        """``follow`` says what is due and when to look again; ``now`` is in microseconds."""
        self._store = store
        self._follow = follow
        self._now = now

    def turn(self) -> int:
        """Look at everybody whose time has come; gives how many acts followed.

        Each chunk of people is one transaction, which sets their next timers: broken off, the rest
        is looked at the next time.
        """
        now, acts = self._now(), 0
        while True:
            with self._store.reading() as conn:
                due = due_timers(conn, now, limit=AT_ONCE)
            if not due:
                return acts
            woken = {timer.ref: timer.controller for timer in due}
            acts += self._store.wake(woken, now=lambda: now, follow=self._follow).acts
