"""Where things are kept: the key folder that belongs to a store by default. No I/O."""

from __future__ import annotations

from pathlib import Path

from lineage.storage.engines import URLS, parse_url
from lineage.storage.errors import KeysUnusable, StoreUnusable


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
