"""Least privilege, held by the database: who records cannot change the record, who asks nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from lineage.storage import grants
from lineage.storage import tables as t
from lineage.storage.errors import RoleUnusable, SchemaMismatch, StoreUnusable
from lineage.storage.grants import grants_for
from lineage.tracker import Tracker, open_tracker, upgrade_store
from tests.storage.shop import (
    CONTROLLER,
    Clock,
    collected,
    erased,
    event,
    linked,
    open_shop,
    retracted,
    share,
)
from tests.support.databases import Databases
from tests.support.engines import on_postgresql, on_sqlite
from tests.support.judging import judged_by_this
from tests.support.places import StorePlace
from tests.support.servers import connect

REFUSED = psycopg.errors.InsufficientPrivilege
UNTOUCHED = ("meta", "sources", "tasks", "attempts")
LEDGER = ("events", "subjects", "logs", "tiles")


@dataclass(frozen=True)
class Roles:
    """A store that its owner has made, and two roles with the grants."""

    place: StorePlace
    ingest: str
    reader: str

    def url(self, role: str) -> sa.URL:
        """The store's address for a role."""
        return sa.make_url(self.place.url).set(username=role, password=f"secret-of-{role}")

    def open(self, role: str, clock: Clock | None = None) -> Tracker:
        """A tracker that has no more than the role has."""
        url = self.url(role).render_as_string(hide_password=False)
        return open_tracker(url, keys=self.place.keys, clock=clock or Clock())

    def connect(self, role: str) -> psycopg.Connection:
        """The database as the role meets it."""
        return connect(self.url(role))


@pytest.fixture
def two_names(postgres: Databases) -> Iterator[tuple[str, str]]:
    """Two fresh roles; names with what a careless statement would break on."""
    word = secrets.token_hex(4)
    names = (f'ingest";--{word}', f"Reader's%s{word}")
    with connect(postgres.url) as conn:
        for name in names:
            make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            conn.execute(make.format(sql.Identifier(name), sql.Literal(f"secret-of-{name}")))
        yield names
        for name in names:
            conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def roles(
    two_names: tuple[str, str], store_place: StorePlace, postgres: Databases
) -> Iterator[Roles]:
    """A migrated, empty store with both roles; given up before the roles go."""
    ingest, reader = two_names
    upgrade_store(store_place.url, keys=store_place.keys)
    grants_for(store_place.url, ingest=ingest, reader=reader, apply=True)
    yield Roles(store_place, ingest, reader)
    with connect(sa.make_url(store_place.url)) as conn:
        for name in two_names:
            conn.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))


def one_of_everything(tracker: Tracker, clock: Clock) -> None:
    """All that writes: new people, duplicates, links, retractions, late events, a decided request
    with its supplementary notice, dead letters and their replay, dispatch, rebuild; findings that
    come and go, and everybody judged anew.
    """
    judged_by_this(tracker)
    first = [collected("email", "phone"), share(at="2026-03-05"), share("BlueVan", subject="m2")]
    assert tracker.record(first).recorded == 3
    assert tracker.record(first).duplicates == 3
    wrong = share("WrongVan", at="2026-03-06")
    more = [wrong, linked("m1@mail.example"), retracted(wrong), share(at="2026-03-03")]
    more += [erased(at="2026-03-07"), event("purpose_changed", PURPOSE, at="2026-03-08")]
    assert tracker.record([*more, share("OneVan", at="2026-03-09")]).refused == 0
    late = [share("BlueVan", subject="m2", at="2026-03-02"), erased("BlueVan", subject="m2")]
    assert [tracker.record([one]).recorded for one in reversed(late)] == [1, 1]
    assert tracker.record([share(kind="pigeon")]).refused == 1
    assert tracker.replay_dead_letters().refused == 1
    tracker.open_request("m1", controller=CONTROLLER, request_id="r1")
    tracker.decide_request("r1", controller=CONTROLLER, outcome="accepted")
    clock.now += timedelta(days=1)
    assert tracker.record([share("LateVan", at="2026-03-10")]).recorded == 1
    assert len(tracker.request_status("r1").notices) >= 2
    tracker.dispatch()
    assert tracker.record([share("OneVan", subject="m2", at="2026-03-11")]).recorded == 1
    clock.now += timedelta(days=1)
    assert tracker.record([event("consent_granted", subject="m2", at="2026-03-01")]).refused == 0
    unasked = share("TwoVan", subject="m3", at="2026-03-11")
    assert tracker.record([unasked, share("Pay", kind="payment", subject="m3")]).recorded == 2
    assert tracker.record([event("consent_granted", subject="m3", at="2026-03-01")]).refused == 0
    assert tracker.record([SIGNED]).recorded == 1
    assert tracker.rejudge().people == 1
    assert tracker.rebuild().people == 3
    assert tracker.verify().ok


