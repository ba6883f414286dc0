"""The tests have a real PostgreSQL, wherever they run, and hear what to do where they have none."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from tests.support import postgres as getting
from tests.support.databases import Databases
from tests.support.servers import OwnServer, PostgresMissing, answers, connect

pytestmark = pytest.mark.postgres


def execute(url: str | sa.URL, statement: str) -> list[tuple[object, ...]]:
    """One statement in a connection and a transaction of its own."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []


def test_the_server_is_a_current_postgresql(postgres: Databases) -> None:
    """What answers is PostgreSQL itself, and it syncs what it commits unless it is a stranger's."""
    version = execute(postgres.new_database(), "SHOW server_version_num")[0][0]
    assert int(str(version)) >= 150_000
    if postgres.server.origin != getting.VARIABLE:
        assert execute(postgres.url, "SHOW fsync") == [("on",)]


def test_databases_are_fresh_and_separate(postgres: Databases) -> None:
    """Each database is empty, and what one test writes no other one sees."""
    with postgres.database() as one, postgres.database() as other:
        execute(one, "CREATE TABLE notes (note text)")
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        assert execute(one, tables) == [("notes",)]
        assert execute(other, tables) == []


def test_a_database_is_gone_after_its_test(postgres: Databases) -> None:
    """The disk does not grow with the tests, even where one has left a connection open."""
    with postgres.database() as url:
        left_open = connect(sa.make_url(url))
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()
    assert not answers(sa.make_url(url))


def test_databases_left_over_go_with_the_run(postgres: Databases) -> None:
    """Who asks without giving back leaves nothing on a server that outlives the run."""
    of_one_run = Databases(postgres.server)
    urls = [of_one_run.new_database(), of_one_run.new_database()]
    of_one_run.close()
    assert not any(answers(sa.make_url(url)) for url in urls)


@pytest.mark.parametrize("ends", ["kill", "stop_immediately"])
def test_what_was_committed_survives(own_postgres: OwnServer, ends: str) -> None:
    """After kill -9, or an immediate stop, a start brings back what was committed and no more."""
    execute(own_postgres.url, "CREATE TABLE notes AS SELECT generate_series(1, 1000) AS note")
    with connect(own_postgres.url) as open_one:
        open_one.execute("BEGIN")
        open_one.execute("INSERT INTO notes VALUES (1001)")
        getattr(own_postgres, ends)()
        assert not answers(own_postgres.url)
        with pytest.raises(psycopg.OperationalError):
            open_one.execute("COMMIT")
    own_postgres.start()
    assert execute(own_postgres.url, "SELECT count(*) FROM notes") == [(1000,)]
    own_postgres.restart()
    assert execute(own_postgres.url, "SELECT count(*) FROM notes") == [(1000,)]


def test_a_server_of_its_own_is_no_one_elses(postgres: Databases, own_postgres: OwnServer) -> None:
    """A test that breaks its server breaks no other test."""
    own_postgres.kill()
    assert answers(postgres.url)


def test_an_address_is_taken_before_all_else(
    postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server named in the environment is used as it is, and neither Docker nor wheel is tried."""
    monkeypatch.setattr(getting, "_first_way", lambda: pytest.fail("looked elsewhere"))
    address = postgres.url.set(drivername="postgresql").render_as_string(hide_password=False)
    given = getting.get_server({getting.VARIABLE: address})
    assert given.origin == getting.VARIABLE
    with Databases(given).database() as url:
        assert execute(url, "SELECT 1") == [(1,)]
    given.close()
    assert answers(postgres.url)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://tester:a-secret@127.0.0.1:1/none",
        "postgresql://tester:a-secret@/none?host=/nowhere",
        "sqlite:///lineage.db",
        "nonsense",
    ],
)
def test_a_wrong_address_is_an_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who names a server means that one: no other takes its place, and no password is shown."""
    monkeypatch.setattr(getting, "_first_way", lambda: pytest.fail("looked elsewhere"))
    with pytest.raises(PostgresMissing, match=getting.VARIABLE) as caught:
        getting.get_server({getting.VARIABLE: address})
    assert "a-secret" not in str(caught.value)


def test_a_role_that_may_too_little_is_an_error(own_postgres: OwnServer) -> None:
    """A role that may not make databases is told so at once, and not by a hundred tests."""
    execute(own_postgres.url, "CREATE ROLE reader LOGIN PASSWORD 'a-secret' CREATEROLE")
    url = own_postgres.url.set(username="reader", password="a-secret")
    with pytest.raises(PostgresMissing, match="may not create databases"):
        getting.get_server({getting.VARIABLE: url.render_as_string(hide_password=False)})


def test_where_no_way_is_left_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Docker and without the wheel, the error says why each failed and what is enough."""

    def fails(reason: str) -> OwnServer:
        raise PostgresMissing(reason)

    monkeypatch.setattr(getting, "_in_docker", lambda: fails("no engine"))
    monkeypatch.setattr(getting, "NativeServer", lambda *, in_memory: fails("no wheel"))
    with pytest.raises(PostgresMissing) as caught:
        getting.get_own_server()
    for expected in ("no engine", "no wheel", getting.VARIABLE, "docker info", "make sync"):
        assert expected in str(caught.value)
