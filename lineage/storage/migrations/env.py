"""Alembic's entrance: runs on the connection that ``lineage.storage.schema`` hands over."""

from __future__ import annotations

from alembic import context

from lineage.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=False,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
