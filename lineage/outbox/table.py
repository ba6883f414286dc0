"""The table of the outbox; ``docs/outbox.sql`` says the same for PostgreSQL in plain SQL."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

NAME: Final = "lineage_outbox"
TOPIC: Final = "lineage.events"


def outbox_table(metadata: sa.MetaData, *, name: str = NAME, schema: str | None = None) -> sa.Table:
    """Add the table to a service's own metadata, so that its own migrations make it.

    A service fills ``topic``, ``key`` and ``event`` and nothing else; the rest is the relay's.
    """
    table = sa.Table(
        name,
        metadata,
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(),
            primary_key=True,
        ),
        sa.Column("topic", sa.Text, nullable=False, server_default=TOPIC),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column(
            "enqueued_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.current_timestamp(),
        ),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("last_error", sa.Text),
        sa.Column("held_by", sa.Text),
        sa.Column("held_until", sa.BigInteger),
        schema=schema,
        # A position must never be given twice: what is published is removed by its position.
        sqlite_autoincrement=True,
    )
    held = table.c.held_until.is_not(None)
    sa.Index(f"{name}_held", table.c.key, postgresql_where=held, sqlite_where=held)
    return table


OUTBOX: Final = outbox_table(sa.MetaData())
"""The table by its usual name, for who has it in no metadata of theirs."""
