"""The schema: the migrations make the tables the program knows, and no other version is opened."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lineage.storage import schema
from lineage.storage.engines import open_engine
from lineage.storage.errors import SchemaMismatch, StoreUnusable
from lineage.storage.tables import metadata
from lineage.tracker import open_tracker, upgrade_store
from tests.storage.shop import open_shop, share, url_of


def shape(engine: sa.Engine) -> dict[str, object]:
    """Tables, columns, keys and indexes as SQLite says them."""
    found: dict[str, object] = {}
    with engine.connect() as conn:
        inspector = sa.inspect(conn)
        for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
            columns = [
                (c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)
            ]
            key = inspector.get_pk_constraint(table)["constrained_columns"]
            unique = sorted(
                tuple(u["column_names"]) for u in inspector.get_unique_constraints(table)
            )
            indexes = sorted(
                (str(i["name"]), tuple(i["column_names"])) for i in inspector.get_indexes(table)
            )
            options = inspector.get_table_options(table)
            found[table] = (columns, key, unique, indexes, options)
    return found


def test_migrations_make_what_the_program_knows(tmp_path: Path) -> None:
    """A migrated store differs in nothing from the tables in the code."""
    schema.upgrade(url_of(tmp_path))
    migrated = open_engine(url_of(tmp_path))
    direct = open_engine(f"sqlite:///{tmp_path / 'direct.db'}")
    metadata.create_all(direct)
    with migrated.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
    assert shape(migrated) == shape(direct)
    migrated.dispose()
    direct.dispose()


def test_version_is_the_newest_migration() -> None:
    """The version the program asks for is the head of the folder, and there is one head."""
    script = ScriptDirectory.from_config(schema.migration_config())
    assert script.get_heads() == [schema.SCHEMA_VERSION]


@pytest.mark.parametrize(
    ("version", "says", "advice"),
    [("0000", "older", "lineage db upgrade"), ("9999", "newer", "install")],
)
def test_other_versions_are_refused(tmp_path: Path, version: str, says: str, advice: str) -> None:
    """A store of an older or newer program is not opened, and the error says what to do."""
    open_shop(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "shop.db")) as conn:
        conn.execute("UPDATE alembic_version SET version_num = ?", [version])
        oldest = "UPDATE meta SET value = ? WHERE name = 'oldest program'"
        conn.execute(oldest, [version.encode()])
        conn.commit()
    with pytest.raises(SchemaMismatch, match=says) as caught:
        open_shop(tmp_path)
    assert advice in caught.value.do


def test_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """A database full of other tables is no store: nothing is made in it."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as conn:
        conn.execute("CREATE TABLE notes (text)")
        conn.commit()
    with pytest.raises(StoreUnusable, match="another program"):
        open_shop(tmp_path)
    with pytest.raises(StoreUnusable, match="another program"):
        upgrade_store(url_of(tmp_path))
    assert not (tmp_path / "shop.db.keys").exists()
    with closing(sqlite3.connect(tmp_path / "shop.db")) as conn:
        assert conn.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]


def test_upgrade_is_idempotent(tmp_path: Path) -> None:
    """Upgrading an up-to-date store changes nothing and keeps what it holds."""
    with open_shop(tmp_path) as tracker:
        tracker.record([share()])
    assert upgrade_store(url_of(tmp_path)) == schema.SCHEMA_VERSION
    assert schema.upgrade(url_of(tmp_path)) == (schema.SCHEMA_VERSION, schema.SCHEMA_VERSION)
    with open_shop(tmp_path) as tracker:
        assert [row.holder for row in tracker.holders("m1").holders] == ["FastParcel"]


def test_empty_file_is_a_fresh_store(tmp_path: Path) -> None:
    """An empty file is made a store, by upgrade as by opening."""
    for name in ("a.db", "b.db"):
        (tmp_path / name).touch()
    before, after = schema.upgrade(f"sqlite:///{tmp_path / 'a.db'}")
    assert (before, after) == (None, schema.SCHEMA_VERSION)
    with open_tracker(f"sqlite:///{tmp_path / 'b.db'}") as tracker:
        assert tracker.verify().ok
