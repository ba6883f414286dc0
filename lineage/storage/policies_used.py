"""By which policies people were folded and judged, and whether they are those in use. SQL only.

A new version of a policy, or a corrected one, counts for what is on record already. Nothing is
done about it by itself: who asks is told, and a rebuild folds and judges everybody anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.bulk import Upsert
from lineage.storage.engines import Connection

DigestOf = Callable[[str], bytes | None]
"""controller -> what tells its policies from any others; None where it has none"""

NOT_JUDGED = b""
"""In the place of policies where people are folded and not judged"""

_NOTE = Upsert(t.folded_by, by=["controller", "policies"])


def note_policies(conn: Connection, controllers: Iterable[str], digest_of: DigestOf) -> None:
    """Note by which policies people of these controllers are folded from now on."""
    found = {name: digest_of(name) for name in sorted(controllers)}
    _NOTE.run(conn, [(name, digest) for name, digest in found.items() if digest is not None])


def note_all(conn: Connection, digest_of: DigestOf) -> None:
    """Note the policies in use for every controller on record."""
    names = conn.execute(sa.select(t.subjects.c.controller).distinct()).scalars()
    note_policies(conn, names, digest_of)


def forget_others(conn: Connection, digest_of: DigestOf) -> None:
    """Take note that everybody was folded and judged by the policies in use."""
    c = t.folded_by.c
    for name in conn.execute(sa.select(c.controller).distinct()).scalars().all():
        digest = digest_of(name)
        if digest is not None:
            conn.execute(t.folded_by.delete().where(c.controller == name, c.policies != digest))


def other_policies(conn: Connection, digest_of: DigestOf) -> list[str]:
    """Controllers of whom somebody was folded by other policies than those in use."""
    rows = conn.execute(sa.select(t.folded_by)).all()
    found = {row.controller for row in rows if digest_of(row.controller) != row.policies}
    return sorted(name for name in found if digest_of(name) is not None)
