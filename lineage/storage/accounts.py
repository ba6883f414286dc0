"""Which people something came of through whose account (D-37). SQL only.

A row says that some event on record of the one names the other as the holder of the account; what
counts of it, the events themselves say. A row is never taken back but with its person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.domain.facts import Recorded
from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Lookup, Upsert
from lineage.storage.engines import Connection

_UPSERT = Upsert(t.accounts, by=["account_ref", "subject_ref"])
_DELETE = Delete(t.accounts)
_UNDER = Lookup(t.accounts, ["subject_ref"], by=["account_ref"])


def note_accounts(conn: Connection, events: Iterable[Recorded]) -> None:
    """Note whose accounts these new events came through."""
    pairs = {(event.account_ref, event.ref) for event in events if event.account_ref is not None}
    _UPSERT.run(conn, sorted(pairs))


def replace_accounts(conn: Connection, refs: Iterable[bytes], events: Iterable[Recorded]) -> None:
    """Write anew through whose accounts anything of these came; ``events`` are all there are."""
    _DELETE.run(conn, [(ref,) for ref in refs])
    note_accounts(conn, events)


def refs_under(conn: Connection, refs: Sequence[bytes]) -> set[bytes]:
    """Everybody of whom something came through the account of these refs, themselves left out."""
    return {row.subject_ref for row in _UNDER.rows(conn, refs)}.difference(refs)