SIGNED = event(
    "agreement_signed", {"recipient": "Pay", "agreement_kind": "confidentiality"}, subject=None
)
PURPOSE = {"categories": ["email"], "purpose_from": "delivery", "purpose_to": "returns"}


@on_postgresql
def test_ingest_role_records_and_decides(roles: Roles) -> None:
    """What records needs no more than the grants, the tables' owner being somebody else."""
    clock = Clock()
    with roles.open(roles.ingest, clock) as tracker:
        one_of_everything(tracker, clock)


CHANGING = [
    (table, right)
    for table, rights in grants.RECORDING.items()
    for right in rights
    if right not in {"SELECT", "INSERT"}
]


@on_postgresql
@pytest.mark.parametrize(("table", "right"), CHANGING)
def test_no_right_to_change_is_given_for_nothing(roles: Roles, table: str, right: str) -> None:
    """Without any one of its rights to update or to delete, something that records fails."""
    take = sql.SQL("REVOKE {} ON {} FROM {}")
    what = sql.SQL(right)
    with connect(sa.make_url(roles.place.url)) as conn:
        conn.execute(take.format(what, sql.Identifier(table), sql.Identifier(roles.ingest)))
    clock = Clock()
    with (
        pytest.raises(StoreUnusable, match="may not do that"),
        roles.open(roles.ingest, clock) as tracker,
    ):
        one_of_everything(tracker, clock)


@on_postgresql
def test_ingest_role_records_one_by_one_and_in_slots(roles: Roles) -> None:
    """Many callers of one event each share a transaction, and two programs take two slots."""
    with roles.open(roles.ingest) as one, roles.open(roles.ingest) as two:
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(one.record_one, [share(subject=f"p{n}") for n in range(40)]))
        assert sum(receipt.recorded for receipt in done) == 40
        with one.store.writing() as conn:
            conn.execute(sa.select(t.logs).with_for_update())
            assert two.record([share(subject="p41")]).recorded == 1
        assert set(two.verify().roots) == {"local", "local/2"}


CHANGES = (
    *(f"UPDATE {name} SET log = log" for name in ("events", "logs", "tiles")),  # noqa: S608
    *(f"DELETE FROM {name}" for name in (*LEDGER, *UNTOUCHED)),  # noqa: S608
    *(f"TRUNCATE {name}" for name in t.metadata.tables),
    "UPDATE events SET body = body",
    "UPDATE events SET occurred_at = occurred_at + 1",
    "UPDATE subjects SET wrapped_key = ''",
    "UPDATE subjects SET sealed_id = sealed_id",
    "UPDATE logs SET lane = 'mine'",
    "UPDATE logs SET size = size - 1",
    "UPDATE logs SET next = next - 1",
    "UPDATE tiles SET hashes = substring(hashes FROM 33)",
    "UPDATE tiles SET hashes = ''",
    "UPDATE tiles SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 1) % 256)",
    "INSERT INTO meta VALUES ('mine', '')",
    "UPDATE meta SET value = ''",
    "UPDATE alembic_version SET version_num = '0001'",
    "SELECT body FROM events FOR UPDATE",
    "CREATE TABLE mine (n int)",
    "CREATE TEMPORARY TABLE mine (n int)",
    "CREATE SCHEMA mine",
    "CREATE INDEX mine ON events (type)",
    "ALTER TABLE events DROP COLUMN body",
    "ALTER TABLE tiles DISABLE TRIGGER ALL",
    "DROP TRIGGER tiles_only_grow ON tiles",
    "DROP TABLE events",
    "CREATE OR REPLACE FUNCTION lineage_only_grows() RETURNS trigger LANGUAGE sql AS ''",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SET session_replication_role = replica",
)


