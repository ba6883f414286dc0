"""The key folder: a root secret for keyed hashes, and key-encryption keys by epoch. Files only.

Kept outside the database, so that a copy of the database alone says nothing of anybody, and so
that destroying a key file reaches every backup of the database.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lineage.storage.errors import KeysUnusable

ROOT_FILE = "root.key"
KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Keys:
    """The secrets of one store. ``repr`` shows none of them."""

    root: bytes = field(repr=False)
    keks: dict[int, bytes] = field(repr=False)

    @property
    def epoch(self) -> int:
        """The current epoch: new keys are wrapped under its key-encryption key."""
        return max(self.keks)

    def derive(self, purpose: str) -> bytes:
        """A key of its own for each purpose, so that no two hashes can be compared."""
        return _derived(self.root, purpose)

    def checks(self) -> dict[str, bytes]:
        """What the store keeps of each key to know it again; says nothing of the key itself."""
        epochs = {f"key check {epoch}": _derived(kek, "check") for epoch, kek in self.keks.items()}
        return {"key check": _derived(self.root, "check"), **epochs}


def _derived(key: bytes, purpose: str) -> bytes:
    kdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"lineage " + purpose.encode())
    return kdf.derive(key)


def load_keys(folder: Path) -> Keys:
    """Read the folder. Raises ``KeysUnusable`` where a file is missing, short or open to others."""
    if not folder.is_dir():
        raise KeysUnusable(
            f"the key folder {folder} does not exist",
            do="name the folder with --keys or LINEAGE_KEYS, or restore it from its backup",
        )
    _refuse_open_modes(folder)
    keks = {}
    for path in sorted(folder.glob("kek-*.key")):
        epoch = path.stem.removeprefix("kek-")
        if not epoch.isdecimal():
            raise KeysUnusable(
                f"{path} is no key of an epoch: expected kek-NUMBER.key",
                do="move it out of the key folder",
            )
        keks[int(epoch)] = _read_key(path)
    if not keks:
        raise KeysUnusable(
            f"no key-encryption key (kek-*.key) in {folder}",
            do="restore the folder from its backup: without it nobody can be read",
        )
    return Keys(_read_key(folder / ROOT_FILE), keks)


def create_keys(folder: Path) -> Keys:
    """Make a new folder (mode 0700) with fresh keys (mode 0600) of epoch 1.

    It appears whole or not at all; of two programs that make it at once, both use the first's.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # mkdtemp makes it with mode 0700 from the start.
    new = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        for name in (ROOT_FILE, "kek-1.key"):
            _write_key(new / name, secrets.token_bytes(KEY_BYTES))
        new.rename(folder)
    except OSError:
        shutil.rmtree(new)
        if not folder.is_dir():
            raise
    return load_keys(folder)


def _write_key(path: Path, key: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read_key(path: Path) -> bytes:
    if not path.is_file():
        raise KeysUnusable(
            f"the key file {path} does not exist",
            do="restore the key folder from its backup",
        )
    _refuse_open_modes(path)
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysUnusable(
            f"the key file {path} does not hold {KEY_BYTES} bytes in hexadecimal",
            do="restore the key folder from its backup",
        )
    return key


def _refuse_open_modes(path: Path) -> None:
    if path.stat().st_mode & OTHERS:
        raise KeysUnusable(
            f"{path} can be read by others than its owner",
            do=f"chmod {'700' if path.is_dir() else '600'} {path}",
        )
