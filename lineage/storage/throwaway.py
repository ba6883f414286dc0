"""Stores that nobody keeps, one after the other and each empty: a file, or a schema on a server."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from lineage.storage import schema
from lineage.storage import tables as t
from lineage.storage.engines import open_engine, parse_url, writing
from lineage.storage.keys import create_keys

PREFIX = "lineage_scenarios_"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a folder of our own in it, mode 0700

Emptied = Callable[[], str]
"""Gives the URL of the store, as empty as a new one; whoever had it before has closed it."""


@contextmanager
def throwaway_store(url: str | None = None) -> Iterator[tuple[Emptied, Path]]:
    """A store to be emptied again and again, and the folder of its keys; gone afterwards.

    Without a URL, and for one of a file, it is a file in a temporary folder; on a server it is a
    schema of its own in that database, which touches nothing that is there.
    """
    with tempfile.TemporaryDirectory(prefix="lineage-", dir=_in_memory()) as name:
        folder = Path(name)
        checks = create_keys(folder / "keys").checks()
        if url is None or parse_url(url).get_backend_name() == "sqlite":
            made = f"sqlite:///{folder / 'made.db'}"
            schema.upgrade(made, key_checks=checks)
            yield lambda: _copied(folder), folder / "keys"
        else:
            with _own_schema(url) as inside:
                schema.upgrade(inside, key_checks=checks)
                engine = open_engine(inside)
                try:
                    yield lambda: _emptied(engine, inside), folder / "keys"
                finally:
                    engine.dispose()


def _in_memory() -> Path | None:
    """A place in memory, where there is one: nobody needs these files after a loss of power."""
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None


def _copied(folder: Path) -> str:
    # Copying takes a hundredth of the time in which the tables could be made again.
    for left in folder.glob("store.db*"):
        left.unlink()
    shutil.copyfile(folder / "made.db", folder / "store.db")
    return f"sqlite:///{folder / 'store.db'}"


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


def _emptied(engine: sa.Engine, url: str) -> str:
    tables = [table for table in t.metadata.sorted_tables if table is not t.meta]
    with writing(engine) as conn:
        # Emptying a table makes new files for it and each of its indexes.
        used = conn.execute(sa.select(*(sa.exists().select_from(table) for table in tables))).one()
        names = [table.name for table, is_used in zip(tables, used, strict=True) if is_used]
        if names:
            conn.exec_driver_sql(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
    return url
