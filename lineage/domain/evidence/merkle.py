"""The Merkle tree of RFC 6962: hashes, the growing edge, proofs and their verification; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

LEAF_PREFIX = b"\x00"
"""Keeps the hash of a leaf apart from that of a node (RFC 6962 section 2.1)."""

NodeReader = Callable[[int, int], bytes]
"""`(height, index)` -> the hash of that complete subtree of `2 ** height` leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry (RFC 6962 section 2.1)."""
    return sha256(LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def pair_hashes(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours two by two: one level up. A last hash without a neighbour is left out."""
    members = iter(hashes)
    return [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(members, members, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: its size and the roots of its complete subtrees, largest first.

    All that is needed to append and to know the root; `log2(size)` hashes at most.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge that cannot belong to a tree of this size."""
        if self.size < 0 or len(self.roots) != self.size.bit_count():
            msg = f"a tree of {self.size} leaves does not have an edge of {len(self.roots)} hashes"
            raise ValueError(msg)
        if any(len(root) != HASH_BYTES for root in self.roots):
            msg = f"every hash of a tree has {HASH_BYTES} bytes"
            raise ValueError(msg)

    @classmethod
    def from_bytes(cls, size: int, stored: bytes) -> Frontier:
        """Read an edge written by `to_bytes`."""
        if len(stored) % HASH_BYTES:
            msg = f"a stored edge is a whole number of {HASH_BYTES}-byte hashes"
            raise ValueError(msg)
        return cls(
            size,
            tuple(stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)),
        )

    def to_bytes(self) -> bytes:
        """Write the edge: its hashes one after the other, largest subtree first."""
        return b"".join(self.roots)

    def append(self, leaf: bytes) -> Frontier:
        """Return the edge after one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Sequence[bytes]) -> Frontier:
        """Return the edge after more leaf hashes."""
        return self.grow(leaves)[0]

    def grow(self, leaves: Sequence[bytes]) -> tuple[Frontier, list[list[bytes]]]:
        """Return the new edge and, for each height from 0 up, the nodes completed by the leaves.

        Level by level, so that every inner node is hashed once: tiles take their share of the
        same work instead of hashing again.
        """
        if any(len(leaf) != HASH_BYTES for leaf in leaves):
            msg = f"every leaf hash has {HASH_BYTES} bytes"
            raise ValueError(msg)
        pending = list(self.roots)
        edge: list[bytes] = []
        completed: list[list[bytes]] = []
        height = 0
        fresh = list(leaves)
        while fresh or self.size >> height:
            if fresh:
                completed.append(fresh)
            row = [pending.pop(), *fresh] if self.size >> height & 1 else fresh
            if len(row) % 2:
                edge.append(row[-1])
            fresh = pair_hashes(row)
            height += 1
        return Frontier(self.size + len(leaves), tuple(reversed(edge))), completed

    def root(self) -> bytes:
        """Return the Merkle tree head."""
        return _fold(self.roots)


def _fold(roots: Sequence[bytes]) -> bytes:
    if not roots:
        return EMPTY_ROOT
    head = roots[-1]
    for left in reversed(roots[:-1]):
        head = node_hash(left, head)
    return head


def nodes_of(leaves: Sequence[bytes]) -> NodeReader:
    """Read nodes from the leaf hashes themselves; for small trees and for tests of the tiles."""

    def read(height: int, index: int) -> bytes:
        row = leaves[index << height : index + 1 << height]
        if len(row) != 1 << height:
            msg = f"node {index} of height {height} is not complete"
            raise ValueError(msg)
        return perfect_root(row)

    return read


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over `2 ** n` hashes of one height."""
    row = hashes
    while len(row) > 1:
        row = pair_hashes(row)
    return row[0]


def root_of(nodes: NodeReader, *, size: int) -> bytes:
    """Return the head of the tree of the first `size` leaves."""
    return _range_root(nodes, 0, size)


def inclusion_proof(nodes: NodeReader, *, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, from the leaf up."""
    if not 0 <= index < size:
        msg = f"leaf {index} is not in a tree of {size} leaves"
        raise ValueError(msg)
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(nodes, middle, high))
            high = middle
        else:
            path.append(_range_root(nodes, low, middle))
            low = middle
    path.reverse()
    return path


def consistency_proof(nodes: NodeReader, *, size1: int, size2: int) -> list[bytes]:
    """Return the proof that the tree of `size1` leaves is the beginning of that of `size2`.

    From size 0 there is nothing to prove, so it is refused rather than answered with nothing.
    """
    if not 0 < size1 <= size2:
        msg = f"no proof leads from {size1} leaves to {size2}"
        raise ValueError(msg)
    proof: list[bytes] = []
    low, high = 0, size2
    while size1 != high:
        middle = low + _split(high - low)
        if size1 <= middle:
            proof.append(_range_root(nodes, middle, high))
            high = middle
        else:
            proof.append(_range_root(nodes, low, middle))
            low = middle
    if low:  # at 0 it is the old root itself, which the verifier has
        proof.append(_range_root(nodes, low, high))
    proof.reverse()
    return proof


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether the proof shows this leaf hash at `index` under `root` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _all_hashes(leaf, root, *proof):
        return False
    at, last, head = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if at & 1 or at == last:
            head = node_hash(sibling, head)
            at, last = _skip_missing(at, last)
        else:
            head = node_hash(head, sibling)
        at, last = at >> 1, last >> 1
    return not last and head == root


def verify_consistency(
    *, size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof shows the one tree to begin with the other (RFC 9162 2.1.4.2)."""
    if not 0 < size1 <= size2 or not _all_hashes(root1, root2, *proof):
        return False
    if size1 == size2:
        return not proof and root1 == root2
    path = [root1, *proof] if size1.bit_count() == 1 else list(proof)
    if not path:
        return False
    at, last = size1 - 1, size2 - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for node in path[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            old, new = node_hash(node, old), node_hash(node, new)
            at, last = _skip_missing(at, last)
        else:
            new = node_hash(new, node)
        at, last = at >> 1, last >> 1
    return not last and old == root1 and new == root2


def _skip_missing(at: int, last: int) -> tuple[int, int]:
    """Go up past the heights at which the right edge has no sibling of its own."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(nodes: NodeReader, low: int, high: int) -> bytes:
    """Return the root over leaves `low` to `high`, where `low` starts a subtree of the tree."""
    pieces: list[bytes] = []
    while low < high:
        height = (high - low).bit_length() - 1
        pieces.append(nodes(height, low >> height))
        low += 1 << height
    return _fold(pieces)


def _all_hashes(*hashes: bytes) -> bool:
    return all(len(member) == HASH_BYTES for member in hashes)
