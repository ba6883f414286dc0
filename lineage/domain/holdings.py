"""Who holds what, derived from edges and erasures when it is read. Pure; nothing here is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lineage.domain.facts import Edge, Erasure, Holder, HolderKind, Hop, Span
from lineage.domain.paths import Paths, Way


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
    paths: tuple[Way, ...]
    deidentified: bool
    unreachable: bool


class Held(NamedTuple):
    """What is the same for all categories that came to a holder together, and left it together.

    The fields are those of ``Holding``.
    """

    holder: Holder
    recipient_kind: str | None
    held: bool
    since: int
    last_received: int
    erased_at: int | None
    why: str
    paths: tuple[Way, ...]
    deidentified: bool
    unreachable: bool


class _In:
    """How some categories came to a holder by one edge; one object for those that came alike.

    ``last`` is the moment of the last *in* and its kind; the rest is of what came after the last
    *out*: ``since`` when, null where nothing did, and whether all of it came so.
    """

    __slots__ = ("deidentified", "last", "public", "since")

    def __init__(
        self, last: tuple[int, int, str], since: int | None, *, deidentified: bool, public: bool
    ) -> None:
        """Take what decides a holding."""
        self.last = last
        self.since = since
        self.deidentified = deidentified
        self.public = public


_Ins = tuple[_In, ...]
_Came = dict[Holder, dict[str, _Ins]]
_Gone = dict[Holder, dict[str, list[Erasure]]]


def holdings(
    edges: Sequence[Edge], erasures: Iterable[Erasure], *, controller: str
) -> list[Holding]:
    """One row per (holder, category) that ever came in, sorted by holder, then category.

    Held if and only if the last *in* is not before the last *out*, compared by (time, rank). An
    *out* of what never came in is no holding.
    """
    kinds, rows = recipient_kinds(edges), []
    for of_holder in held_alike(edges, erasures, controller=controller, kinds=kinds):
        by_category = [(category, held) for held, found in of_holder for category in found]
        for category, held in sorted(by_category):
            rows.append(Holding(held.holder, held.recipient_kind, category, *held[2:]))
    return rows


def held_alike(
    edges: Sequence[Edge],
    erasures: Iterable[Erasure],
    *,
    controller: str,
    kinds: Mapping[str, str],
) -> Iterator[list[tuple[Held, list[str]]]]:
    """``holdings``, a list for each holder: what is alike with its categories, in no order.

    ``kinds`` are ``recipient_kinds`` of the edges.
    """
    came, gone = _came(edges), _gone(erasures)
    paths, own = Paths(edges, controller), ((controller,),)
    for holder in sorted(came):
        kind, name = holder
        is_system = kind is HolderKind.SYSTEM
        recipient_kind = None if is_system else kinds[name]
        same = own if is_system else paths.of_any(name)
        outs = gone.get(holder, {})
        alike: dict[tuple[_Ins, tuple[Erasure, ...], tuple[Way, ...]], list[str]] = {}
        for category, ins in came[holder].items():
            out = tuple(outs[category]) if category in outs else ()
            ways = paths.to(name, category) if same is None else same
            alike.setdefault((ins, out, ways), []).append(category)
        yield [(_held(holder, recipient_kind, *key), found) for key, found in alike.items()]


def _came(edges: Iterable[Edge]) -> _Came:
    came: _Came = {}
    for edge in edges:
        hop = edge.hop
        found = came.get(hop.to)
        if found is None:
            found = came[hop.to] = {}
        alike: dict[Span, _Ins] = {}
        for category, span in edge.spans.items():
            ins = alike.get(span)
            if ins is None:
                ins = alike[span] = (_in(hop, span),)
            found[category] = found[category] + ins if category in found else ins
    return came


def _in(hop: Hop, span: Span) -> _In:
    last_in, public = (span.last, span.rank, hop.kind), hop.kind == "public_disclosed"
    return _In(last_in, span.since, deidentified=hop.deidentified, public=public)


def _gone(erasures: Iterable[Erasure]) -> _Gone:
    gone: _Gone = {}
    for erasure in erasures:
        gone.setdefault(erasure.holder, {}).setdefault(erasure.category, []).append(erasure)
    return gone


def _held(
    holder: Holder,
    recipient_kind: str | None,
    ins: Sequence[_In],
    outs: Sequence[Erasure],
    paths: tuple[Way, ...],
) -> Held:
    came = ins[0] if len(ins) == 1 else _together(ins)
    last, rank, kind = came.last
    since, present = came.since, came.since is not None
    erased_at, why, held = None, kind, True
    if outs:
        out = max(outs, key=_order)
        held = (last, rank) >= (out.at, out.rank)
        if not held:
            erased_at, why = out.at, out.kind
            ended = [one for one in outs if one.started is not None]
            since = max(ended, key=_order).started if ended else since
    if since is None:
        msg = "a holding without a beginning: its edges and outs are not of one fold"
        raise ValueError(msg)
    return Held(
        holder,
        recipient_kind,
        held,
        since,
        last,
        erased_at,
        why,
        paths,
        present and came.deidentified,
        present and came.public,
    )


def _together(ins: Sequence[_In]) -> _In:
    present = [one for one in ins if one.since is not None]
    return _In(
        max(one.last for one in ins),
        min((one.since for one in present if one.since is not None), default=None),
        deidentified=all(one.deidentified for one in present),
        public=all(one.public for one in present),
    )


def _order(erasure: Erasure) -> tuple[int, int, str]:
    return (erasure.at, erasure.rank, erasure.kind)


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
