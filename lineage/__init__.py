"""Personal-data lineage: where each category came from, who holds it now, who must be told.

``open_tracker`` opens a store; ``lineage.events`` has the contract. The tracker is loaded when it
is first used, so that a service that only emits events loads neither it nor a database driver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage.tracker import Tracker, open_tracker

__all__ = ["Tracker", "open_tracker"]


def __getattr__(name: str) -> Any:
    """Load the tracker when one of its names is asked for."""
    if name in __all__:
        from lineage import tracker

        return getattr(tracker, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
