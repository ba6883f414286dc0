"""Where things are kept: the key folder that belongs to a store by default. No I/O."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from lineage.storage.errors import StoreUnusable


def default_key_folder(url: str) -> Path:
    """The folder beside an SQLite database. Raises ``StoreUnusable`` for a URL that is none."""
    try:
        database = make_url(url).database
    except ArgumentError:
        database = None
    if not database:
        raise StoreUnusable("the store is no URL of a database", do="write sqlite:///lineage.db")
    return Path(f"{database}.keys")
