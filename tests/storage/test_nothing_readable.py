"""Nothing of an identifier can be read in what a store leaves on disk, nor in what is logged.

A thousand people, every way in which an event can name one, and the ways in which a message can be
refused: then the bytes of all files are searched for each id and each e-mail address, in clear, in
base64 at each alignment, and in hexadecimal. The files are those of an SQLite store, or all of a
server's: its tables, the write-ahead log and its log, beside a COPY of every table.
"""

import base64
import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from lineage.generator import generate
from lineage.storage.tables import metadata
from lineage.tracker import Tracker, open_tracker
from tests.storage.shop import CHECKOUT, Clock, Message, collected, event, linked, open_shop, share
from tests.support.engines import on_sqlite
from tests.support.places import StorePlace
from tests.support.servers import OwnServer, connect

PEOPLE = 1_000
PEOPLE_ON_SERVER = 200
"""Fewer: a server leaves a hundred times as many bytes to search."""

OPEN = CHECKOUT
"""What is no person's may be read: it shows that the search looks where it should."""

WINDOW, STRIDE = 8, 5
"""The bytes looked up, and how far apart: one lookup falls into each needle of 12 bytes or more."""


def named_in(message: object) -> Iterator[str]:
    """Every id of a person and every e-mail address in a generated event."""
    if isinstance(message, dict):
        for key, value in message.items():
            if key in {"subject", "account", "guardian_id"} and isinstance(value, str):
                yield value
            yield from named_in(value)
    elif isinstance(message, list):
        for value in message:
            yield from named_in(value)
    elif isinstance(message, str):
        if "@" in message:
            yield message
        if message.startswith("person:"):
            yield message.removeprefix("person:")


def spellings(name: str) -> Iterator[bytes]:
    """The name in clear, in hexadecimal, and in base64 wherever in a longer text it begins."""
    clear = name.encode()
    yield clear
    yield clear.hex().encode()
    yield clear.hex().upper().encode()
    for skipped in range(3):
        padded = base64.b64encode(b"\0" * skipped + clear)
        # The first and last characters share bits with what stands beside the name.
        whole = padded[4 if skipped else 0 : len(padded) - 4]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def found_in(content: bytes, names: Iterable[str]) -> set[str]:
    """The names that can be read in these bytes, in one pass over them."""
    parts: dict[bytes, list[tuple[bytes, int, str]]] = {}
    for name in names:
        for needle in spellings(name):
            assert len(needle) >= WINDOW + STRIDE - 1
            for at in range(STRIDE):
                parts.setdefault(needle[at : at + WINDOW], []).append((needle, at, name))
    found = set()
    content = content.replace(bytes(64), b"")  # pages that nobody has written on yet
    for at in range(0, len(content) - WINDOW + 1, STRIDE):
        for needle, before, name in parts.get(content[at : at + WINDOW], ()):
            if at >= before and content.startswith(needle, at - before):
                found.add(name)
    return found


def person(number: int) -> str:
    """An id long enough not to occur by chance."""
    return f"readable-person-{number:04d}"


def mail(number: int) -> str:
    """An e-mail address in a reserved domain."""
    return f"readable.mail.{number:04d}@shop.example"


def odd_ways() -> list[Message]:
    """Persons named in every place that the contract has for one."""
    return [
        share(subject=mail(1)),
        linked(mail(2), subject=person(1)),
        collected(subject=person(2), account=person(3)),
        event("user_registered", {"guardian_id": person(4)}, subject=person(5)),
        share(f"person:{person(6)}", "name", kind="counterparty", subject=person(5)),
        event(
            "data_inbound_received",
            {"sender": f"person:{person(7)}", "categories": ["name"]},
            subject=person(5),
        ),
        event(
            "breach_detected",
            {"subjects": [person(8), mail(3)], "categories": ["email"]},
            subject=None,
        ),
        event(
            "data_shared",
            {
                "recipient": "MailBlast",
                "recipient_kind": "service_provider",
                "categories": ["email"],
                "identifiers": [{"type": "email", "value": mail(4)}],
            },
            subject=person(9),
            correlationid=person(10),
            causationid=person(11),
            traceparent=person(12),
            partitionkey=person(13),
        ),
    ]


def refused() -> list[Message | bytes | str]:
    """Messages that are refused, each naming somebody where it is wrong."""
    reused = share(subject=person(20))
    return [
        f'{{"subject": "{person(21)}", "cut of'.encode(),
        f"{person(22)} {mail(22)} is no JSON",
        json.dumps(share(subject=person(23), controller="nobody-knows")),
        share(subject=person(24)) | {mail(24): 1},
        event("data_shared", {mail(25): [mail(26)]}, subject=person(25)),
        event(person(27), {}, subject=person(27)),
        share("FastParcel", mail(28), subject=person(28)),
        share(subject=person(29), time=mail(29)),
        share(subject=person(30), source="/lineage"),
        reused,
        share("BlueVan", subject=person(20), id=reused["id"]),
        json.dumps(share(subject=mail(31) * 60_000)).encode(),
    ]


def ask(tracker: Tracker) -> None:
    """A request with its plan, frozen bodies and a dispatch that fails; and all the questions."""
    for number in (1, 9):
        tracker.open_request(person(number), controller="sesiiduo", request_id=f"r{number}")
        tracker.decide_request(f"r{number}", outcome="accepted", controller="sesiiduo")
    assert tracker.request_status("r9", controller="sesiiduo").notices
    assert tracker.dispatch().claimed
    tracker.recipient_subjects("FastParcel", controller="sesiiduo")
    tracker.lineage(person(5), controller="sesiiduo")
    assert tracker.replay_dead_letters().refused
    tracker.rebuild()
    assert tracker.verify().ok


