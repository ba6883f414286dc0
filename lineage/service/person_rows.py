"""A person's facts as rows of the answers about it. Pure: no SQL, no clock.

Most categories came together, so what is alike is said once and copied: an answer has some fifty
rows, and they are most of what a question costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from lineage.domain.facts import Edge, Facts, HolderKind, Hop
from lineage.domain.holdings import Held, held_alike
from lineage.events.times import from_micros
from lineage.service import answers
from lineage.service.made import made, made_each


class Times(dict[int, datetime]):
    """The times of one answer: most of them stand in it several times."""

    def __missing__(self, micros: int) -> datetime:
        """Make a time that is not there yet."""
        moment = self[micros] = from_micros(micros)
        return moment


_Said = list[tuple[Any, dict[str, Any]]]
"""What gives a row its place, and its values"""


def _in_order(said: _Said) -> list[dict[str, Any]]:
    said.sort(key=itemgetter(0))
    return [values for _, values in said]


def holder_rows(
    facts: Facts, controller: str, kinds: Mapping[str, str], times: Times
) -> list[answers.HolderRow]:
    """One row per holder and category, by holder, then category."""
    rows = []
    found = held_alike(facts.edges, facts.erasures, controller=controller, kinds=kinds)
    for of_holder in found:
        said: _Said = []
        for held, categories in of_holder:
            alike = _said_of(held, times)
            for category in categories:
                values = alike.copy()
                values["category"] = category
                values["paths"] = [list(path) for path in held.paths]
                said.append((category, values))
        rows += _in_order(said)
    return made_each(answers.HolderRow, rows)


def _said_of(held: Held, times: Times) -> dict[str, Any]:
    """A row of holders but for its category, and for its paths: no two rows share a list."""
    (kind, name), recipient_kind, is_held, since, last, erased_at, why, _, _, _ = held
    return {
        "holder": name,
        "holder_kind": kind.value,
        "recipient_kind": recipient_kind,
        "category": None,
        "held": is_held,
        "since": times[since],
        "last_received": times[last],
        "erased_at": None if erased_at is None else times[erased_at],
        "why": why,
        "paths": None,
    }


_Count = tuple[int, int, int]
"""First, last, how many"""


def collection_rows(facts: Facts, times: Times) -> list[answers.CollectionRow]:
    """One row per system, category and distinct source, purpose and policy version."""
    counts: dict[tuple[str, ...], dict[str, _Count]] = {}
    for edge in facts.edges:
        hop = edge.hop
        if hop.to.kind is not HolderKind.SYSTEM:
            continue
        source = (hop.source_kind or "", hop.from_party or "", hop.purpose or "")
        found = counts.setdefault((hop.to.name, hop.policy_version, *source), {})
        for category, (_, last, _, first, count) in edge.spans.items():
            here = (first, last, count)
            found[category] = _added(found[category], here) if category in found else here
    said: _Said = []
    for (system, *about), found in counts.items():
        alike = _said_of_collection(system, *about)
        for category, (first, last, count) in found.items():
            values = alike.copy()
            values["category"] = category
            values["first"] = times[first]
            values["last"] = times[last]
            values["count"] = count
            said.append(((system, category, *about), values))
    return made_each(answers.CollectionRow, _in_order(said))


def _added(one: _Count, other: _Count) -> _Count:
    return (min(one[0], other[0]), max(one[1], other[1]), one[2] + other[2])


def _said_of_collection(
    system: str, version: str, source_kind: str, source_party: str, purpose: str
) -> dict[str, Any]:
    """A row of collections but for its category and what was counted."""
    return {
        "system": system,
        "category": None,
        "source_kind": source_kind or None,
        "source_party": source_party or None,
        "purpose": purpose or None,
        "policy_version": version,
        "first": None,
        "last": None,
        "count": None,
    }


def edge_rows(facts: Facts, kinds: Mapping[str, str], times: Times) -> list[answers.EdgeRow]:
    """One row per distinct hop, under whichever of the person's linked ids it was reported."""
    by_hop: dict[Hop, list[Edge]] = {}
    for edge in facts.edges:
        if edge.hop.to.kind is HolderKind.RECIPIENT:
            by_hop.setdefault(edge.hop, []).append(edge)
    said: _Said = []
    for hop, edges in by_hop.items():
        _, _, first, last, count, spans = edges[0]
        categories = set(spans)
        for edge in edges[1:]:
            first, last, count = min(first, edge.first), max(last, edge.last), count + edge.count
            categories.update(edge.spans)
        values = {
            "kind": hop.kind,
            "from_": hop.from_party or "",
            "to": hop.to.name,
            "recipient_kind": hop.recipient_kind or kinds[hop.to.name],
            "categories": sorted(categories),
            "purpose": hop.purpose,
            "legal_basis": hop.legal_basis,
            "functions": list(hop.functions),
            "region": hop.region,
            "policy_version": hop.policy_version,
            "first": times[first],
            "last": times[last],
            "count": count,
        }
        order = (first, hop.to.name, hop.kind, hop.purpose or "", last)
        said.append((order, values))
    return made_each(answers.EdgeRow, _in_order(said))


def change_rows(facts: Facts) -> list[answers.ChangeRow]:
    """What happened to data already held, by time."""
    rows = [
        made(
            answers.ChangeRow,
            kind=change.kind,
            party=change.party,
            categories=list(change.categories),
            purpose_from=change.purpose_from,
            purpose_to=change.purpose_to,
            at=from_micros(change.at),
        )
        for change in facts.changes
    ]
    rows.sort(key=lambda r: (r.at, r.kind, r.party))
    return rows
