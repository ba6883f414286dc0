"""What PostgreSQL does when server, account or setting fail it: a clear error, and on again."""

import time
from typing import Any, LiteralString

import psycopg
import psycopg.errors
import pytest
import sqlalchemy as sa
from psycopg import sql

from lineage.storage.engines import Connection, postgresql
from lineage.storage.errors import StoreUnusable
from lineage.tracker import Tracker, open_tracker
from tests.storage.shop import open_shop, share
from tests.support.engines import on_postgresql
from tests.support.guarded import guard
from tests.support.places import StorePlace
from tests.support.servers import OwnServer, connect

pytestmark = on_postgresql


def set_for_all(place: StorePlace, name: str, value: str) -> None:
    """A setting of the database, as its owner makes it: new connections have it."""
    url = sa.make_url(place.url)
    change = sql.SQL("ALTER DATABASE {} SET {} = {}").format(
        sql.Identifier(url.database or ""), sql.Identifier(name), sql.Literal(value)
    )
    with connect(url) as conn:
        conn.execute(change)


def holders(tracker: Tracker) -> int:
    """How many hold something of the one person."""
    return len(tracker.holders("m1", controller="sesiiduo").holders)


def test_read_only_database_answers_and_records_nothing(store_place: StorePlace) -> None:
    """A database that cannot be written still answers, and recording says that it is read-only,
    whether it was so at the start or became so.
    """
    with open_shop(store_place) as tracker:
        tracker.record([share()])
        set_for_all(store_place, "default_transaction_read_only", "on")
        tracker.store.engine.dispose()
        with pytest.raises(StoreUnusable, match="read-only"):
            tracker.record([share("BlueVan")])
    with open_shop(store_place) as tracker:
        assert tracker.verify().ok
        with pytest.raises(StoreUnusable, match="read-only") as caught:
            tracker.record([share("BlueVan")])
        assert "default_transaction_read_only" in caught.value.do
        assert holders(tracker) == 1


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_other_isolation_is_refused(store_place: StorePlace, level: str) -> None:
    """A database that runs transactions at another level is not opened, and a program that is
    running then writes nothing more: who waited for a lock would not see what the other wrote.
    """
    with open_shop(store_place) as tracker:
        tracker.record([share()])
        set_for_all(store_place, "default_transaction_isolation", level)
        with pytest.raises(StoreUnusable, match=level) as caught:
            open_shop(store_place)
        assert "default_transaction_isolation" in caught.value.do
        tracker.store.engine.dispose()
        with pytest.raises(StoreUnusable, match=level):
            tracker.record([share("BlueVan")])


def test_database_that_does_not_exist(store_place: StorePlace) -> None:
    """A database that is not there is said to be missing, and gets no keys."""
    url = sa.make_url(store_place.url).set(database="no_such_shop")
    with pytest.raises(StoreUnusable, match="no such database") as caught:
        open_tracker(url.render_as_string(hide_password=False), keys=store_place.keys)
    assert "createdb" in caught.value.do
    assert not store_place.keys.exists()


@pytest.mark.parametrize("where", ["127.0.0.1:1", "no-such-host.invalid", "/nowhere"])
def test_server_that_cannot_be_reached(store_place: StorePlace, where: str) -> None:
    """Where no server answers, the error says so and shows no password."""
    host = f"?host={where}" if where.startswith("/") else ""
    url = f"postgresql+psycopg://shop:a-secret@{'' if host else where}/shop{host}"
    with pytest.raises(StoreUnusable, match="cannot be reached") as caught:
        open_tracker(url, keys=store_place.keys)
    assert "a-secret" not in f"{caught.value} {caught.value.do} {caught.value.__cause__}"
    assert not store_place.keys.exists()


@pytest.fixture
def guarded(own_postgres: OwnServer) -> sa.URL:
    """A server that asks everybody but its owner for a password, and one user's address there."""
    return guard(own_postgres)


def test_wrong_user_or_password(guarded: sa.URL, store_place: StorePlace) -> None:
    """A user or password that the server refuses is said to be so, without repeating either."""
    connect(guarded).close()
    for wrong in (
        guarded.set(password="wrong-secret"),
        guarded.set(username="nobody-known"),
        sa.URL.create(guarded.drivername, "visitor", None, guarded.host, guarded.port, "postgres")
        if guarded.host
        else guarded.set(password=""),
    ):
        with pytest.raises(StoreUnusable, match="refused this user") as caught:
            open_tracker(wrong.render_as_string(hide_password=False), keys=store_place.keys)
        said = f"{caught.value} {caught.value.do}"
        assert "password" in caught.value.do
        assert "secret" not in said
        assert "nobody-known" not in said


def test_schema_without_a_table(store_place: StorePlace) -> None:
    """A table that somebody has dropped is an error that says what to do, and not a traceback."""
    with open_shop(store_place) as tracker:
        tracker.record([share()])
        with connect(sa.make_url(store_place.url)) as conn:
            conn.execute("DROP TABLE edges")
        with pytest.raises(StoreUnusable, match="no tables of ours") as caught:
            tracker.holders("m1", controller="sesiiduo")
        assert "lineage db upgrade" in caught.value.do


