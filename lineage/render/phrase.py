"""The sentences all pictures share: one for a hop, a collection, a change. Plain text only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lineage.render.text import moment, plain, spoken, words
from lineage.service.answers import ChangeRow, CollectionRow, EdgeRow, HolderRow, Lineage

_SOURCES = {
    "direct": "from the person",
    "automatic": "collected automatically",
    "generated": "generated",
    "derived": "derived",
    "third_party": "from a third party",
    "public_source": "from a public source",
}


# The contract has a purpose for these; that it is missing is worth saying.
_SHARES = frozenset({"shared", "onward_shared"})
_HOPS = {"onward_shared": "passed on", "transferred": "transferred with a deal"}


def hop(edge: EdgeRow) -> str:
    """Say how data moved: kind, purpose, basis, place, since when and how often."""
    parts = [moved(edge)]
    if edge.purpose:
        parts.append(f"for {plain(edge.purpose)}")
    elif edge.kind in _SHARES:
        parts.append("no purpose given")
    if edge.legal_basis:
        parts.append(f"basis {plain(edge.legal_basis)}")
    elif edge.kind == "shared":
        parts.append("no basis given")
    if edge.functions:
        parts.append(f"does {words(edge.functions)}")
    if edge.region:
        parts.append(f"in {plain(edge.region)}")
    parts.append(span(edge.first, edge.last, edge.count))
    return " · ".join(parts)


def brief(edge: EdgeRow) -> str:
    """Say the same in a few words, for a label on a line."""
    purpose = f" · {plain(edge.purpose, chars_max=40)}" if edge.purpose else ""
    return f"{moved(edge)}{purpose} · since {edge.first:%Y-%m-%d}"


def moved(edge: EdgeRow) -> str:
    """Say in which way data moved."""
    return _HOPS.get(edge.kind, spoken(edge.kind))


def collections(rows: Iterable[CollectionRow]) -> list[str]:
    """Say which categories came from each source, for each purpose, since when."""
    groups: dict[tuple[str, str], list[CollectionRow]] = {}
    for row in rows:
        purpose = f" for {plain(row.purpose)}" if row.purpose else ""
        groups.setdefault((_source(row), purpose), []).append(row)
    said = []
    for (source, purpose), found in groups.items():
        names = words(sorted({row.category for row in found}))
        first = min(row.first for row in found)
        last = max(row.last for row in found)
        count = sum(row.count for row in found) if last > first else 1
        said.append(f"{source}{purpose}: {names} · {span(first, last, count)}")
    return said


def erasures(holdings: Iterable[HolderRow]) -> list[str]:
    """Say what was erased when, one sentence a moment."""
    gone: dict[str, list[str]] = {}
    for row in holdings:
        if not row.held:
            when = f" {moment(row.erased_at)}" if row.erased_at else ""
            gone.setdefault(when, []).append(row.category)
    return [f"erased{when}: {words(names)}" for when, names in sorted(gone.items())]


def _source(row: CollectionRow) -> str:
    if row.source_party:
        return f"from {plain(row.source_party)}"
    return _SOURCES.get(row.source_kind or "", "source not given")


def change(row: ChangeRow) -> str:
    """Say what happened to data that was already there."""
    purpose = ""
    if row.purpose_from or row.purpose_to:
        purpose = f" from {plain(row.purpose_from or '?')} to {plain(row.purpose_to or '?')}"
    about = words(row.categories) or "all categories"
    return f"{moment(row.at)} {plain(row.party)}: {spoken(row.kind)}{purpose} ({about})"


def span(first: datetime, last: datetime, count: int) -> str:
    """Say since when, and how often where it was more than once."""
    since = f"since {moment(first)}"
    return since if count == 1 else f"{since}, last {moment(last)}, {count} times"


def heading(lineage: Lineage) -> str:
    """Name the picture."""
    return f"{plain(lineage.subject)} at {plain(lineage.controller)}"


def standing(lineage: Lineage) -> str:
    """Say for which moment and by which policy the picture holds."""
    return (
        f"as of {moment(lineage.as_of)} · known at {moment(lineage.known_at)} · "
        f"policy {plain(lineage.policy_version)}"
    )


def summary(lineage: Lineage) -> str:
    """Count the holders in one sentence, for a description that is read aloud."""
    held = {(row.holder_kind, row.holder) for row in lineage.holders if row.held}
    past = {(row.holder_kind, row.holder) for row in lineage.holders} - held
    systems = sum(kind == "system" for kind, _ in held)
    if lineage.unknown:
        return "Too little is on record to say who holds data of this person."
    return (
        f"{systems} own systems and {len(held) - systems} recipients hold data of this person, "
        f"{len(past)} former holders have erased all they had."
    )
