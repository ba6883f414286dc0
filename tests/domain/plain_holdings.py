"""Holdings and paths said plainly, without a thought for speed: what the real ones must equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.domain.facts import Edge, Erasure, HolderKind
from lineage.domain.holdings import Holding, recipient_kinds
from lineage.domain.paths import PATHS_MAX

Path = tuple[str, ...]


def plain_paths(
    edges: Sequence[Edge], controller: str, recipient: str, category: str
) -> list[Path]:
    """Paths whose every hop carried the category; if there are none, any."""
    return _ways(edges, controller, recipient, category) or _ways(
        edges, controller, recipient, None
    )


def _ways(
    edges: Sequence[Edge], controller: str, recipient: str, category: str | None
) -> list[Path]:
    hops = {
        (edge.hop.from_party, edge.hop.to.name)
        for edge in edges
        if edge.hop.to.kind is HolderKind.RECIPIENT and (category is None or category in edge.spans)
    }
    ways: list[Path] = [(controller,)]
    found: list[Path] = []
    while ways:
        way = ways.pop()
        if way[-1] == recipient and len(way) > 1:
            found.append(way)
            continue
        ways += [(*way, to) for by, to in hops if by == way[-1] and to not in way]
    return sorted(found, key=lambda way: (len(way), way))[:PATHS_MAX]


def plain_holdings(
    edges: Sequence[Edge], erasures: Iterable[Erasure], controller: str
) -> list[Holding]:
    """One row per holder and category, each from all its edges and outs anew."""
    outs = list(erasures)
    kinds = recipient_kinds(edges)
    found = {(edge.hop.to, category) for edge in edges for category in edge.spans}
    rows = []
    for holder, category in sorted(found):
        is_system = holder.kind is HolderKind.SYSTEM
        kind = None if is_system else kinds[holder.name]
        ways = plain_paths(edges, controller, holder.name, category)
        own = [(controller,)] if is_system else ways
        gone = [out for out in outs if (out.holder, out.category) == (holder, category)]
        came = [edge for edge in edges if edge.hop.to == holder and category in edge.spans]
        row = _plain(category, came, gone)
        rows.append(row._replace(holder=holder, recipient_kind=kind, paths=tuple(own)))
    return rows


def _plain(category: str, came: Sequence[Edge], gone: Sequence[Erasure]) -> Holding:
    """A row with all that the time decides; who, of what kind and by which ways is put in."""
    spans = [edge.spans[category] for edge in came]
    last_in, kind_in = max((edge.spans[category][1:3], edge.hop.kind) for edge in came)
    last_out = max(gone, key=lambda out: (out.at, out.rank, out.kind), default=None)
    held = last_out is None or last_in >= (last_out.at, last_out.rank)
    ended = [out for out in gone if out.started is not None]
    since = min((span.since for span in spans if span.since is not None), default=None)
    if ended and not held:
        since = max(ended, key=lambda out: (out.at, out.rank, out.kind)).started
    assert since is not None
    present = [edge.hop for edge in came if edge.spans[category].since is not None]
    return Holding(
        holder=came[0].hop.to,
        recipient_kind=None,
        category=category,
        held=held,
        since=since,
        last_received=last_in[0],
        erased_at=None if held or last_out is None else last_out.at,
        why=kind_in if held or last_out is None else last_out.kind,
        paths=(),
        deidentified=bool(present) and all(hop.deidentified for hop in present),
        unreachable=bool(present) and all(hop.kind == "public_disclosed" for hop in present),
    )
