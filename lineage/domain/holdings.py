"""Who holds what, derived from edges and erasures when it is read. Pure; nothing here is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lineage.domain.facts import Edge, Erasure, Holder, HolderKind, Moment
from lineage.domain.paths import Paths


class Holding(NamedTuple):
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


class _Tally:
    """What is counted of one holder and category. ``since`` is the earliest start of what came
    after the last *out*; ``deidentified`` and ``public`` say that all of that came so.
    """

    __slots__ = (
        "deidentified",
        "kind_in",
        "last_ended",
        "last_in",
        "last_out",
        "public",
        "since",
    )

    def __init__(self, last_in: Moment, kind_in: str) -> None:
        """Begin with the first *in* that is seen."""
        self.last_in = last_in
        self.kind_in = kind_in
        self.since: int | None = None
        self.deidentified = True
        self.public = True
        self.last_out: Erasure | None = None
        self.last_ended: Erasure | None = None


_Tallies = dict[Holder, dict[str, _Tally]]


def holdings(
    edges: Sequence[Edge],
    erasures: Iterable[Erasure],
    *,
    controller: str,
    kinds: Mapping[str, str] | None = None,
) -> list[Holding]:
    """One row per (holder, category) that ever came in, sorted by holder, then category.

    Held if and only if the last *in* is not before the last *out*, compared by (time, rank). An
    *out* of what never came in is no holding. ``kinds`` are ``recipient_kinds`` of the edges, for
    whoever has them already.
    """
    tallies = _tallies(edges)
    for erasure in erasures:
        tally = tallies.get(erasure.holder, {}).get(erasure.category)
        if tally is not None:
            _count_out(tally, erasure)
    if kinds is None:
        kinds = recipient_kinds(edges)
    paths = Paths(edges, controller)
    own = ((controller,),)
    rows: list[Holding] = []
    for holder in sorted(tallies):
        found = tallies[holder]
        is_system = holder.kind is HolderKind.SYSTEM
        kind = None if is_system else kinds[holder.name]
        for category in sorted(found):
            ways = own if is_system else paths.to(holder.name, category)
            rows.append(_holding(holder, category, found[category], kind, ways))
    return rows


def _tallies(edges: Iterable[Edge]) -> _Tallies:
    tallies: _Tallies = {}
    for edge in edges:
        hop = edge.hop
        kind, deidentified, public = hop.kind, hop.deidentified, hop.kind == "public_disclosed"
        found = tallies.get(hop.to)
        if found is None:
            found = tallies[hop.to] = {}
        for category, (since, last, rank, _, _) in edge.spans.items():
            moment = (last, rank)
            tally = found.get(category)
            if tally is None:
                tally = found[category] = _Tally(moment, kind)
            elif moment > tally.last_in or (moment == tally.last_in and kind > tally.kind_in):
                tally.last_in, tally.kind_in = moment, kind
            if since is not None:
                if tally.since is None or since < tally.since:
                    tally.since = since
                tally.deidentified = tally.deidentified and deidentified
                tally.public = tally.public and public
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
    recipient_kind: str | None,
    paths: tuple[tuple[str, ...], ...],
) -> Holding:
    out, since = tally.last_out, tally.since
    present = since is not None
    held = out is None or tally.last_in >= (out.at, out.rank)
    if not held and tally.last_ended is not None:
        since = tally.last_ended.started
    if since is None:
        msg = "a holding without a beginning: its edges and outs are not of one fold"
        raise ValueError(msg)
    return Holding(
        holder,
        recipient_kind,
        category,
        held,
        since,
        tally.last_in[0],
        None if held or out is None else out.at,
        tally.kind_in if held or out is None else out.kind,
        paths,
        present and tally.deidentified,
        present and tally.public,
    )


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
