"""What can go wrong with store and keys. The docstring is the sentence a person reads.

StorageError
├── StoreUnusable        full, read-only, locked, missing, damaged
│   ├── InTheWay         another writer was, several times over
│   │   └── RowInTheWay  the same row was there already, several times over
│   ├── SchemaMismatch   older or newer than the program
│   └── CannotOpen       a sealed value was changed (lineage.storage.seal)
├── StatementRefused     the database cannot take a value
├── KeysUnusable         missing, readable by others, of another store
├── RoleUnusable         not there, or no grant can limit it
├── VersionChanged       the person changed since the plan was shown
└── LaneMoved, Untold, SubjectRace   between programs that record at once, and never shown
"""

from __future__ import annotations

from collections.abc import Sequence


class StorageError(Exception):
    """Base of all storage errors; ``do`` says what to do next."""

    def __init__(self, says: str, *, do: str = "") -> None:
        """Keep the sentence and the advice apart, so that an entrance can print both."""
        super().__init__(says)
        self.do = do


class StoreUnusable(StorageError):
    """The store cannot be used; nothing was done."""


class InTheWay(StoreUnusable):
    """Another writer was in the way; done again as a whole, it will go through."""

    def __init__(
        self, says: str = "other writers were in the way, several times over", *, do: str = ""
    ) -> None:
        """Say the same wherever it happens."""
        again = "record the same input again: what is recorded already is skipped"
        super().__init__(f"{says}; this batch was not recorded", do=again + do)


class RowInTheWay(InTheWay):
    """Another writer made the same row, so done again it will be found; or it was there all along
    and should not be, and then no number of tries helps.
    """

    def __init__(self, table: str | None) -> None:
        """Name the table, never the row: it may tell a value."""
        super().__init__(
            f"a row that was to be made in {table or 'a table'} was there already, several times"
            " over",
            do=". If it says the same once more, run lineage verify; where that finds nothing, it"
            " is a fault of the program: please report it",
        )


class StatementRefused(StorageError):
    """The database cannot take a value; nothing was done."""


class SchemaMismatch(StoreUnusable):
    """The store's schema is not the one this program knows."""


class KeysUnusable(StorageError):
    """The keys cannot be used; nothing was done."""


class RoleUnusable(StorageError):
    """The role cannot be given what it needs and no more; nothing was done."""


class VersionChanged(StorageError):
    """The person's record has changed since the plan was shown; ``ver`` is the present one."""

    def __init__(self, ver: int) -> None:
        """Carry the version that a new look at the plan would show."""
        super().__init__(
            f"the plan has changed: its version is now {ver}",
            do="look at the plan again and decide with the new version",
        )
        self.ver = ver


class SubjectRace(StorageError):
    """Another writer made a subject that this batch was about to make: prepare it again."""

    def __init__(self) -> None:
        """Say so; ``apply`` never lets it out."""
        super().__init__("another writer has just recorded this person for the first time")


class LaneMoved(StorageError):
    """The lane does not stand where the batch begins; ``next`` is where it stands."""

    def __init__(self, next_: int) -> None:
        """Carry the offset from which the lane goes on."""
        super().__init__("another worker has recorded from this lane meanwhile")
        self.next = next_


class Untold(StorageError):
    """These ids turn out to be used, and who must be told of dead letters first knows nothing."""

    def __init__(self, items: Sequence[int]) -> None:
        """Carry the messages."""
        super().__init__("somebody must be told of dead letters before they are kept")
        self.items = items
