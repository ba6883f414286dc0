"""Where things are kept: the key folder that belongs to a store by default."""

from __future__ import annotations

from pathlib import Path

from lineage.storage import schema
from lineage.storage.engines import URLS, parse_url
from lineage.storage.errors import KeysUnusable, StoreUnusable
from lineage.storage.keys import Keys, create_keys, load_keys


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


def keys_for(url: str, folder: Path) -> Keys:
    """The keys of the store. Both are made where both are missing, never one for the other."""
    if schema.is_fresh(url):
        has_keys = folder.exists() and any(folder.iterdir())
        found = load_keys(folder) if has_keys else create_keys(folder)
        schema.upgrade(url)
        return found
    if not folder.exists():
        raise KeysUnusable(
            f"the store exists, its key folder {folder} does not",
            do="restore the folder from its backup, or name it with --keys or LINEAGE_KEYS",
        )
    return load_keys(folder)
