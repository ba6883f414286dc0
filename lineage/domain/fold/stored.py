"""Stored facts as folding onto them asks for them, and the plain way to give them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from lineage.domain.facts import Edge, Erasure, Holder
from lineage.domain.fold.hop_keys import edge_key


class Stored(Protocol):
    """The stored facts of one person (all its linked refs), as far as they were asked for."""

    def edge(self, ref: bytes, key: bytes) -> Edge | None:
        """The edge of one ref under this key (``edge_key`` of its hop)."""

    def edges_to(self, holder: Holder) -> Iterable[Edge]:
        """All edges to one holder."""

    def edges(self) -> Iterable[Edge]:
        """All edges."""

    def erasures_of(self, holder: Holder) -> Iterable[Erasure]:
        """All outs of one holder."""

    def erasures(self) -> Iterable[Erasure]:
        """All outs."""


class KnownFacts:
    """Facts of one person in memory."""

    def __init__(self, edges: Iterable[Edge] = (), erasures: Iterable[Erasure] = ()) -> None:
        """Take what was read."""
        self._edges = {(edge.ref, edge_key(edge.hop)): edge for edge in edges}
        self._erasures: dict[Holder, list[Erasure]] = defaultdict(list)
        for erasure in erasures:
            self._erasures[erasure.holder].append(erasure)

    def edge(self, ref: bytes, key: bytes) -> Edge | None:
        """The edge of one ref under this key."""
        return self._edges.get((ref, key))

    def edges_to(self, holder: Holder) -> list[Edge]:
        """All edges to one holder."""
        return [edge for edge in self._edges.values() if edge.hop.to == holder]

    def edges(self) -> Iterable[Edge]:
        """All edges."""
        return self._edges.values()

    def erasures_of(self, holder: Holder) -> list[Erasure]:
        """All outs of one holder."""
        return self._erasures.get(holder, [])

    def erasures(self) -> list[Erasure]:
        """All outs."""
        return [erasure for found in self._erasures.values() for erasure in found]
