"""Parties that are natural persons: ``person:<ref>`` as stored, ``person:<id>`` outside. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lineage.domain.facts import Change, Edge, Erasure, Facts, Holder, Notice


def parties_of(facts: Facts) -> set[str]:
    """Every party that a person's facts name."""
    named = {edge.hop.from_party for edge in facts.edges}
    named |= {edge.hop.to.name for edge in facts.edges}
    named |= {change.party for change in facts.changes}
    named |= {notice.recipient for notice in facts.notices}
    return {party for party in named if party is not None}


def renamed(facts: Facts, names: Mapping[str, str]) -> Facts:
    """The facts with these parties under other names; the same facts where there are none."""
    if not names:
        return facts

    def holder(old: Holder) -> Holder:
        return old._replace(name=names.get(old.name, old.name))

    def edge(old: Edge) -> Edge:
        hop, sender = old.hop, old.hop.from_party
        new = None if sender is None else names.get(sender, sender)
        return old._replace(hop=hop._replace(from_party=new, to=holder(hop.to)))

    def erasure(old: Erasure) -> Erasure:
        return replace(old, holder=holder(old.holder))

    def change(old: Change) -> Change:
        return replace(old, party=names.get(old.party, old.party))

    def notice(old: Notice) -> Notice:
        return replace(old, recipient=names.get(old.recipient, old.recipient))

    return replace(
        facts,
        edges=tuple(edge(old) for old in facts.edges),
        erasures=tuple(erasure(old) for old in facts.erasures),
        changes=tuple(change(old) for old in facts.changes),
        notices=tuple(notice(old) for old in facts.notices),
    )
