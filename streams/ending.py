"""How a worker ends when something fails: at once, loudly, and with nothing half done.

Whoever catches and goes on loses events. What was not committed is read again by the next process,
which a supervisor starts.
"""

from __future__ import annotations

import os
from typing import NoReturn

from streams.logs import Log

EXIT_FAILED = 70
"""EX_SOFTWARE: start me again."""


def die(doing: str, error: BaseException) -> NoReturn:
    """Say what failed (a code such as ``recording``) and end the process, from whatever thread,
    without any clean-up.
    """
    Log().failed("worker_failed", error, state=doing, exit_code=EXIT_FAILED)
    os._exit(EXIT_FAILED)
