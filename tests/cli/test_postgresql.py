"""The commands on a real PostgreSQL: what a user meets there, and what is never shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg import sql
from typer.testing import CliRunner, Result

from lineage.cli.main import make_app
from tests.cli.test_real import CONTROLLER, EVENTS, WRONG
from tests.support.databases import Databases
from tests.support.guarded import PASSWORD, guard
from tests.support.servers import OwnServer, connect

pytestmark = pytest.mark.postgres

SECRET = "no-one-may-see-this"


class Desk:
    """A desk with its folder, from which the command is run on a store on a server."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder = folder
        self.store = store
        self.keys: Path | None = folder / "keys"

    def run(self, *words: str, store: str | None = None) -> Result:
        """Run the command; whatever comes of it, the password is not in it."""
        env = {"LINEAGE_STORE": store or self.store, "COLUMNS": "250", "LINEAGE_KEYS": ""}
        if self.keys is not None:
            env["LINEAGE_KEYS"] = str(self.keys)
        result = CliRunner().invoke(make_app(plugins=False), list(words), env=env)
        shown = f"{result.output}{result.stderr}{result.exception}"
        assert SECRET not in shown
        assert PASSWORD not in shown
        return result

    def error(self, *words: str, code: int = 5, store: str | None = None) -> dict[str, Any]:
        """Run the command, which must end with this exit code and say what to do next; twice."""
        plain = self.run(*words, store=store)
        result = self.run(*words, "--json", store=store)
        assert (plain.exit_code, result.exit_code) == (code, code), plain.output
        said: dict[str, Any] = json.loads(result.stderr)
        assert plain.stderr.splitlines() == [f"error: {said['says']}", said["next"]]
        assert said["next"].endswith(".")
        return said

    def record(self) -> Result:
        """Record two good events and a bad one from a file."""
        path = self.folder / "events.jsonl"
        path.write_text("\n".join(json.dumps(each) for each in [*EVENTS, WRONG]), encoding="utf-8")
        return self.run("record", str(path))


@pytest.fixture
def desk(tmp_path: Path, postgres: Databases) -> Any:
    """A desk with a fresh database; its URL has a password in it, asked for or not."""
    with postgres.database() as url:
        parsed = sa.make_url(url)
        with_secret = parsed if parsed.password else parsed.set(password=SECRET)
        yield Desk(tmp_path, with_secret.render_as_string(hide_password=False))


def owner(desk: Desk) -> sa.URL:
    """The store as its owner reaches it, past the command."""
    return sa.make_url(desk.store)


def changed(desk: Desk, **parts: Any) -> str:
    """The store's URL with some part changed."""
    return owner(desk).set(**parts).render_as_string(hide_password=False)


def test_the_whole_way(desk: Desk) -> None:
    """Recorded, asked, planned, verified, rebuilt; no command shows the password."""
    assert desk.record().exit_code == 3
    for words in (
        ("holders", "m1", "-c", CONTROLLER),
        ("show", "m1", "-c", CONTROLLER, "--format", "json"),
        ("recipient", "subjects", "LocalVan", "-c", CONTROLLER),
        ("request", "open", "m1", "-c", CONTROLLER, "--id", "r1"),
        ("request", "decide", "r1", "accepted"),
        ("request", "list", "--json"),
        ("dispatch", "--once"),
        ("dead-letters", "list"),
        ("rebuild", "--json"),
        ("verify", "--json"),
        ("db", "upgrade", "--json"),
    ):
        result = desk.run(*words)
        assert result.exit_code == 0, (words, result.output)


def test_a_url_without_a_driver_is_accepted(desk: Desk) -> None:
    """`postgresql://` means the same as `postgresql+psycopg://`."""
    plain = desk.store.replace("postgresql+psycopg://", "postgresql://")
    assert plain != desk.store
    desk.store = plain
    assert desk.record().exit_code == 3
    assert desk.run("holders", "m1", "-c", CONTROLLER).exit_code == 0


