"""The one source of stores gives fresh places, apart from each other, on the engine asked for."""

from __future__ import annotations

import sqlalchemy as sa

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
