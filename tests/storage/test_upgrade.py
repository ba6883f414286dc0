"""Upgrading: a store of the first schema goes on as it is, and old programs bear a newer schema."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from lineage.storage import schema
from lineage.storage import tables as t
from lineage.storage.engines import insert_new
from lineage.storage.errors import SchemaMismatch
from lineage.storage.keys import create_keys
from lineage.tracker import Tracker, open_tracker, upgrade_store
from tests.conftest import PlaceIn
from tests.properties.stores import Row, facts_dump
from tests.storage import first_store
from tests.storage.first_store import CONTROLLER, LATER, PEOPLE, restore
from tests.storage.shop import open_shop, share
from tests.support.engines import on_postgresql
from tests.support.places import StorePlace

DRAWN = ("notice_id=", "policy_version=")
OTHERS = tuple(table for table in t.FACT_TABLES if table is not t.persons)


def open_at(place: StorePlace) -> Tracker:
    """A tracker at the time of the first store."""
    return place.open(clock=lambda: first_store.NOW)


def facts_of(tracker: Tracker, tables: tuple[sa.Table, ...]) -> dict[str, list[Row]]:
    """The facts without what is drawn for each store: refs, and the notice ids made from them; and
    without the version of the policy, which the first store was recorded under another of.
    """
    dump = facts_dump(tracker, tables=tables)
    for name, rows in dump.items():
        kept = (tuple(x for x in row if not x.startswith(DRAWN)) for row in rows)
        dump[name] = sorted(kept)
    return dump


def marked(tracker: Tracker) -> int:
    """How many people the store counts as not worked out."""
    return schema.count_unknown(tracker.store.engine.url.render_as_string(hide_password=False))


def test_store_of_the_first_schema_goes_on(store_place: StorePlace, tmp_path: Path) -> None:
    """Upgraded it verifies, answers, records and replays; its facts are those of a store that was
    given the same with today's program, and after a rebuild its standings are as well.
    """
    restore(store_place)
    with pytest.raises(SchemaMismatch, match="older") as caught:
        open_at(store_place)
    assert "lineage db upgrade" in caught.value.do
    assert upgrade_store(store_place.url, keys=store_place.keys) == schema.SCHEMA_VERSION
    fresh = store_place.another()
    with open_at(store_place) as old, open_at(fresh) as new:
        first_store.begin(new)
        assert marked(old) == len(PEOPLE) - 1
        assert marked(new) == 0
        assert old.verify().ok
        assert facts_of(old, OTHERS) == facts_of(new, OTHERS)
        for event in LATER:
            assert old.record([event]).recorded == new.record([event]).recorded == 1
        assert old.record([*first_store.FIRST[:-1], *LATER]).recorded == 0
        assert old.verify().ok
        assert old.dead_letters().total == 1
        assert facts_of(old, OTHERS) == facts_of(new, OTHERS)
        assert facts_of(old, (t.persons,)) != facts_of(new, (t.persons,))
        old.rebuild()
        assert marked(old) == 0
        assert facts_of(old, t.FACT_TABLES) == facts_of(new, t.FACT_TABLES)
        for person in PEOPLE:
            answers = [x.holders(person, controller=CONTROLLER).holders for x in (old, new)]
            assert answers[0] == answers[1]
            assert answers[0]
        assert old.verify().ok


def test_its_tables_are_those_the_program_knows(store_place: StorePlace) -> None:
    """Upgraded from the first schema, nothing differs from the tables in the code."""
    restore(store_place)
    schema.upgrade(store_place.url)
    with sa.create_engine(store_place.url, poolclass=sa.NullPool).connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), t.metadata) == []


NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    op.add_column("edges", sa.Column("colour", sa.Text()))
    op.add_column("events", sa.Column("hint", sa.LargeBinary()))
    op.create_table("colours", sa.Column("name", sa.Text(), primary_key=True))
    op.execute("UPDATE meta SET value = {oldest} WHERE name = 'oldest program'")
"""


@contextmanager
def next_program(folder: Path, oldest: str) -> Iterator[None]:
    """The program that comes after this one: it has a migration more."""
    migrations = folder / f"migrations-{oldest}"
    shutil.copytree(schema.MIGRATIONS, migrations)
    text = NEXT.format(oldest=f"CAST('{oldest}' AS BLOB)")
    (migrations / "versions" / "0005_next.py").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", migrations)
        patch.setattr(schema, "SCHEMA_VERSION", "0005")
        yield


