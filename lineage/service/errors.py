"""What can go wrong in a use case. The docstring is the sentence a person reads.

    LineageError
    ├── NotFound             nothing on record under this name
    │   └── UnknownSubject   nothing on record of this person, whoever is asked
    ├── Ambiguous            on record under several controllers
    ├── InvalidInput         the question or the file is not valid
    └── PlanChanged          the plan is no longer the one that was shown

Store and keys have errors of their own (``lineage.storage.errors``): ``StoreUnusable``,
``KeysUnusable``. A policy file has ``lineage.policy.errors.PolicyError``.
"""

from __future__ import annotations

from lineage.storage.errors import KeysUnusable, StoreUnusable

__all__ = [
    "Ambiguous",
    "InvalidInput",
    "KeysUnusable",
    "LineageError",
    "NotFound",
    "PlanChanged",
    "StoreUnusable",
    "UnknownSubject",
]


class LineageError(Exception):
    """Base of the use cases' errors; ``do`` says what to do next."""

    def __init__(self, says: str, *, do: str = "") -> None:
        """Keep the sentence and the advice apart, so that an entrance can print both."""
        super().__init__(says)
        self.do = do


class NotFound(LineageError):
    """Nothing is on record under this name."""


class UnknownSubject(NotFound):
    """Nothing is on record of this person under any controller."""


class Ambiguous(LineageError):
    """The name is on record under several controllers."""


class InvalidInput(LineageError):
    """The question or the file is not valid."""


class PlanChanged(LineageError):
    """The plan is no longer the one that was shown; ``ver`` is its present version."""

    def __init__(self, ver: int) -> None:
        """Carry the version that a new look at the plan would show."""
        super().__init__(
            f"the plan has changed since it was shown: its version is now {ver}",
            do="look at the plan again and decide with that version",
        )
        self.ver = ver