@on_postgresql
def test_ingest_role_cannot_change_the_record(roles: Roles) -> None:
    """Each change of what is recorded, each step back of a head or a tile, and each change of the
    tables is refused by the database; then everything is still there.
    """
    with roles.open(roles.ingest) as tracker:
        tracker.record([share(), share(subject="m2")])
    with roles.connect(roles.ingest) as conn:
        for change in CHANGES:
            with pytest.raises((REFUSED, psycopg.errors.InvalidTableDefinition)) as caught:
                conn.execute(change.encode())
            assert caught.value.sqlstate == "42501", change
    with roles.open(roles.reader) as tracker:
        assert tracker.verify().ok
        assert tracker.verify().events == 2


@on_postgresql
def test_only_the_grants_hold_the_ledger(roles: Roles) -> None:
    """The same changes by the owner of the tables: those of rows go through, so it was the grants
    that refused them; what the triggers refuse, they refuse the owner too.
    """
    with roles.open(roles.ingest) as tracker:
        tracker.record([share()])
    with connect(sa.make_url(roles.place.url)) as conn:
        for shrinking in [x for x in CHANGES if "- 1" in x or "hashes =" in x]:
            with pytest.raises(REFUSED, match="only grows"):
                conn.execute(shrinking.encode())
        conn.execute("UPDATE events SET occurred_at = occurred_at + 1")
    with roles.open(roles.reader) as tracker:
        assert not tracker.verify().ok


@on_postgresql
def test_reader_role_asks_and_writes_nothing(roles: Roles) -> None:
    """It answers all questions of a person, plans, verifies and looks after the store; and what
    writes is refused with a sentence that says what to do.
    """
    with roles.open(roles.ingest) as tracker:
        tracker.record([collected(), share(), share(kind="pigeon")])
        tracker.open_request("m1", controller=CONTROLLER, request_id="r1")
        expected = tracker.lineage("m1").model_dump()
    with roles.open(roles.reader) as tracker:
        assert tracker.lineage("m1").model_dump() == expected
        assert "FastParcel" in [row.holder for row in tracker.holders("m1").holders if row.held]
        past = tracker.holders("m1", known_at=datetime(2026, 3, 1, tzinfo=UTC))
        assert past.holders == []
        plan = tracker.plan("r1", if_accepted=True)
        assert [row.recipient for row in plan.notify] == ["FastParcel"]
        found = tracker.recipient_subjects("FastParcel", controller=CONTROLLER).rows
        assert [row.subject for row in found] == ["m1"]
        assert tracker.verify().ok
        assert tracker.dead_letter(1).message
        assert not tracker.doctor().ok  # a dead letter waits
        for write in (
            lambda: tracker.record([share("BlueVan")]),
            lambda: tracker.record_one(share("BlueVan")),
            lambda: tracker.open_request("m1", controller=CONTROLLER),
            tracker.rebuild,
            tracker.replay_dead_letters,
        ):
            with pytest.raises(StoreUnusable, match="may not do that") as caught:
                write()
            assert "lineage db grants" in caught.value.do
    with roles.connect(roles.reader) as conn:
        for table in t.metadata.tables:
            with pytest.raises(REFUSED):
                conn.execute(f"DELETE FROM {table}".encode())  # noqa: S608
        for change in CHANGES:
            with pytest.raises(REFUSED):
                conn.execute(change.encode())


@on_postgresql
def test_grants_take_what_was_given_before(roles: Roles) -> None:
    """Run again they give the same; and what somebody gave beyond them is gone."""
    given = sql.SQL("GRANT ALL ON events, subjects TO {}").format(sql.Identifier(roles.ingest))
    with connect(sa.make_url(roles.place.url)) as conn, roles.connect(roles.ingest) as other:
        conn.execute(given)
        other.execute("UPDATE events SET type = type")
        printed = grants_for(roles.place.url, ingest=roles.ingest)
        other.execute("UPDATE events SET type = type")  # printing alone does nothing
        assert grants_for(roles.place.url, ingest=roles.ingest, apply=True) == printed
        with pytest.raises(REFUSED):
            other.execute("UPDATE events SET type = type")


