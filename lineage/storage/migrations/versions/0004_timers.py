"""Timers: when the calendar alone may call for something about a person.

Of whoever has asked for something already nobody knows when, so all of them are looked at once. And
who was judged by consents may have been judged by one that only somebody's word stands for, of
which nobody made a note: a consent that comes has them judged anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table, and have everybody with a request looked at by the next dispatch."""
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "timers",
        sa.Column("subject_ref", sa.LargeBinary(16), primary_key=True),
        sa.Column("controller", text, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timers_at", "timers", ["at"])
    op.execute(
        "INSERT INTO timers (subject_ref, controller, at)"
        " SELECT subject_ref, min(controller), 0 FROM requests GROUP BY subject_ref"
    )
    # The bit of consents; all bits say that nobody knows what was looked at.
    op.execute("UPDATE persons SET looked_at = -1 WHERE looked_at & 1 <> 0")
    # An older program would record requests and set no timer.
    meta = sa.table("meta", sa.column("name", sa.Text), sa.column("value", sa.LargeBinary))
    op.execute(
        sa.update(meta).where(meta.c.name == "oldest program").values(value=revision.encode())
    )
