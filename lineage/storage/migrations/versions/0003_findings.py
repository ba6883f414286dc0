"""Findings: what judging the events says, since when and until when, and what it rested on.

Accounts: of whom anything came through whose account. And by which policies people were folded and
judged: of those on record nobody knows, so ``doctor`` asks for a rebuild; it writes accounts too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UNKNOWN = b"\0"
"""Of whoever is on record nobody knows by which policies; a rebuild settles it."""

NOT_JUDGED = "-1"
"""All bits: of whom is not known what is on record, every judgement reads the ledger."""


def upgrade() -> None:
    """Add findings and accounts, and have everybody who is on record already judged."""
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    for name in ("on_record", "looked_at"):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default=NOT_JUDGED)
        op.add_column("persons", column)
    op.create_table(
        "findings",
        sa.Column("subject_ref", sa.LargeBinary(16), primary_key=True),
        sa.Column("event_key", sa.LargeBinary(16), primary_key=True),
        sa.Column("kind", text, primary_key=True),
        sa.Column("rule", text, primary_key=True),
        sa.Column("categories", text, primary_key=True),
        sa.Column("found_at", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("gone_at", sa.BigInteger()),
        sa.Column("controller", text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_findings_controller_subject_ref", "findings", ["controller", "subject_ref"])
    op.create_table(
        "rejudging",
        sa.Column("controller", text, primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False, server_default=""),
        sa.Column("horizon", sa.BigInteger()),
    )
    op.create_table(
        "accounts",
        sa.Column("account_ref", sa.LargeBinary(16), primary_key=True),
        sa.Column("subject_ref", sa.LargeBinary(16), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_accounts_subject_ref", "accounts", ["subject_ref"])
    op.create_table(
        "folded_by",
        sa.Column("controller", text, primary_key=True),
        sa.Column("policies", sa.LargeBinary(), primary_key=True),
    )
    persons = sa.table("persons", sa.column("controller", sa.Text))
    everybody = sa.select(persons.c.controller, sa.literal(UNKNOWN, sa.LargeBinary)).distinct()
    folded_by = sa.table("folded_by", sa.column("controller"), sa.column("policies"))
    op.execute(folded_by.insert().from_select(["controller", "policies"], everybody))
    op.execute(
        "INSERT INTO rejudging (controller, since)"
        " SELECT controller, 0 FROM persons GROUP BY controller"
    )
    # A program that does not judge would leave behind whom nobody has judged, and not say so.
    meta = sa.table("meta", sa.column("name", sa.Text), sa.column("value", sa.LargeBinary))
    op.execute(
        sa.update(meta).where(meta.c.name == "oldest program").values(value=revision.encode())
    )
