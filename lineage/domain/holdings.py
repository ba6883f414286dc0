"""Who holds what, derived from edges and erasures when it is read. Pure; nothing here is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lineage.domain.facts import Edge, Erasure, Holder, HolderKind, Moment
from lineage.domain.paths import Paths


@dataclass(frozen=True, slots=True)
class Holding:
    """One holder, one category, one person. Times in microseconds.

    ``since`` starts the present holding, or the last one; ``erased_at`` is the last *out*, null
    while held; ``why`` the kind of event that decides it.
    """

    holder: Holder
    recipient_kind: str | None
    category: str
    held: bool
    since: int
    last_received: int
    erased_at: int | None
    why: str
    paths: tuple[tuple[str, ...], ...]
    deidentified: bool
    unreachable: bool


@dataclass(slots=True)
class _Tally:
    last_in: Moment
    kind_in: str
    edges: list[Edge]
    last_out: Erasure | None = None
    last_ended: Erasure | None = None


def holdings(
    edges: Sequence[Edge],
    erasures: Iterable[Erasure],
    *,
    controller: str,
) -> list[Holding]:
    """One row per (holder, category) that ever came in, sorted by holder, then category.

    Held if and only if the last *in* is not before the last *out*, compared by (time, rank). An
    *out* of what never came in is no holding.
    """
    tallies = _tallies(edges)
    for erasure in erasures:
        tally = tallies.get((erasure.holder, erasure.category))
        if tally is not None:
            _count_out(tally, erasure)
    kinds = recipient_kinds(edges)
    paths = Paths(edges, controller)
    rows = [
        _holding(holder, category, tally, kinds, paths)
        for (holder, category), tally in tallies.items()
    ]
    rows.sort(key=lambda h: (h.holder.kind, h.holder.name, h.category))
    return rows


def _tallies(edges: Iterable[Edge]) -> dict[tuple[Holder, str], _Tally]:
    tallies: dict[tuple[Holder, str], _Tally] = {}
    for edge in edges:
        for category, span in edge.spans.items():
            moment, kind = (span.last, span.rank), edge.hop.kind
            tally = tallies.get((edge.hop.to, category))
            if tally is None:
                tallies[edge.hop.to, category] = _Tally(moment, kind, [edge])
                continue
            tally.edges.append(edge)
            tally.last_in, tally.kind_in = max((tally.last_in, tally.kind_in), (moment, kind))
    return tallies


def _count_out(tally: _Tally, erasure: Erasure) -> None:
    here = (erasure.at, erasure.rank, erasure.kind)
    last, ended = tally.last_out, tally.last_ended
    if last is None or here >= (last.at, last.rank, last.kind):
        tally.last_out = erasure
    if erasure.started is not None and (ended is None or here > (ended.at, ended.rank, ended.kind)):
        tally.last_ended = erasure


def _holding(
    holder: Holder,
    category: str,
    tally: _Tally,
    kinds: dict[str, str],
    paths: Paths,
) -> Holding:
    out = tally.last_out
    held = out is None or tally.last_in >= (out.at, out.rank)
    is_system = holder.kind is HolderKind.SYSTEM
    return Holding(
        holder=holder,
        recipient_kind=None if is_system else kinds[holder.name],
        category=category,
        held=held,
        since=_since(category, tally, held=held),
        last_received=tally.last_in[0],
        erased_at=None if held or out is None else out.at,
        why=tally.kind_in if held or out is None else out.kind,
        paths=((paths.controller,),) if is_system else paths.to(holder.name, category),
        deidentified=_all_present(category, tally, lambda e: e.hop.deidentified),
        unreachable=_all_present(category, tally, lambda e: e.hop.kind == "public_disclosed"),
    )


def _since(category: str, tally: _Tally, *, held: bool) -> int:
    if not held and tally.last_ended is not None and tally.last_ended.started is not None:
        return tally.last_ended.started
    starts = [e.spans[category].since for e in tally.edges]
    return min(start for start in starts if start is not None)


def _all_present(category: str, tally: _Tally, says: Callable[[Edge], bool]) -> bool:
    """Whether each hop by which the present holding came says so."""
    present = [e for e in tally.edges if e.spans[category].since is not None]
    return bool(present) and all(says(edge) for edge in present)


def recipient_kinds(edges: Iterable[Edge]) -> dict[str, str]:
    """The kind of each recipient: that of its last share that names one, else by contract 4.0."""
    named: dict[str, tuple[int, str]] = {}
    unnamed: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for edge in edges:
        hop = edge.hop
        if hop.to.kind is not HolderKind.RECIPIENT:
            continue
        if hop.recipient_kind is not None:
            named[hop.to.name] = max(
                named.get(hop.to.name, (edge.last, hop.recipient_kind)),
                (edge.last, hop.recipient_kind),
            )
        else:
            kind = hop.unnamed_kind or "other_third_party"
            unnamed[hop.to.name].append((edge.last, kind))
    kinds = {name: max(found)[1] for name, found in unnamed.items()}
    kinds.update({name: kind for name, (_, kind) in named.items()})
    return kinds
