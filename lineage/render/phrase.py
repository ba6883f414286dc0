"""The sentences all pictures share: one for a hop, a collection, a change. Plain text only."""

from __future__ import annotations

from datetime import datetime

from lineage.render.text import moment, plain, spoken, words
from lineage.service.answers import ChangeRow, CollectionRow, EdgeRow, Lineage

_SOURCES = {
    "direct": "from the person",
    "automatic": "collected automatically",
    "generated": "generated",
    "derived": "derived",
    "third_party": "from a third party",
    "public_source": "from a public source",
}


_HOPS = {"onward_shared": "passed on", "transferred": "transferred with a deal"}


def hop(edge: EdgeRow) -> str:
    """Say how data moved: kind, purpose, basis, place, since when and how often."""
    parts = [moved(edge), f"for {plain(edge.purpose)}" if edge.purpose else "no purpose given"]
    parts.append(f"basis {plain(edge.legal_basis)}" if edge.legal_basis else "no basis given")
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


def collection(row: CollectionRow) -> str:
    """Say where one category came from."""
    if row.source_party:
        source = f"from {plain(row.source_party)}"
    else:
        source = _SOURCES.get(row.source_kind or "", "source not given")
    purpose = [f"for {plain(row.purpose)}"] if row.purpose else []
    return " · ".join([source, *purpose, span(row.first, row.last, row.count)])


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
