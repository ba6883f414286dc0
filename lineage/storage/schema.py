"""The schema's version: made on a fresh store, checked on every other, upgraded when asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engines import insert_new, is_sqlite, open_engine, reading, writing
from lineage.storage.errors import KeysUnusable, SchemaMismatch, StoreUnusable
from lineage.storage.standings import UNKNOWN

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA_VERSION = "0004"
"""The newest migration; ``tests/storage`` holds it against the folder."""

OLDEST_PROGRAM = "oldest program"
"""Row of ``meta``: the oldest schema version whose programs may still use this store, so that old
workers go on while new ones are rolled out. A migration that they could not bear moves it on."""

VERSION_TABLE = "alembic_version"

UPGRADING = 7_146_533_204
"""Key of the advisory lock that lets one program at a time migrate a PostgreSQL store."""


def current_version(engine: sa.Engine) -> str | None:
    """The version of the store's schema; None for a store that has none yet."""
    with reading(engine) as conn:
        if not _has_tables(conn):
            return None
        return conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def is_fresh(engine: sa.Engine) -> bool:
    """Whether the store has nothing in it yet."""
    with reading(engine) as conn:
        return not _has_tables(conn)


def _has_tables(conn: sa.Connection) -> bool:
    """Whether the store has been made. Raises ``StoreUnusable`` for another program's database."""
    names = sa.inspect(conn).get_table_names()
    if names and VERSION_TABLE not in names:
        raise StoreUnusable(
            "the database holds tables of another program and no record of this one",
            do="name a file of its own with --store",
        )
    return bool(names)


def upgrade(url: str, *, key_checks: Mapping[str, bytes] | None = None) -> tuple[str | None, str]:
    """Run the migrations that are missing: (version before, version after).

    With ``key_checks`` the store also notes whose keys it has, so that no role that comes later
    needs to write that.
    """
    engine = open_engine(url)
    try:
        return migrate(engine, key_checks or {})
    finally:
        engine.dispose()


def migrate(engine: sa.Engine, key_checks: Mapping[str, bytes]) -> tuple[str | None, str]:
    """As ``upgrade``, on an engine that is open."""
    # Alembic is slow to import and needed only here.
    from alembic import command

    before = current_version(engine)
    if before is not None and before > SCHEMA_VERSION:
        check_version(engine)  # a newer program was here; what it made is not taken back
        return before, before
    with writing(engine) as conn:
        if not is_sqlite(conn):  # where the lock is not taken by the transaction itself
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADING)))
        config = migration_config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    check_schema(engine, key_checks)
    return before, SCHEMA_VERSION


def count_unknown(url: str) -> int:
    """How many people stand in the store as not worked out, and are folded whole until a rebuild:
    those of a store from before the standings were kept.
    """
    engine = open_engine(url)
    try:
        with reading(engine) as conn:
            people = sa.select(sa.func.count()).select_from(t.persons)
            marked = t.persons.c.marks.op("&")(UNKNOWN) != 0
            return conn.execute(people.where(marked)).scalar_one()
    finally:
        engine.dispose()


def migration_config() -> Config:
    """The settings of the migrations; there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def check_schema(engine: sa.Engine, key_checks: Mapping[str, bytes]) -> None:
    """Raise ``SchemaMismatch`` or ``KeysUnusable`` unless program, store and keys fit together."""
    stored = check_version(engine)
    _check_keys(stored, key_checks)
    new = [{"name": n, "value": value} for n, value in key_checks.items() if n not in stored]
    if new:
        with writing(engine) as conn:
            insert_new(conn, t.meta, new)
        # Another program may have brought keys of its own at the same time: the first stay.
        _check_keys(_stored_meta(engine), key_checks)


def check_version(engine: sa.Engine) -> dict[str, bytes]:
    """Raise ``SchemaMismatch`` unless this program may use the store; gives ``meta``."""
    version = current_version(engine)
    stored = {} if version is None else _stored_meta(engine)
    if version is not None and version > SCHEMA_VERSION:
        if stored.get(OLDEST_PROGRAM, b"none") > SCHEMA_VERSION.encode():
            raise SchemaMismatch(
                f"the store's schema ({version}) is newer than this program ({SCHEMA_VERSION})",
                do="install the version of lineage that made it, or a newer one",
            )
    elif version != SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the store's schema ({version or 'none'}) is older than this program"
            f" ({SCHEMA_VERSION})",
            do="run lineage db upgrade",
        )
    return stored


def _check_keys(stored: Mapping[str, bytes], key_checks: Mapping[str, bytes]) -> None:
    if any(stored.get(name, value) != value for name, value in key_checks.items()):
        raise KeysUnusable(
            "the keys are those of another store",
            do="name this store's key folder with --keys or LINEAGE_KEYS",
        )


def _stored_meta(engine: sa.Engine) -> dict[str, bytes]:
    with reading(engine) as conn:
        return dict(conn.execute(sa.select(t.meta.c.name, t.meta.c.value)).all())
