"""The tiles against the tree: batches leave no trace, and every proof comes out of tiles."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.domain.evidence import merkle, tiles
from lineage.domain.evidence.merkle import Frontier

LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]
BIG = 66_049  # 256 * 256 + 2 * 256 + 1: three levels, the second of them partial


class Store:
    """Tiles as a table keeps them, counting what is read."""

    def __init__(self) -> None:
        """Start empty."""
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads: list[tuple[int, int]] = []

    def append(self, leaves: list[bytes]) -> None:
        """Append a batch; what was stored may only be replaced by a longer tile."""
        partials = {
            level: self.tiles[level, index] for level, index, _ in tiles.partial_tiles(self.size)
        }
        for tile in tiles.extend_tiles(self.size, partials, leaves):
            before = self.tiles.get((tile.level, tile.index), b"")
            assert tile.hashes.startswith(before)
            assert len(tile.hashes) > len(before)
            assert 0 < tile.width <= tiles.TILE_WIDTH
            self.tiles[tile.level, tile.index] = tile.hashes
        self.size += len(leaves)

    def read(self, level: int, index: int) -> bytes:
        """Read one tile."""
        self.reads.append((level, index))
        return self.tiles[level, index]


def filled(size: int) -> Store:
    """Make a store that holds the first leaves, appended at once."""
    store = Store()
    store.append(LEAVES[:size])
    return store


STORE = filled(BIG)


@settings(deadline=None)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_any_batches_give_the_same_tiles(batches: list[int]) -> None:
    """A split of the leaves into batches leaves no trace; the head is that of the edge."""
    store = Store()
    for batch in batches:
        store.append(LEAVES[store.size : store.size + batch])
    assert store.tiles == filled(store.size).tiles
    edge = Frontier().extend(LEAVES[: store.size])
    assert tiles.root_from_tiles(store.read, size=store.size) == edge.root()
    assert tiles.frontier_from_tiles(store.read, size=store.size) == edge


def test_layout() -> None:
    """Level 0 is the leaf hashes, level 1 the roots of its full tiles, level 2 of those."""
    assert {key: len(value) // 32 for key, value in STORE.tiles.items()} == {
        **{(0, index): 256 for index in range(258)},
        (0, 258): 1,
        (1, 0): 256,
        (1, 1): 2,
        (2, 0): 1,
    }
    assert STORE.tiles[0, 3] == b"".join(LEAVES[768:1024])
    assert STORE.tiles[1, 0][96:128] == Frontier().extend(LEAVES[768:1024]).root()
    assert STORE.tiles[2, 0] == Frontier().extend(LEAVES[:65536]).root()
    assert tiles.partial_tiles(BIG) == [(0, 258, 1), (1, 1, 2), (2, 0, 1)]


def test_edge_and_tiles_share_the_work() -> None:
    """Whoever keeps the edge too gets the same tiles and the next edge from one call."""
    first, grown = tiles.grow_tiles(Frontier(), {}, LEAVES[:300])
    partials = {tile.level: tile.hashes for tile in grown if tile.width < tiles.TILE_WIDTH}
    second, more = tiles.grow_tiles(first, partials, LEAVES[300:900])
    assert second == Frontier().extend(LEAVES[:900])
    stored = {(tile.level, tile.index): tile.hashes for tile in (*grown, *more)}
    assert stored == filled(900).tiles


@settings(deadline=None)
@given(st.integers(1, BIG), st.data())
def test_inclusion_proofs_from_tiles(size: int, data: st.DataObject) -> None:
    """A leaf is proved in any earlier tree too, at a cost of two tiles a level."""
    index = data.draw(st.integers(0, size - 1))
    STORE.reads.clear()
    proof = tiles.inclusion_proof_from_tiles(STORE.read, index=index, size=size)
    assert len(STORE.reads) <= 6
    root = tiles.root_from_tiles(STORE.read, size=size)
    assert merkle.verify_inclusion(LEAVES[index], index=index, size=size, proof=proof, root=root)


@settings(deadline=None)
@given(st.integers(1, BIG), st.data())
def test_consistency_proofs_from_tiles(size2: int, data: st.DataObject) -> None:
    """Any two heads of the log are shown to be one history, at a cost of two tiles a level."""
    size1 = data.draw(st.integers(1, size2))
    STORE.reads.clear()
    proof = tiles.consistency_proof_from_tiles(STORE.read, size1=size1, size2=size2)
    assert len(STORE.reads) <= 6
    assert merkle.verify_consistency(
        size1=size1,
        size2=size2,
        root1=tiles.root_from_tiles(STORE.read, size=size1),
        root2=tiles.root_from_tiles(STORE.read, size=size2),
        proof=proof,
    )


def test_heads_of_earlier_sizes() -> None:
    """Longer tiles still give the heads of smaller trees."""
    for size in (1, 255, 256, 257, 65535, 65536, 65537, BIG):
        expected = Frontier().extend(LEAVES[:size]).root()
        assert tiles.root_from_tiles(STORE.read, size=size) == expected


def test_a_tile_that_lost_hashes_is_named() -> None:
    """A tile cut short is an error that says which, never a proof."""
    cut = {**STORE.tiles, (0, 2): STORE.tiles[0, 2][:-1]}
    with pytest.raises(tiles.TileError, match="tile 0/2 is shorter"):
        tiles.inclusion_proof_from_tiles(
            lambda level, index: cut[level, index], index=600, size=BIG
        )


def test_appending_to_the_wrong_tile_is_refused() -> None:
    """Leaves are never appended to a partial tile of another size."""
    with pytest.raises(tiles.TileError, match="tile 0/1 must hold 44 hashes"):
        tiles.grow_tiles(Frontier().extend(LEAVES[:300]), {0: b"x" * 32}, LEAVES[300:301])
    with pytest.raises(tiles.TileError, match="tile 1/0 is shorter"):
        tiles.extend_tiles(300, {}, LEAVES[300:301])


def test_a_batch_hashes_each_leaf_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """2,000 leaves cost fewer than 2,000 inner hashes, edge and tiles of all levels together."""
    calls = 0

    def counted(data: bytes) -> object:
        nonlocal calls
        calls += 1
        return hashlib.sha256(data)

    edge = Frontier().extend(LEAVES[:1000])
    partials = {
        level: STORE.tiles[level, index][: width * 32]
        for level, index, width in tiles.partial_tiles(1000)
    }
    monkeypatch.setattr(merkle, "sha256", counted)
    tiles.grow_tiles(edge, partials, LEAVES[1000:3000])
    assert calls <= 2000