def everybody(registry: Path, *, people: int = PEOPLE) -> tuple[list[Message], set[str]]:
    """A stream of events and all the names in it; writes a registry that tells somebody."""
    registry.write_text(
        "controllers:\n  sesiiduo:\n    recipients:\n      FastParcel:\n        channel: webhook\n"
        "        url: http://127.0.0.1:9/\n        secret: env:NO_SUCH_SECRET\n"
        "        allow_loopback_http: true\n"
    )
    stream = list(generate(people, people * 10, 5, controllers=("sesiiduo", "seestar")))
    names = {name for message in stream for name in named_in(message)}
    names |= {person(n) for n in range(40)} | {mail(n) for n in range(40)}
    assert len(names) > people * 1.1
    return [*stream, *odd_ways()], names


def use(tracker: Tracker, stream: list[Message]) -> None:
    """Record, refuse and ask everything."""
    receipt = tracker.record(stream)
    assert (receipt.refused, receipt.problems) == (0, [])
    assert tracker.record(refused()).refused == 11
    ask(tracker)


@on_sqlite
def test_nothing_readable_of_anybody_in_files(
    store_place: StorePlace,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """SQLite: not one of a thousand ids and their e-mail addresses stands in the database, its WAL
    or what is logged or printed: not in clear, not in base64, not in hexadecimal.
    """
    caplog.set_level(logging.DEBUG)
    stream, names = everybody(tmp_path / "recipients.yaml")
    with open_shop(store_place, recipients=tmp_path / "recipients.yaml") as tracker:
        use(tracker, stream)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {"shop.db", "shop.db-wal", "shop.db-shm"} <= {path.name for path in files}
        for path in files:
            assert found_in(path.read_bytes(), names) == set(), path.name
    content = (tmp_path / "shop.db").read_bytes()
    assert found_in(content, names) == set()
    assert found_in(content, [OPEN])
    said = "\n".join([caplog.text, *capfd.readouterr()])
    assert found_in(said.encode(), names) == set()


def server_files(conn: psycopg.Connection, folder: str = ".") -> Iterator[tuple[str, bytes]]:
    """Every file in the server's data directory, as the server reads it."""
    for (name,) in conn.execute("SELECT pg_ls_dir(%s)", [folder]).fetchall():
        path = f"{folder}/{name}"
        state = conn.execute("SELECT isdir FROM pg_stat_file(%s, true)", [path]).fetchone()
        if state == (True,):
            yield from server_files(conn, path)
        else:
            row = conn.execute("SELECT pg_read_binary_file(%s, 0, 1 << 28, true)", [path])
            [content] = row.fetchone() or (None,)
            yield path, content or b""


def copies(conn: psycopg.Connection) -> Iterator[tuple[str, bytes]]:
    """What COPY gives of every table."""
    for name in metadata.tables:
        with conn.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
            yield name, b"".join(bytes(part) for part in copy)


@pytest.mark.postgres
def test_nothing_readable_of_anybody_on_a_server(
    own_postgres: OwnServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """PostgreSQL: nor in a COPY of any table, in any file of the server, its write-ahead log among
    them, in the server's log with all statements in it, or in what is logged or printed here.
    """
    caplog.set_level(logging.DEBUG)
    stream, names = everybody(tmp_path / "recipients.yaml", people=PEOPLE_ON_SERVER)
    with connect(own_postgres.url) as conn:
        conn.execute("ALTER SYSTEM SET log_statement = 'all'")
        conn.execute("SELECT pg_reload_conf()")
        before = dict(server_files(conn))
    url = own_postgres.url.render_as_string(hide_password=False)
    with open_tracker(
        url, keys=tmp_path / "keys", recipients=tmp_path / "recipients.yaml", clock=Clock()
    ) as tracker:
        use(tracker, stream)
    with connect(own_postgres.url) as conn:
        conn.execute("CHECKPOINT")
        tables = dict(copies(conn))
        files = {path: has for path, has in server_files(conn) if has != before.get(path)}
    assert {path.split("/")[1] for path in files} >= {"base", "global", "pg_wal"}
    log = own_postgres.logged()
    assert b"COPY" in log
    for place, content in {**tables, **files, "the log": log}.items():
        assert found_in(content, names) == set(), place
    for kind in ("./base/", "./pg_wal/"):  # what is no person's may be read
        content = b"".join(content for path, content in files.items() if path.startswith(kind))
        assert found_in(content, [OPEN]), kind
    assert found_in(tables["sources"], [OPEN])
    said = "\n".join([caplog.text, *capfd.readouterr()])
    assert found_in(said.encode(), names) == set()


@pytest.mark.parametrize("before", ["", "x", "xx", "xxx"])
def test_search_finds_what_is_there(before: str) -> None:
    """The search itself would find a name in each of the spellings, wherever it begins."""
    name = mail(7)
    text = f"{before}{name} and more".encode()
    for content in (text, base64.b64encode(text), base64.urlsafe_b64encode(text)):
        assert found_in(b"--" + content, [name]) == {name}
    assert found_in(text.hex().encode(), [name]) == {name}
    assert found_in(text.hex().upper().encode(), [name]) == {name}
