"""The tree's hashes in append-only tiles (C2SP tlog-tiles layout, height 8); no storage, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lineage.domain.evidence import merkle
from lineage.domain.evidence.merkle import HASH_BYTES, Frontier, NodeReader

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

TileReader = Callable[[int, int], bytes]
"""`(level, index)` -> the hashes of that tile as stored, full or partial."""


class TileError(ValueError):
    """A tile does not hold the hashes that a tree of this size must have in it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """256 neighbouring hashes of one level; the last tile of a level may hold fewer.

    Level 0 holds leaf hashes, level `n` the roots of the full tiles of level `n - 1`.
    """

    level: int
    index: int
    hashes: bytes

    @property
    def width(self) -> int:
        """The number of hashes in the tile."""
        return len(self.hashes) // HASH_BYTES


def partial_tiles(size: int) -> list[tuple[int, int, int]]:
    """Return (level, index, width) of the unfilled last tiles of a tree of `size` leaves."""
    found = []
    level, count = 0, size
    while count:
        if width := count % TILE_WIDTH:
            found.append((level, count // TILE_WIDTH, width))
        level, count = level + 1, count // TILE_WIDTH
    return found


def extend_tiles(
    size_before: int, last_partial_tiles: Mapping[int, bytes], new_leaf_hashes: Sequence[bytes]
) -> list[Tile]:
    """Return the tiles that are new or longer once the leaves are appended.

    `last_partial_tiles` holds the stored hashes by level, as `partial_tiles(size_before)` lists
    them. Who keeps a `Frontier` as well calls `grow_tiles`, which does the hashing once for both.
    """
    frontier = frontier_from_tiles(
        lambda level, _: last_partial_tiles.get(level, b""), size=size_before
    )
    return grow_tiles(frontier, last_partial_tiles, new_leaf_hashes)[1]


def grow_tiles(
    frontier: Frontier, last_partial_tiles: Mapping[int, bytes], new_leaf_hashes: Sequence[bytes]
) -> tuple[Frontier, list[Tile]]:
    """Append leaves: return the new edge and the tiles that are new or longer."""
    grown, completed = frontier.grow(new_leaf_hashes)
    tiles: list[Tile] = []
    for level, fresh in enumerate(completed[::TILE_HEIGHT]):
        before = frontier.size >> level * TILE_HEIGHT
        index, width = divmod(before, TILE_WIDTH)
        stored = last_partial_tiles.get(level, b"")
        if len(stored) != width * HASH_BYTES:
            msg = f"tile {level}/{index} must hold {width} hashes, not {len(stored)} bytes"
            raise TileError(msg)
        hashes = stored + b"".join(fresh)
        step = TILE_WIDTH * HASH_BYTES
        tiles += [
            Tile(level, index + number, hashes[at : at + step])
            for number, at in enumerate(range(0, len(hashes), step))
        ]
    return grown, tiles


def tile_nodes(read_tile: TileReader) -> NodeReader:
    """Read nodes of the tree out of tiles; each tile is read once in the life of the reader.

    A tile may be longer than the tree that is asked about: an older head is a prefix of it.
    """
    kept: dict[tuple[int, int], bytes] = {}

    def read(height: int, index: int) -> bytes:
        level, inner = divmod(height, TILE_HEIGHT)
        number, first = divmod(index << inner, TILE_WIDTH)
        if (hashes := kept.get((level, number))) is None:
            hashes = kept[level, number] = read_tile(level, number)
        row = [
            hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]
            for at in range(first, first + (1 << inner))
        ]
        if len(row[-1]) != HASH_BYTES:
            msg = f"tile {level}/{number} is shorter than its tree: {len(hashes)} bytes"
            raise TileError(msg)
        return merkle.perfect_root(row)

    return read


def frontier_from_tiles(read_tile: TileReader, *, size: int) -> Frontier:
    """Return the edge of the tree of the first `size` leaves."""
    nodes = tile_nodes(read_tile)
    roots = [
        nodes(height, (size >> height) - 1)
        for height in reversed(range(size.bit_length()))
        if size >> height & 1
    ]
    return Frontier(size, tuple(roots))


def root_from_tiles(read_tile: TileReader, *, size: int) -> bytes:
    """Return the head of the tree of the first `size` leaves."""
    return merkle.root_of(tile_nodes(read_tile), size=size)


def inclusion_proof_from_tiles(read_tile: TileReader, *, index: int, size: int) -> list[bytes]:
    """Return the audit path of one leaf, reading at most two tiles of each level."""
    return merkle.inclusion_proof(tile_nodes(read_tile), index=index, size=size)


def consistency_proof_from_tiles(read_tile: TileReader, *, size1: int, size2: int) -> list[bytes]:
    """Return the proof that the tree only grew, reading at most two tiles of each level."""
    return merkle.consistency_proof(tile_nodes(read_tile), size1=size1, size2=size2)
