"""A store as the program of schema 0001 left it: the events it was given, its dump and its keys.

``first_store.sql`` was written by that program (the commit before migration 0002) and SQLite's own
dump. What is sealed in it is as invented as the keys here are, which open nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command

from lineage.storage import schema
from lineage.storage.engines import open_engine, writing
from lineage.tracker import Tracker
from tests.support.places import StorePlace

CONTROLLER = "sesiiduo"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
DUMP = Path(__file__).with_name("first_store.sql")
ROOT_KEY, KEK = "00" * 31 + "01", "00" * 31 + "02"

Message = dict[str, Any]


def event(id: str, name: str, at: str, subject: str, **data: Any) -> Message:
    """One event as an emitter sends it."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": "/services/checkout",
        "type": f"lineage.{name}.v1",
        "time": at,
        "subject": subject,
        "controller": CONTROLLER,
        "data": data,
    }


def share(id: str, at: str, subject: str, recipient: str, *categories: str) -> Message:
    """A share with a carrier."""
    data = {"recipient": recipient, "recipient_kind": "logistics", "categories": list(categories)}
    return event(id, "data_shared", at, subject, **data)


MAIL = {"type": "email", "value": "m2@mail.example"}
WRONG = {"retracted_source": "/services/checkout", "retracted_id": "e6", "reason": "a bug"}

FIRST: Sequence[Message] = (
    event("e1", "data_collected", "2026-03-01", "m1", categories=["email", "phone"]),
    share("e2", "2026-03-04", "m1", "FastParcel", "email", "phone"),
    share("e3", "2026-03-02", "m1", "BlueVan", "email"),
    event("e4", "recipient_deleted", "2026-03-06", "m1", recipient="BlueVan", categories=["email"]),
    share("e5", "2026-03-04", "m2", "FastParcel", "email"),
    share("e6", "2026-03-05", "m2", "WrongVan", "email"),
    event("e7", "identity_linked", "2026-03-06", "m2", identifier=MAIL),
    event("e8", "event_retracted", "2026-03-07", "m2", **WRONG),
    share("e9", "2026-03-08", "m2@mail.example", "NightVan", "email"),
    share("e10", "2026-03-04", "m3", "FastParcel", "email"),
    share("bad", "2026-03-04", "m3", "FastParcel", "no_such_category"),
)
LATE = share("e11", "2026-03-20", "m3", "LateVan", "email")
LATER: Sequence[Message] = (
    share("e12", "2026-03-01", "m1", "BlueVan", "email"),
    share("e13", "2026-03-21", "m2", "DayVan", "email"),
    event(
        "e14", "recipient_deleted", "2026-03-22", "m2", recipient="NightVan", categories=["email"]
    ),
    share("e15", "2026-03-22", "m3", "OtherVan", "email"),
    share("e16", "2026-03-22", "m4", "FastParcel", "email"),
)
PEOPLE = ("m1", "m2", "m2@mail.example", "m3", "m4")


def begin(tracker: Tracker) -> None:
    """What the program of 0001 was given."""
    tracker.record(FIRST)
    tracker.open_request("m3", controller=CONTROLLER, request_id="r1")
    tracker.decide_request("r1", controller=CONTROLLER, outcome="accepted")
    tracker.record([LATE])


def write_keys(folder: Path) -> None:
    """The key folder of the dump."""
    folder.mkdir(mode=0o700)
    for name, key in (("root.key", ROOT_KEY), ("kek-1.key", KEK)):
        (folder / name).touch(0o600)
        (folder / name).write_text(key + "\n")


def restore(place: StorePlace) -> None:
    """Put that store at a place: on SQLite as it was, on PostgreSQL its rows in migration 0001."""
    write_keys(place.keys)
    text = DUMP.read_text(encoding="utf-8")
    if place.engine == "sqlite":
        with closing(sqlite3.connect(sa.make_url(place.url).database or "")) as database:
            database.executescript(text)
        return
    engine = open_engine(place.url)
    with closing(sqlite3.connect(":memory:")) as database, writing(engine) as conn:
        database.executescript(text)
        config = schema.migration_config()
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        for name in sa.inspect(conn).get_table_names():
            if name == schema.VERSION_TABLE:
                continue
            table = sa.Table(name, sa.MetaData(), autoload_with=conn)
            columns = [column.name for column in table.columns]
            named = ", ".join(f'"{column}"' for column in columns)
            found = database.execute(f'SELECT {named} FROM "{name}"').fetchall()  # noqa: S608
            rows = [dict(zip(columns, row, strict=True)) for row in found]
            for row in rows:
                for column in table.columns:
                    if isinstance(column.type, sa.Boolean):
                        row[column.name] = bool(row[column.name])
            if rows:
                conn.execute(table.insert(), rows)
    engine.dispose()