def test_other_writer_for_too_long(
    store_place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another writer holds what this one needs, recording waits; after too long it says so,
    and questions are answered all the while.
    """
    short = postgresql.ON_CONNECT.replace(f"{postgresql.LOCK_TIMEOUT_MS}", "50")
    monkeypatch.setattr(postgresql, "ON_CONNECT", short)
    with open_shop(store_place) as tracker:
        tracker.record([share()])
        with connect(sa.make_url(store_place.url)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM persons FOR UPDATE")
            with pytest.raises(StoreUnusable, match="another writer"):
                tracker.record([share("BlueVan")])
            assert holders(tracker) == 1
            other.execute("ROLLBACK")
        assert tracker.record([share("BlueVan")]).recorded == 1
        assert tracker.verify().ok


def test_connections_that_were_cut(store_place: StorePlace) -> None:
    """A server that has hung up on all of them is asked again: the next question is answered, and
    the next event recorded.
    """
    cut = (
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with open_shop(store_place) as tracker, connect(sa.make_url(store_place.url)) as other:
        tracker.record([share()])
        assert (other.execute(cut).fetchone() or (0,))[0] >= 1
        assert holders(tracker) == 1
        other.execute(cut)
        assert tracker.record([share("BlueVan")]).recorded == 1
        assert holders(tracker) == 2


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_other_encoding_is_refused(store_place: StorePlace, encoding: str) -> None:
    """A database that cannot keep every name is refused before anything is made in it, and the
    error says how to make one that can.
    """
    url = sa.make_url(store_place.url)
    other = f"{url.database}_other"
    make: LiteralString = (
        "CREATE DATABASE {} ENCODING {} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    with connect(url) as conn:
        if conn.info.server_version >= 150000:  # where C.UTF-8 may be what is made by default
            make = f"{make} LOCALE_PROVIDER libc"
        conn.execute(sql.SQL(make).format(sql.Identifier(other), sql.Literal(encoding)))
        try:
            address = url.set(database=other).render_as_string(hide_password=False)
            with pytest.raises(StoreUnusable, match=encoding) as caught:
                open_tracker(address, keys=store_place.keys)
        finally:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(other)))
    assert "createdb -E UTF8" in caught.value.do
    assert not store_place.keys.exists()


def test_client_encoding_of_the_account(store_place: StorePlace) -> None:
    """What encoding a client is to have by default is no matter: names come back as they were."""
    with open_shop(store_place) as tracker:
        set_for_all(store_place, "client_encoding", "LATIN1")
        tracker.store.engine.dispose()
        tracker.record([share("Быстрая")])
        assert tracker.holders("m1", controller="sesiiduo").holders[0].holder == "Быстрая"


def test_connections_that_idled_too_long(store_place: StorePlace) -> None:
    """A server that hangs up on who is idle is asked again, in a question and in recording."""
    idle = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with open_shop(store_place) as tracker, connect(sa.make_url(store_place.url)) as other:
        other.execute("SET idle_session_timeout = 0")
        tracker.record([share()])
        set_for_all(store_place, "idle_session_timeout", "50ms")
        tracker.store.engine.dispose()
        for recorded in range(1, 3):
            assert holders(tracker) == recorded
            wait_until_none(other, idle)
            assert holders(tracker) == recorded
            wait_until_none(other, idle)
            assert tracker.record([share(f"R{recorded}")]).recorded == 1
            wait_until_none(other, idle)


def wait_until_none(conn: psycopg.Connection[Any], count: LiteralString) -> None:
    """Return when a statement counts nothing any more."""
    ends_at = time.monotonic() + 10
    while (conn.execute(count).fetchone() or (1,))[0]:
        assert time.monotonic() < ends_at
        time.sleep(0.01)


@pytest.mark.parametrize("state", ["57P01", "57P04", "57P05", "25P03", "25P04"])
def test_what_counts_as_hung_up(state: str, engine: str) -> None:
    """Each way in which the server itself ends a connection is known as one."""
    assert engine == "postgresql"
    error = psycopg.errors.lookup(state)() if state != "25P04" else TransactionTimeout()
    assert postgresql.is_cut(error)
    named = postgresql.named(error)
    assert isinstance(named, StoreUnusable)
    assert "hung up" in str(named)


class TransactionTimeout(psycopg.errors.InternalError):
    """Known to PostgreSQL from version 17 on."""

    sqlstate = "25P04"


def test_statement_timeout(store_place: StorePlace) -> None:
    """A statement that may not take as long as it needs is broken off, and the error says which
    setting to unset; without it, the same input is recorded.
    """
    with open_shop(store_place) as tracker, connect(sa.make_url(store_place.url)) as other:
        tracker.record([share()])
        set_for_all(store_place, "statement_timeout", "100ms")
        tracker.store.engine.dispose()
        other.execute("BEGIN")
        other.execute("SELECT * FROM persons FOR UPDATE")
        with pytest.raises(StoreUnusable, match="broke off") as caught:
            tracker.record([share("BlueVan")])
        other.execute("ROLLBACK")
        assert "unset statement_timeout" in caught.value.do
        set_for_all(store_place, "statement_timeout", "0")
        tracker.store.engine.dispose()
        assert tracker.record([share("BlueVan")]).recorded == 1


def test_frozen_program_is_cut_off(
    store_place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does nothing in a transaction loses it, so that the others go on; a recording that reads
    slowly what it records as one is waited for.
    """
    short = postgresql.BEGIN_WRITING.replace(str(postgresql.IDLE_MS_MAX), "50")
    assert short != postgresql.BEGIN_WRITING
    monkeypatch.setattr(postgresql, "BEGIN_WRITING", short)

    def asleep(conn: Connection) -> None:
        time.sleep(0.2)
        conn.execute(sa.text("SELECT 1"))

    def slowly() -> Any:
        for number in range(2):
            time.sleep(0.2)
            yield share(id=f"slow-{number}")

    with open_shop(store_place) as tracker:
        with pytest.raises(StoreUnusable, match="has hung up"):
            tracker.store.run(asleep)
        assert tracker.record(slowly(), strict=True, batch_size=1).recorded == 2
