"""The tree against the definition: a naive recursive reading of RFC 6962 section 2.1."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.domain.evidence import merkle
from lineage.domain.evidence.merkle import EMPTY_ROOT, Frontier, nodes_of

sizes = st.integers(1, 300)


def leaves_of(count: int) -> list[bytes]:
    """Make that many different leaf hashes."""
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 2.1, from leaf hashes, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(size: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2, as it is written there."""
    if size == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if size <= k:
        return [*naive_subproof(size, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_subproof(size - k, leaves[k:], whole=False), naive_root(leaves[:k])]


@given(st.lists(st.integers(0, 70), max_size=8))
def test_edge_equals_the_definition(batches: list[int]) -> None:
    """However the leaves arrive in batches, the edge has the head of the whole tree."""
    leaves = leaves_of(sum(batches))
    edge, done = Frontier(), 0
    for batch in batches:
        edge = edge.extend(leaves[done : done + batch])
        done += batch
        assert edge.size == done
        assert edge.root() == naive_root(leaves[:done])
    assert Frontier.from_bytes(edge.size, edge.to_bytes()) == edge


def test_append_is_extend_by_one() -> None:
    """Leaf by leaf gives the same edge as all at once."""
    edge = Frontier()
    for leaf in leaves_of(70):
        edge = edge.append(leaf)
    assert edge == Frontier().extend(leaves_of(70))


@given(sizes, st.data())
def test_inclusion_proofs(size: int, data: st.DataObject) -> None:
    """An audit path is the one of the definition, and proves its leaf and no other."""
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(nodes_of(leaves), index=index, size=size)
    root = naive_root(leaves)
    assert proof == naive_path(index, leaves)
    assert merkle.verify_inclusion(leaves[index], index=index, size=size, proof=proof, root=root)
    other = merkle.leaf_hash(b"another entry")
    assert not merkle.verify_inclusion(other, index=index, size=size, proof=proof, root=root)


@given(sizes, st.data())
def test_consistency_proofs(size2: int, data: st.DataObject) -> None:
    """A consistency proof is the one of the definition, and fails for a rewritten past."""
    leaves = leaves_of(size2)
    size1 = data.draw(st.integers(1, size2))
    proof = merkle.consistency_proof(nodes_of(leaves), size1=size1, size2=size2)
    root2 = naive_root(leaves)
    rewritten = [merkle.leaf_hash(b"rewritten"), *leaves[1:]]
    assert proof == naive_subproof(size1, leaves, whole=True)
    for past, holds in ((leaves, True), (rewritten, False)):
        root1 = naive_root(past[:size1])
        verdict = merkle.verify_consistency(
            size1=size1, size2=size2, root1=root1, root2=root2, proof=proof
        )
        assert verdict is holds


def test_nothing_is_consistent_from_size_zero() -> None:
    """From an empty tree no proof is made and none is accepted."""
    leaves = leaves_of(3)
    with pytest.raises(ValueError, match="no proof leads from 0"):
        merkle.consistency_proof(nodes_of(leaves), size1=0, size2=3)
    assert not merkle.verify_consistency(
        size1=0, size2=3, root1=EMPTY_ROOT, root2=naive_root(leaves), proof=[]
    )


@pytest.mark.parametrize("index", [-1, 3])
def test_no_proof_for_a_leaf_outside(index: int) -> None:
    """A leaf that is not in the tree has no audit path."""
    with pytest.raises(ValueError, match="not in a tree of 3"):
        merkle.inclusion_proof(nodes_of(leaves_of(3)), index=index, size=3)


@pytest.mark.parametrize(
    ("size", "stored"), [(3, b"x" * 32), (0, b"x" * 32), (1, b"x" * 31), (-1, b"")]
)
def test_a_damaged_edge_is_refused(size: int, stored: bytes) -> None:
    """A stored edge that cannot belong to its size is never read."""
    with pytest.raises(ValueError, match=r"edge|hash"):
        Frontier.from_bytes(size, stored)


def test_a_leaf_hash_has_32_bytes() -> None:
    """An entry handed over in place of its hash is refused."""
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier().append(b"an entry, not its hash")
