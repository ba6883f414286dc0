"""The proofs against the published test data, both ways: good ones pass, bad ones do not."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from lineage.domain.evidence import merkle

VECTORS = Path(__file__).parents[1] / "vectors" / "merkle"
INCLUSION = sorted(VECTORS.glob("inclusion/**/*.json"))
CONSISTENCY = sorted(VECTORS.glob("consistency/**/*.json"))
REFERENCE: dict[str, Any] = json.loads((VECTORS / "reference-tree.json").read_text())
LEAVES = [bytes.fromhex(leaf) for leaf in REFERENCE["leaf_hashes_hex"]]


def _name(path: Path) -> str:
    return "-".join(path.relative_to(VECTORS).with_suffix("").parts[1:])


def _decoded(values: list[str] | None) -> list[bytes]:
    return [b64decode(value) for value in values or []]


def test_the_vectors_are_there() -> None:
    """A folder that went missing does not pass as a folder of good proofs."""
    assert (len(INCLUSION), len(CONSISTENCY)) == (53, 43)


@pytest.mark.parametrize("path", INCLUSION, ids=_name)
def test_inclusion_vectors(path: Path) -> None:
    """Every official inclusion proof is judged as its authors say."""
    case = json.loads(path.read_text())
    accepted = merkle.verify_inclusion(
        b64decode(case["leafHash"]),
        index=case["leafIdx"],
        size=case["treeSize"],
        proof=_decoded(case["proof"]),
        root=b64decode(case["root"]),
    )
    assert accepted is not case["wantErr"]


@pytest.mark.parametrize("path", CONSISTENCY, ids=_name)
def test_consistency_vectors(path: Path) -> None:
    """Every official consistency proof is judged as its authors say."""
    case = json.loads(path.read_text())
    accepted = merkle.verify_consistency(
        size1=case["size1"],
        size2=case["size2"],
        root1=b64decode(case["root1"]),
        root2=b64decode(case["root2"]),
        proof=_decoded(case["proof"]),
    )
    assert accepted is not case["wantErr"]


def test_reference_leaves() -> None:
    """The leaf hashes of the reference tree are ours."""
    inputs = [bytes.fromhex(leaf) for leaf in REFERENCE["leaves_hex"]]
    assert [merkle.leaf_hash(data) for data in inputs] == LEAVES


@pytest.mark.parametrize(("size", "root"), REFERENCE["roots_hex_by_size"].items())
def test_reference_roots(size: str, root: str) -> None:
    """The edge gives the published head at every size, the empty tree included."""
    assert merkle.Frontier().extend(LEAVES[: int(size)]).root().hex() == root


@pytest.mark.parametrize("case", REFERENCE["inclusion"], ids=str)
def test_reference_audit_paths(case: dict[str, Any]) -> None:
    """We make the very audit paths of the reference tree."""
    proof = merkle.inclusion_proof(merkle.nodes_of(LEAVES), index=case["index"], size=case["size"])
    assert [node.hex() for node in proof] == case["path_hex"]


@pytest.mark.parametrize("case", REFERENCE["consistency"], ids=str)
def test_reference_consistency_proofs(case: dict[str, Any]) -> None:
    """We make the very consistency proofs of the reference tree."""
    proof = merkle.consistency_proof(
        merkle.nodes_of(LEAVES), size1=case["size1"], size2=case["size2"]
    )
    assert [node.hex() for node in proof] == case["proof_hex"]
