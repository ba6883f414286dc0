"""The one source of stores gives fresh places, apart from each other, on the engine asked for."""

from __future__ import annotations

import stat

import sqlalchemy as sa

import lineage
from lineage.storage.tables import meta
from lineage.tracker import Tracker
from tests.support.places import StorePlace


def test_a_place_is_fresh_on_each_engine(store_place: StorePlace) -> None:
    """Nothing is there before the test makes it: no table, no key."""
    engine = sa.create_engine(store_place.url, poolclass=sa.NullPool)
    assert engine.dialect.name == store_place.engine
    assert sa.inspect(engine).get_table_names() == []
    assert not store_place.keys.exists()


def test_another_place_is_another_store_with_the_same_keys(store_place: StorePlace) -> None:
    """What is written in one of two places is not in the other."""
    other = store_place.another()
    assert (other.engine, other.keys) == (store_place.engine, store_place.keys)
    assert len({store_place.url, other.url, other.another().url}) == 3
    with sa.create_engine(store_place.url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (note text)")
    beside = sa.create_engine(other.url, poolclass=sa.NullPool)
    assert sa.inspect(beside).get_table_names() == []


def whole_of(tracker: Tracker) -> tuple[object, ...]:
    """The tables with their columns and indexes, and every row in them."""
    inspector = sa.inspect(tracker.store.engine)
    names = sorted(inspector.get_table_names())
    assert meta.name in names
    with tracker.store.reading() as conn:
        rows = [
            sorted(map(repr, conn.exec_driver_sql(f"SELECT * FROM {name}")))  # noqa: S608
            for name in names
        ]
    shapes = [
        (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)],
            sorted((str(i["name"]), i["column_names"]) for i in inspector.get_indexes(name)),
        )
        for name in names
    ]
    return names, rows, shapes


def test_what_is_opened_here_is_what_opening_makes(store_place: StorePlace) -> None:
    """A copy of the ready store is, row by row, the store that its keys would have been given."""
    with store_place.open() as copied:
        modes = [stat.S_IMODE(path.stat().st_mode) for path in store_place.keys.iterdir()]
        assert stat.S_IMODE(store_place.keys.stat().st_mode) == 0o700
        assert set(modes) == {0o600}
        made = store_place.another().url
        with lineage.open_tracker(made, keys=store_place.keys) as tracker:
            assert whole_of(copied) == whole_of(tracker)
        assert made != store_place.url


def test_keys_of_its_own_are_kept(store_place: StorePlace) -> None:
    """Where there are other keys already, the store is made with those."""
    lineage.open_tracker(store_place.url, keys=store_place.keys).close()
    before = (store_place.keys / "root.key").read_bytes()
    with store_place.another().open() as tracker:
        assert tracker.lanes.on_record() == []
    assert (store_place.keys / "root.key").read_bytes() == before
