"""PostgreSQL beside SQLite: standings that tell more, and a ledger that only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

UNKNOWN = 16
"""Mark of a standing that was not worked out: the person is folded whole until it is rebuilt."""

ONLY_GROWS = """
CREATE FUNCTION lineage_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % only grows', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER tiles_only_grow BEFORE UPDATE ON tiles FOR EACH ROW
  WHEN (substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes
        OR (NEW.log, NEW.level, NEW.index) <> (OLD.log, OLD.level, OLD.index))
  EXECUTE FUNCTION lineage_only_grows();
CREATE TRIGGER logs_only_grow BEFORE UPDATE ON logs FOR EACH ROW
  WHEN (NEW.size < OLD.size OR NEW.next < OLD.next OR (NEW.log, NEW.lane) <> (OLD.log, OLD.lane))
  EXECUTE FUNCTION lineage_only_grows();
"""
"""A role that records must be able to move a head and to fill a tile, and no more than that."""


def upgrade() -> None:
    """Add what is new; on PostgreSQL also what only it can hold to."""
    op.add_column(
        "logs", sa.Column("recorded_at", sa.BigInteger(), nullable=False, server_default="0")
    )
    for column in (
        sa.Column("marks", sa.SmallInteger(), nullable=False, server_default=str(UNKNOWN)),
        sa.Column("took_all_at", sa.BigInteger()),
        sa.Column("cleared_at", sa.BigInteger()),
        sa.Column("retracted", sa.LargeBinary(), nullable=False, server_default=""),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("log", sa.SmallInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("persons", column)
    op.execute("ALTER TABLE persons DROP COLUMN plain")
    meta = sa.table("meta", sa.column("name", sa.Text), sa.column("value", sa.LargeBinary))
    op.execute(sa.insert(meta).values(name="oldest program", value=revision.encode()))
    if op.get_bind().dialect.name == "postgresql":
        # Sealed bytes do not get smaller, so nothing is gained by trying.
        op.execute("ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL")
        op.execute(ONLY_GROWS)
