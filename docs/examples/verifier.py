# ruff: noqa: INP001, T201 - a script of its own that prints
"""Verify a ledger from its published layout, without one line of lineage's own code.

Usage: verifier.py DATABASE KEY_FOLDER. Needs the standard library, and `cryptography` for AES-GCM.
Exit code 1 at the first row that is not what was sealed.
"""

import hashlib
import hmac
import sqlite3
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def context(*parts: bytes | int | str) -> bytes:
    """Each part as bytes (a number in decimal), with its length before it in four bytes."""
    raw = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)


def derived(root: bytes, purpose: str) -> bytes:
    """HKDF-SHA256 without salt, one block: a key of its own for each purpose."""
    extracted = hmac.digest(bytes(32), root, "sha256")
    return hmac.digest(extracted, b"lineage " + purpose.encode() + b"\x01", "sha256")


def unsealed(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """Nonce of 12 bytes, then AES-256-GCM with the context as associated data."""
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], about)


def edge_of(leaves: list[bytes]) -> list[bytes]:
    """The roots of the complete subtrees of RFC 6962, the largest first."""
    edge: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, leaf
        while edge and edge[-1][0] == size:
            node = hashlib.sha256(b"\x01" + edge.pop()[1] + node).digest()
            size *= 2
        edge.append((size, node))
    return [node for _, node in edge]


def root_of(edge: list[bytes]) -> bytes:
    """The tree head: the edge folded from its small end."""
    head = edge[-1] if edge else hashlib.sha256(b"").digest()
    for left in reversed(edge[:-1]):
        head = hashlib.sha256(b"\x01" + left + head).digest()
    return head


def main(path: str, folder: Path) -> None:
    """Check keys, rows, tree and head of every log."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    root = bytes.fromhex((folder / "root.key").read_text())
    keys: dict[bytes, bytes] = {}
    for ref, lookup, controller, kind, epoch, wrapped, sealed_id in store.execute(
        "SELECT subject_ref, lookup, controller, kind, epoch, wrapped_key, sealed_id FROM subjects"
    ):
        kek = bytes.fromhex((folder / f"kek-{epoch}.key").read_text())
        keys[ref] = unsealed(kek, wrapped, context("data key", ref, controller, kind, epoch))
        name = unsealed(keys[ref], sealed_id, context("id", ref)).decode()
        found_by = hmac.digest(derived(root, "lookup"), context(controller, kind, name), "sha256")
        assert found_by == lookup, f"subject {ref.hex()}: the lookup is not that of the id"
    for log, lane, next_, size, frontier, mac, recorded_at in store.execute(
        "SELECT log, lane, next, size, frontier, mac, recorded_at FROM logs"
    ):
        leaves = []
        for ref, key, position, type_, occurred, recorded, digest, body in store.execute(
            "SELECT subject_ref, event_key, position, type, occurred_at, recorded_at, digest, body"
            " FROM events WHERE log = ? ORDER BY position",
            (log,),
        ):
            where = f"log {log} position {position}"
            assert position == len(leaves), f"{where}: a row is missing before it"
            clear = unsealed(keys[ref], body, context("event", ref, key, type_, occurred))
            mine = hmac.digest(derived(root, "body digest"), clear, "sha256")[:16]
            assert mine == digest, f"{where}: the digest is not that of the body"
            row = hashlib.sha256(context(ref, key, type_, occurred, digest, body)).digest()
            leaf = context(log, position, recorded, row)
            leaves.append(hashlib.sha256(b"\x00" + leaf).digest())
        edge = edge_of(leaves)
        assert (len(leaves), b"".join(edge)) == (size, frontier), f"log {log}: another tree"
        times = [recorded_at] if recorded_at else []
        about = context(log, lane, next_, size, frontier, *times)
        assert hmac.digest(derived(root, "log head"), about, "sha256") == mac, f"log {log}: head"
        print(f"{lane}: {size} events, root {root_of(edge).hex()}")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except (AssertionError, InvalidTag) as error:
        sys.exit(f"not whole: {error or 'a sealed value does not open in its row'}")