def test_doctor_says_where_the_store_is(desk: Desk) -> None:
    """With user and database, and stars for the password; one in the query is left out."""
    desk.record()
    checks = json.loads(desk.run("doctor", "--json").stdout)["checks"]
    [says] = [check["says"] for check in checks if check["name"] == "store"]
    assert f":***@{owner(desk).host or ''}" in says
    assert str(owner(desk).database) in says
    query = {**owner(desk).query, "password": SECRET}
    in_query = sa.URL.create(
        "postgresql", owner(desk).username, None, owner(desk).host, owner(desk).port,
        owner(desk).database, query,
    )  # fmt: skip
    if owner(desk).password == SECRET:
        desk.run("doctor", store=in_query.render_as_string(hide_password=False))
        desk.run("doctor", "--json", store=in_query.render_as_string(hide_password=False))


def test_without_keys_nothing_is_made(desk: Desk) -> None:
    """A store on a server has no key folder by default; the error says how one is named."""
    desk.keys = None
    for words in (("holders", "m1"), ("db", "upgrade"), ("doctor",)):
        said = desk.error(*words)
        assert said["error"] == "keys_unusable"
        assert "LINEAGE_KEYS" in said["next"]
    with connect(owner(desk)) as conn:
        made = conn.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert made.fetchone() == (0,)
    assert [path.name for path in desk.folder.iterdir()] == []


def test_keys_that_are_not_there_or_of_another_store(desk: Desk) -> None:
    """A store that was made with other keys is not opened with these, nor with new ones."""
    desk.record()
    keys = desk.keys
    desk.keys = desk.folder / "elsewhere"
    assert "does not" in desk.error("holders", "m1")["says"]
    assert not desk.keys.exists()
    other = Desk(desk.folder, f"sqlite:///{desk.folder / 'other.db'}")
    other.keys = desk.keys
    assert other.run("db", "upgrade").exit_code == 0
    assert "another store" in desk.error("holders", "m1")["says"]
    desk.keys = keys
    assert desk.run("holders", "m1", "-c", CONTROLLER).exit_code == 0


@pytest.mark.parametrize(
    ("change", "says", "next_step"),
    [
        ({"database": "no_such_shop"}, "no such database", "createdb"),
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "cannot be reached", "LINEAGE_STORE"),
        ({"query": {"host": "/nowhere"}, "host": None}, "cannot be reached", "LINEAGE_STORE"),
        ({"database": ""}, "names no database", "user@host/database"),
        ({"drivername": "postgresql+asyncpg"}, "not used here", "postgresql+psycopg://"),
        ({"drivername": "mysql"}, "not known", "postgresql+psycopg://"),
        ({"query": {"host": "/nowhere", "nonsense": "1"}, "host": None}, "a setting", "question"),
    ],
)
def test_a_store_that_cannot_be_opened(
    desk: Desk, change: dict[str, Any], says: str, next_step: str
) -> None:
    """Server away, database missing, another driver: what is wrong, what to do, and no keys."""
    for words in (("holders", "m1"), ("db", "upgrade")):
        said = desk.error(*words, store=changed(desk, **change))
        assert says in said["says"]
        assert next_step in said["next"]
    assert not (desk.folder / "keys").exists()


@pytest.mark.parametrize("broken", [f"postgresql://u:{SECRET}@h:port/db", f"{SECRET}", ":://"])
def test_a_url_that_is_none(desk: Desk, broken: str) -> None:
    """It is not repeated: whoever mistypes it has a password in it."""
    assert "no URL" in desk.error("holders", "m1", store=broken)["says"]


def test_wrong_password(tmp_path: Path, own_postgres: OwnServer) -> None:
    """The server refuses it: exit code 5, and neither password nor user is repeated."""
    url = guard(own_postgres).set(password=SECRET)
    desk = Desk(tmp_path, url.render_as_string(hide_password=False))
    said = desk.error("holders", "m1")
    assert "refused this user" in said["says"]
    assert "LINEAGE_STORE" in said["next"]
    assert "visitor" not in f"{said}"
    own_postgres.kill()
    assert "cannot be reached" in desk.error("verify")["says"]
    assert list(tmp_path.iterdir()) == []


