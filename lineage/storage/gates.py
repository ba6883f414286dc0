"""Gates: what judgements of many people rest on does not change under one of them. SQL.

A person is judged by what its controller did as well (agreements, policy versions), and no lock of
a person holds that still. So whoever judges goes through its controller's gate together with
others, and who records what the controller did goes through it alone: it waits for those who are
inside, and finds them on record when it says who is to be judged anew. Gates come before any other
lock (``docs/adr/0012``). SQLite has one writer and needs none.
"""

from __future__ import annotations

from collections.abc import Collection

from lineage.storage.engines import Connection, driver_of, is_sqlite

_KEY = "hashtextextended('lineage gate ' || %s, 0)"
_TOGETHER = f"SELECT pg_advisory_xact_lock_shared({_KEY})"
_ALONE = f"SELECT pg_advisory_xact_lock({_KEY})"


def pass_gates(
    conn: Connection, controllers: Collection[str], *, alone: Collection[str] = ()
) -> None:
    """Go through these controllers' gates, sorted, until the transaction ends; where ``alone``,
    when everybody else has left.
    """
    if is_sqlite(conn):
        return
    driver = driver_of(conn)
    for controller in sorted({*controllers, *alone}):
        driver.execute(_ALONE if controller in alone else _TOGETHER, (controller,))
