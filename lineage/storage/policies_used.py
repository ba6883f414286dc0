"""By which policies people were folded and judged, and whether they are those in use. SQL only.

A new version of a policy, or a corrected one, counts for what is on record already. Nothing is
done about it by itself: who asks is told, and a rebuild folds and judges everybody anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.bulk import Upsert
from lineage.storage.engines import Connection

DigestOf = Callable[[str], bytes]
"""controller -> what tells its policies from any others"""

NOT_JUDGED = b""
"""In the place of policies where people are folded and not judged"""

_FIRST = Upsert(t.folded_by, by=["controller"])
_NOW = Upsert(t.folded_by, by=["controller"], merge={"policies": "excluded.policies"})


def note_policies(conn: Connection, controllers: Collection[str], digest_of: DigestOf) -> None:
    """Note by what the first events of these controllers are folded; of who has some, nothing."""
    _FIRST.run(conn, [(name, digest_of(name)) for name in sorted(controllers)])


def all_by_policies(conn: Connection, digest_of: DigestOf) -> None:
    """Note that everybody has been folded and judged by the policies in use."""
    rows = conn.execute(sa.select(t.subjects.c.controller).distinct()).scalars()
    _NOW.run(conn, [(name, digest_of(name)) for name in sorted(rows)])


def other_policies(conn: Connection, digest_of: DigestOf) -> list[str]:
    """Controllers of whom somebody was folded by other policies than those in use."""
    rows = conn.execute(sa.select(t.folded_by).order_by(t.folded_by.c.controller))
    return [row.controller for row in rows if row.policies != digest_of(row.controller)]
