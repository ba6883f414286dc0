"""When a failed delivery is tried again: a pure function of the time, the count and the dice.

| failed attempt | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| next try after | 5 s | 5 min | 30 min | 2 h | 5 h | 10 h | 14 h | 20 h | 24 h | none |

The delays of Standard Webhooks, ten attempts in about 75 hours, each up to a fifth shorter or
longer so that a recovered recipient is not met by everybody at once. After the last, or where the
next try would miss the deadline, a person takes over while there is still time to act.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

DELAYS_SECONDS: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
JITTER: Final = 0.2
RETRY_AFTER_SECONDS_MAX: Final = 86400


def next_attempt_at(
    now: datetime,
    attempt: int,
    *,
    retry_after: float | None,
    jitter: float,
    deadline: datetime | None,
) -> datetime | None:
    """Return the time of the next try after attempt number `attempt` failed; None: escalate.

    `retry_after` (seconds) is honoured as a least delay, up to a day: a recipient may slow us
    down but not put its duty off. `jitter` is drawn by the caller from 0 up to, not including, 1.
    Without a `deadline` only the table ends the attempts.
    """
    if attempt < 1 or not 0 <= jitter < 1:
        raise ValueError("attempts count from 1 and jitter lies in [0, 1)")
    if attempt > len(DELAYS_SECONDS):
        return None
    delay = DELAYS_SECONDS[attempt - 1] * (1 - JITTER + 2 * JITTER * jitter)
    if retry_after is not None:
        asked = min(max(retry_after, 0.0), RETRY_AFTER_SECONDS_MAX)
        delay = max(delay, asked * (1 + JITTER * jitter))
    at = now + timedelta(seconds=delay)
    return None if deadline is not None and at > deadline else at
