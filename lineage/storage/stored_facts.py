"""What folding a batch forward needs to see of stored facts, read for all people at once. SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lineage.domain.facts import Edge, Erasure, Holder, HolderKind
from lineage.domain.fold.said import Reads
from lineage.storage import tables as t
from lineage.storage.bulk import Lookup
from lineage.storage.engines import AnyRow, Connection
from lineage.storage.fact_rows import edge_of, erasure_of

_EDGES = Lookup(t.edges)
_EDGES_BY_KEY = Lookup(t.edges, by=["subject_ref", "edge_key"])
_EDGES_TO = Lookup(t.edges, by=["subject_ref", "to_kind", "to_party"])
_OUTS = Lookup(t.erasures)
_OUTS_OF = Lookup(t.erasures, by=["subject_ref", "holder_kind", "holder"])


class StoredRows:
    """Rows of edges and outs as they were read; made into facts only where they are looked at."""

    def __init__(self, conn: Connection, wanted: Iterable[tuple[frozenset[bytes], Reads]]) -> None:
        """Read what these people's plans ask for, in five statements at most."""
        self.edges: dict[tuple[bytes, bytes], AnyRow] = {}
        self.outs: dict[bytes, list[AnyRow]] = defaultdict(list)
        keys: set[tuple[bytes, bytes]] = set()
        to, of = set[tuple[bytes, str, str]](), set[tuple[bytes, str, str]]()
        whole, all_outs = set[bytes](), set[bytes]()
        for refs, reads in wanted:
            if reads.everything:
                whole |= refs
            else:
                keys.update(reads.edges)
                to |= _places(refs, reads.holders)
            if reads.all_outs:
                all_outs |= refs
            else:
                of |= _places(refs, reads.outs)
        for rows in (
            _EDGES_BY_KEY.rows(conn, list(keys)),
            _EDGES_TO.rows(conn, list(to)),
            _EDGES.rows(conn, list(whole)),
        ):
            self.edges |= {(row.subject_ref, row.edge_key): row for row in rows}
        for rows in (_OUTS.rows(conn, list(all_outs)), _OUTS_OF.rows(conn, list(of))):
            for row in rows:
                self.outs[row.subject_ref].append(row)
        self.by_ref: dict[bytes, list[AnyRow]] = defaultdict(list)
        for row in self.edges.values():
            self.by_ref[row.subject_ref].append(row)

    def of(self, refs: frozenset[bytes]) -> StoredPerson:
        """One person's part of them."""
        return StoredPerson(self, refs)


def _places(refs: Iterable[bytes], holders: Iterable[Holder]) -> set[tuple[bytes, str, str]]:
    return {(ref, holder.kind.value, holder.name) for holder in holders for ref in refs}


class StoredPerson:
    """The stored facts of one person as its plan asks for them (``domain.fold.stored.Stored``)."""

    def __init__(self, rows: StoredRows, refs: frozenset[bytes]) -> None:
        """Look at nothing yet."""
        self._rows = rows
        self._refs = refs

    def edge(self, ref: bytes, key: bytes) -> Edge | None:
        """The edge of one ref under this key."""
        row = self._rows.edges.get((ref, key))
        return None if row is None else edge_of(row)

    def edges_to(self, holder: Holder) -> Iterator[Edge]:
        """All edges to one holder."""
        kind, name = holder.kind.value, holder.name
        for row in self._edge_rows():
            if row.to_party == name and row.to_kind == kind:
                yield edge_of(row)

    def edges(self) -> Iterator[Edge]:
        """All edges."""
        return map(edge_of, self._edge_rows())

    def erasures_of(self, holder: Holder) -> Iterator[Erasure]:
        """All outs of one holder."""
        for row in self._out_rows():
            if row.holder == holder.name and HolderKind(row.holder_kind) is holder.kind:
                yield erasure_of(row)

    def erasures(self) -> Iterator[Erasure]:
        """All outs."""
        return map(erasure_of, self._out_rows())

    def _edge_rows(self) -> Iterator[AnyRow]:
        for ref in self._refs:
            yield from self._rows.by_ref.get(ref, ())

    def _out_rows(self) -> Iterator[AnyRow]:
        for ref in self._refs:
            yield from self._rows.outs.get(ref, ())
