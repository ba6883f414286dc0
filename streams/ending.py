"""How a worker ends when something fails: at once, loudly, and with nothing half done.

Whoever catches and goes on loses events. What was not committed is read again by the next process,
which a supervisor starts.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

EXIT_FAILED = 70
"""EX_SOFTWARE: start me again."""


def die(where: str, error: BaseException) -> NoReturn:
    """Say what failed and end the process, from whatever thread, without any clean-up.

    Of errors that are not ours only the kind is told: their texts may quote what was read.
    """
    is_ours = type(error).__module__.split(".")[0] in {"lineage", "streams"}
    says = str(error) if is_ours else ""
    do = getattr(error, "do", "")
    told = ": ".join(filter(None, (f"{where} failed", type(error).__name__, says)))
    sys.stderr.write(f"lineage: {told}{'; ' + do if do else ''}. This worker ends.\n")
    sys.stderr.flush()
    os._exit(EXIT_FAILED)
