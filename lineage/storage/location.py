"""Where things are kept: a store and the key folder that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from lineage.storage import schema
from lineage.storage.engines import URLS, open_engine, parse_url
from lineage.storage.errors import KeysUnusable, StoreUnusable
from lineage.storage.keys import Keys, create_keys, load_keys


@dataclass(frozen=True, slots=True)
class Opened:
    """A store that can be used: its keys fit it, and it fits this program."""

    engine: sa.Engine
    keys: Keys


def default_key_folder(url: str) -> Path:
    """The folder beside an SQLite database.

    Raises ``StoreUnusable`` for a URL that is none, and ``KeysUnusable`` for a database on a
    server: nothing beside it is ours, and keys made by one program the next would not find.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise KeysUnusable(
            "a store on a server has no key folder by default",
            do="name it with --keys or LINEAGE_KEYS; lineage db upgrade fills a new one",
        )
    if not parsed.database:
        raise StoreUnusable("the store is no URL of a database", do=URLS)
    return Path(f"{parsed.database}.keys")


def opened(url: str, folder: Path) -> Opened:
    """Open the store and its keys; both are made where both are missing.

    Raises ``StoreUnusable`` and ``KeysUnusable``.
    """
    engine = open_engine(url)
    try:
        keys = keys_for(engine, folder)
        schema.check_schema(engine, keys.checks())
    except BaseException:
        engine.dispose()  # nobody will have it to close
        raise
    return Opened(engine, keys)


def keys_for(engine: sa.Engine, folder: Path) -> Keys:
    """The keys of the store. Both are made where both are missing, never one for the other."""
    if schema.is_fresh(engine):
        has_keys = folder.exists() and any(folder.iterdir())
        found = load_keys(folder) if has_keys else create_keys(folder)
        schema.migrate(engine, {})
        return found
    if not folder.exists():
        raise KeysUnusable(
            f"the store exists, its key folder {folder} does not",
            do="restore the folder from its backup, or name it with --keys or LINEAGE_KEYS",
        )
    return load_keys(folder)


def upgrade_with_keys(url: str, folder: Path) -> str:
    """Run the migrations a store lacks, a fresh one is made with its keys; gives the version."""
    engine = open_engine(url)
    try:
        return schema.migrate(engine, keys_for(engine, folder).checks())[1]
    finally:
        engine.dispose()