@on_postgresql
def test_printed_statements_can_be_run_by_hand(
    store_place: StorePlace, two_names: tuple[str, str]
) -> None:
    """What is printed is what --apply runs: names are quoted, and a stranger's psql can run it."""
    upgrade_store(store_place.url, keys=store_place.keys)
    printed = grants_for(store_place.url, ingest=two_names[0], reader=two_names[1])
    made = Roles(store_place, *two_names)
    with connect(sa.make_url(store_place.url)) as conn:
        for statement in printed:
            conn.execute(statement.encode())
        with made.open(made.ingest) as tracker:
            assert tracker.record([share()]).recorded == 1
        for name in two_names:
            conn.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))


@on_postgresql
def test_roles_that_no_grant_can_limit(
    store_place: StorePlace, two_names: tuple[str, str], postgres: Databases
) -> None:
    """A role that is not there, a superuser, the owner, and one that may more by way of another
    are refused, and nothing is granted.
    """
    upgrade_store(store_place.url, keys=store_place.keys)
    name, other = two_names
    url = sa.make_url(store_place.url)
    with connect(url) as conn, closing(connect(Roles(store_place, name, other).url(name))) as own:
        for refused, says in (("nobody-known", "no role"), (conn.info.user, "no grant can limit")):
            with pytest.raises(RoleUnusable, match=says):
                grants_for(store_place.url, ingest=refused, apply=True)
        ways = sql.SQL("GRANT DELETE ON events TO {}; GRANT {} TO {}")
        member, group = sql.Identifier(name), sql.Identifier(other)
        conn.execute(ways.format(group, group, member))
        with pytest.raises(RoleUnusable, match="do more"):
            grants_for(store_place.url, ingest=name, apply=True)
        with pytest.raises(REFUSED):
            own.execute("SELECT * FROM tiles")
        conn.execute(sql.SQL("DROP OWNED BY {}").format(group))
        conn.execute(sql.SQL("REVOKE {} FROM {}").format(group, member))


@on_sqlite
def test_sqlite_has_no_roles(store_place: StorePlace) -> None:
    """The modes of the files are its least privilege, and the error says so."""
    open_shop(store_place).close()
    with pytest.raises(RoleUnusable, match="modes of its files") as caught:
        grants_for(store_place.url, ingest="shop")
    assert "chmod" in caught.value.do


@pytest.mark.parametrize("name", ["", "public", "none", "a\0b", "ü" * 32])
def test_names_that_are_none(name: str) -> None:
    """Everybody is no role, in quotation marks neither; refused before anything is opened."""
    with pytest.raises(RoleUnusable, match="name"):
        grants_for("postgresql://nobody@/nowhere?host=/nowhere", ingest=name)


def test_two_roles_are_two() -> None:
    """One role for both, or none at all, is an error."""
    for name in (None, "same"):
        with pytest.raises(RoleUnusable, match="two different"):
            grants_for("postgresql://nobody@/nowhere?host=/nowhere", ingest=name, reader=name)


@on_postgresql
def test_grants_want_the_present_tables(store_place: StorePlace) -> None:
    """Before the tables are there, or with those of another version, upgrade comes first."""
    with pytest.raises(SchemaMismatch, match="older"):
        grants_for(store_place.url, ingest="shop")


def test_every_table_is_thought_of() -> None:
    """A new table needs its line; and no line lets a role change what is recorded."""
    assert set(grants.RECORDING) == set(grants.ASKING) == {"alembic_version", *t.metadata.tables}
    for table in ("events", "subjects"):
        assert set(grants.RECORDING[table]) == {"SELECT", "INSERT"}
    for rights in grants.RECORDING.values():
        assert {right.split()[0] for right in rights} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert set(map(tuple, grants.ASKING.values())) == {("SELECT",)}
