"""The schema: the migrations make the tables the program knows, and no other version is opened."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lineage.storage import schema
from lineage.storage import tables as t
from lineage.storage.engines import open_engine
from lineage.storage.errors import SchemaMismatch, StoreUnusable
from lineage.storage.tables import metadata
from lineage.tracker import upgrade_store
from tests.storage.shop import open_shop, share
from tests.support.places import StorePlace


def shape(engine: sa.Engine) -> dict[str, object]:
    """Tables, columns, keys and indexes as the engine says them."""
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


def execute(place: StorePlace, sql: str) -> None:
    """A statement past the program."""
    with sa.create_engine(place.url, poolclass=sa.NullPool).begin() as conn:
        conn.exec_driver_sql(sql)


def test_migrations_make_what_the_program_knows(store_place: StorePlace) -> None:
    """A migrated store differs in nothing from the tables in the code."""
    schema.upgrade(store_place.url)
    migrated, direct = open_engine(store_place.url), open_engine(store_place.another().url)
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
def test_other_versions_are_refused(
    store_place: StorePlace, version: str, says: str, advice: str
) -> None:
    """A store of an older or newer program is not opened, and the error says what to do."""
    open_shop(store_place).close()
    execute(store_place, f"UPDATE alembic_version SET version_num = '{version}'")  # noqa: S608
    with sa.create_engine(store_place.url, poolclass=sa.NullPool).begin() as conn:
        oldest = t.meta.update().where(t.meta.c.name == "oldest program")
        conn.execute(oldest, {"value": version.encode()})
    with pytest.raises(SchemaMismatch, match=says) as caught:
        open_shop(store_place)
    assert advice in caught.value.do


def test_database_of_another_program_is_refused(store_place: StorePlace) -> None:
    """A database full of other tables is no store: nothing is made in it."""
    execute(store_place, "CREATE TABLE notes (note text)")
    with pytest.raises(StoreUnusable, match="another program"):
        open_shop(store_place)
    with pytest.raises(StoreUnusable, match="another program"):
        upgrade_store(store_place.url, keys=store_place.keys)
    assert not store_place.keys.exists()
    engine = sa.create_engine(store_place.url, poolclass=sa.NullPool)
    assert sa.inspect(engine).get_table_names() == ["notes"]


def test_upgrade_is_idempotent(store_place: StorePlace) -> None:
    """Upgrading an up-to-date store changes nothing and keeps what it holds."""
    with open_shop(store_place) as tracker:
        tracker.record([share()])
    assert upgrade_store(store_place.url, keys=store_place.keys) == schema.SCHEMA_VERSION
    assert schema.upgrade(store_place.url) == (schema.SCHEMA_VERSION, schema.SCHEMA_VERSION)
    with open_shop(store_place) as tracker:
        assert [row.holder for row in tracker.holders("m1").holders] == ["FastParcel"]


def test_empty_database_is_a_fresh_store(store_place: StorePlace) -> None:
    """An empty database, as createdb makes it, is made a store by upgrade as by opening."""
    upgraded = store_place.another()
    if store_place.engine == "sqlite":
        for place in (store_place, upgraded):
            Path(sa.make_url(place.url).database or "").touch()
    before, after = schema.upgrade(upgraded.url)
    assert (before, after) == (None, schema.SCHEMA_VERSION)
    with open_shop(store_place) as tracker:
        assert tracker.verify().ok