def upgrade_to_next(place: StorePlace, folder: Path, oldest: str) -> None:
    """Let the next program upgrade the store."""
    with next_program(folder, oldest):
        if place.engine == "postgresql":
            path = schema.MIGRATIONS / "versions" / "0005_next.py"
            path.write_text(path.read_text().replace("AS BLOB", "AS bytea"))
        assert upgrade_store(place.url, keys=place.keys) == "0005"


def test_this_program_goes_on_beside_the_next(store_place: StorePlace, tmp_path: Path) -> None:
    """While a newer program is rolled out, this one uses the store that was upgraded under it: one
    that is running, and one that is started now. It upgrades nothing, and takes nothing back.
    """
    with open_shop(store_place) as running:
        running.record([share()])
        upgrade_to_next(store_place, tmp_path, "0004")
        assert running.record([share("BlueVan")]).recorded == 1
    with open_shop(store_place) as tracker:
        assert tracker.record([share("NightVan"), share(subject="m2")]).recorded == 2
        tracker.open_request("m1", controller=CONTROLLER, request_id="r1")
        tracker.decide_request("r1", controller=CONTROLLER, outcome="accepted")
        assert len(tracker.holders("m1").holders) == 3
        assert tracker.rebuild().people == 2
        assert tracker.verify().ok
        assert len(tracker.lineage("m1").edges) == 3
    assert upgrade_store(store_place.url, keys=store_place.keys) == "0005"
    with open_shop(store_place) as tracker:
        assert tracker.verify().ok


def test_this_program_leaves_a_store_it_cannot_bear(
    store_place: StorePlace, tmp_path: Path
) -> None:
    """A schema that says it is beyond this program is not opened and not upgraded, and the error
    says which version it is and what to install.
    """
    open_shop(store_place).close()
    upgrade_to_next(store_place, tmp_path, "0005")
    for use in (
        lambda: open_shop(store_place).close(),
        lambda: upgrade_store(store_place.url, keys=store_place.keys),
    ):
        with pytest.raises(SchemaMismatch, match=r"\(0005\) is newer") as caught:
            use()
        assert "install" in caught.value.do


@on_postgresql
@pytest.mark.parametrize("start", ["nothing", "first schema"])
def test_two_programs_that_upgrade_at_once(store_place: StorePlace, start: str) -> None:
    """Of two that upgrade the same store one does it, and the other finds it done."""
    if start == "first schema":
        restore(store_place)
    with ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(upgrade_store, store_place.url, keys=store_place.keys) for _ in range(4)
        ]
        assert {each.result() for each in tries} == {schema.SCHEMA_VERSION}
    with open_shop(store_place) as tracker:
        assert tracker.record([share(subject="m9")]).recorded == 1
        assert tracker.verify().ok


@on_postgresql
def test_two_programs_that_bring_keys_at_once(
    store_place: StorePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two machines that start on a fresh database, each with new keys, one has the store, and
    the other is told that its keys are not the store's: nothing is recorded under two keys.
    """
    schema.upgrade(store_place.url)
    folders = [tmp_path / f"keys-{n}" for n in range(2)]
    checks = [create_keys(folder).checks() for folder in folders]
    both = Barrier(2, timeout=20)

    def insert_together(*args: Any) -> None:
        both.wait()
        insert_new(*args)

    monkeypatch.setattr(schema, "insert_new", insert_together)
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(schema.upgrade, store_place.url, key_checks=x) for x in checks]
        errors = [each.exception() for each in tries]
    monkeypatch.undo()
    assert sorted(type(error).__name__ for error in errors) == ["KeysUnusable", "NoneType"]
    first = folders[errors.index(None)]
    with open_tracker(store_place.url, keys=first) as tracker:
        assert tracker.record([share()]).recorded == 1


@pytest.fixture
def two_places(tmp_path: Path, place_in: PlaceIn) -> Iterator[tuple[StorePlace, StorePlace]]:
    """A place on each engine."""
    with (
        place_in(tmp_path / "file", "sqlite") as file,
        place_in(tmp_path / "server", "postgresql") as server,
    ):
        yield file, server


@pytest.mark.postgres
def test_upgraded_stores_are_equal_between_engines(
    two_places: tuple[StorePlace, StorePlace],
) -> None:
    """The same store of the first schema, upgraded on both engines, holds the same facts."""
    dumps = []
    for place in two_places:
        place.keys.parent.mkdir()
        restore(place)
        upgrade_store(place.url, keys=place.keys)
        with open_at(place) as tracker:
            tracker.record(LATER)
            tracker.rebuild()
            dumps.append(facts_dump(tracker))
    assert dumps[0] == dumps[1]