def test_schema_older_and_newer(desk: Desk) -> None:
    """Older: upgrade. Newer than this program can bear: install. No command touches either."""
    desk.record()
    for version, says, next_step in (
        ("0001", "older", "lineage db upgrade"),
        ("9999", "newer", "install"),
    ):
        with connect(owner(desk)) as conn:
            conn.execute("UPDATE alembic_version SET version_num = %s", [version])
            change = "UPDATE meta SET value = %b WHERE name = 'oldest program'"
            conn.execute(change, [version.encode()])
        said = desk.error("holders", "m1")
        assert (said["error"], says in said["says"]) == ("schema_mismatch", True)
        assert next_step in said["next"].lower()
    assert "newer" in desk.error("db", "upgrade")["says"]


def test_rebuild_is_advised_after_an_upgrade(desk: Desk) -> None:
    """Where an upgrade left people that are not worked out it says so, until a rebuild."""
    desk.record()
    with connect(owner(desk)) as conn:
        conn.execute("UPDATE persons SET marks = 16")
    result = desk.run("db", "upgrade")
    assert result.exit_code == 0
    assert "1 of the people on record" in result.stderr
    assert "lineage rebuild" in result.stderr
    assert json.loads(desk.run("db", "upgrade", "--json").stdout)["people_to_rebuild"] == 1
    desk.run("rebuild")
    assert desk.run("db", "upgrade").stderr == ""


@pytest.fixture
def clerk(desk: Desk) -> Any:
    """A role without a grant, as a user with a password of its own."""
    name = f"clerk_{owner(desk).database}"
    role = sql.Identifier(name)
    with connect(owner(desk)) as conn:
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(SECRET)))
        yield name
        conn.execute(sql.SQL("DROP OWNED BY {}").format(role))
        conn.execute(sql.SQL("DROP ROLE {}").format(role))


def test_grants_by_command(desk: Desk, clerk: str) -> None:
    """Before: a sentence that names the command. Printed: SQL. Applied: the role records."""
    desk.record()
    mine = Desk(desk.folder, changed(desk, username=clerk, password=SECRET))
    said = mine.error("holders", "m1", "-c", CONTROLLER)
    assert "lineage db grants" in said["next"]
    printed = desk.run("db", "grants", "--ingest", clerk).stdout.splitlines()
    assert (printed[0], printed[-1]) == ("BEGIN;", "COMMIT;")
    assert f'GRANT SELECT, INSERT ON "public"."events" TO "{clerk}";' in printed
    assert mine.run("holders", "m1", "-c", CONTROLLER).exit_code == 5
    applied = desk.run("db", "grants", "--ingest", clerk, "--apply")
    assert applied.exit_code == 0, applied.output
    assert "the roles may do what they need" in applied.stdout
    shown = json.loads(desk.run("db", "grants", "--ingest", clerk, "--json").stdout)
    assert shown["applied"] is False
    assert [f"{statement};" for statement in shown["statements"]] == printed[1:-1]
    assert mine.record().exit_code == 3
    assert mine.run("verify").exit_code == 0
    assert "may not" in mine.error("db", "grants", "--reader", clerk, "--apply")["says"]


def test_grants_that_cannot_be(desk: Desk, tmp_path: Path) -> None:
    """No role named, a role that is not there, an SQLite store: exit code 2 and what to do."""
    desk.record()
    assert "--ingest" in desk.error("db", "grants", code=2)["next"]
    said = desk.error("db", "grants", "--ingest", "nobody_here", "--apply", code=2)
    assert "CREATE ROLE" in said["next"]
    file = f"sqlite:///{tmp_path / 'lineage.db'}"
    said = desk.error("db", "grants", "--ingest", "clerk", code=2, store=file)
    assert "modes of its files" in said["says"]
    assert "chmod" in said["next"]
