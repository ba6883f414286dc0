"""Stores that nobody keeps, one after the other and each empty: a file, or a schema on a server."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engines import open_engine, parse_url, writing
from lineage.storage.location import Opened, opened

PREFIX = "lineage_scenarios_"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a folder of our own in it, mode 0700

Emptied = Callable[[], Opened]
"""Gives the store, as empty as a new one, with the connections of whoever had it before."""


@contextmanager
def throwaway_store(url: str | None = None) -> Iterator[Emptied]:
    """A store to be emptied again and again; gone afterwards.

    Without a URL, and for one of a file, it is a file in a temporary folder; on a server it is a
    schema of its own in that database, which touches nothing that is there.
    """
    with (
        tempfile.TemporaryDirectory(prefix="lineage-", dir=_in_memory()) as name,
        ExitStack() as stack,
    ):
        folder = Path(name)
        keys = folder / "keys"
        if url is None or parse_url(url).get_backend_name() == "sqlite":
            made = opened(f"sqlite:///{folder / 'made.db'}", keys)
            made.engine.dispose()
            store = Opened(open_engine(f"sqlite:///{folder / 'store.db'}"), made.keys)
            emptied = partial(_copied, store, folder)
        else:
            store = opened(stack.enter_context(_own_schema(url)), keys)
            emptied = partial(_truncated, store)
        stack.callback(store.engine.dispose)
        yield emptied


def _in_memory() -> Path | None:
    """A place in memory, where there is one: nobody needs these files after a loss of power."""
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None


def _copied(store: Opened, folder: Path) -> Opened:
    # Copying takes a hundredth of the time in which the tables could be made again.
    store.engine.dispose()
    for left in folder.glob("store.db*"):
        left.unlink()
    shutil.copyfile(folder / "made.db", folder / "store.db")
    return store


@contextmanager
def _own_schema(url: str) -> Iterator[str]:
    engine, name = open_engine(url), PREFIX + secrets.token_hex(8)
    try:
        with writing(engine) as conn:
            conn.execute(sa.schema.CreateSchema(name))
        try:
            yield _inside(url, name)
        finally:
            with writing(engine) as conn:
                conn.execute(sa.schema.DropSchema(name, cascade=True))
    finally:
        engine.dispose()


def _inside(url: str, name: str) -> str:
    """The URL of a database with every name in it read as one of this schema."""
    parsed = parse_url(url)
    given = parsed.query.get("options", ())
    options = (given,) if isinstance(given, str) else given
    joined = " ".join((*options, f"-csearch_path={name}"))
    inside = parsed.update_query_dict({"options": joined})
    return inside.render_as_string(hide_password=False)


def _truncated(store: Opened) -> Opened:
    tables = [table for table in t.metadata.sorted_tables if table is not t.meta]
    with writing(store.engine) as conn:
        # Emptying a table makes new files for it and each of its indexes.
        used = conn.execute(sa.select(*(sa.exists().select_from(table) for table in tables))).one()
        names = [table.name for table, is_used in zip(tables, used, strict=True) if is_used]
        if names:
            conn.exec_driver_sql(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
    return store
