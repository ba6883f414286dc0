"""One person's lineage as cards and links, the shape that every picture draws. No format here."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal

from lineage.service.answers import CollectionRow, EdgeRow, HolderRow, Lineage

State = Literal["held", "partly", "erased", "unknown"]
CONTROLLER_KEY = "c"
_CONTROLLER = ""  # no party may be named so
# What the controller's systems generate or observe comes from the person's own activity.
_OUTSIDE = frozenset({"third_party", "public_source"})


@dataclass(frozen=True)
class Origin:
    """Where data came from: the person, or a party outside."""

    key: str
    name: str
    is_person: bool


@dataclass(frozen=True)
class System:
    """One of the controller's own systems, with what it collected and what it holds."""

    key: str
    name: str
    collections: tuple[CollectionRow, ...]
    holdings: tuple[HolderRow, ...]
    origins: tuple[str, ...]

    @property
    def state(self) -> State:
        """Return how much of what it had it still holds."""
        return state_of(self.holdings)


@dataclass(frozen=True)
class Recipient:
    """One party the data reached; ``column`` counts the hops from the controller."""

    key: str
    name: str
    kind: str | None
    hops: tuple[EdgeRow, ...]
    holdings: tuple[HolderRow, ...]
    column: int

    @property
    def state(self) -> State:
        """Return how much of what it got it still holds."""
        return state_of(self.holdings)


@dataclass(frozen=True)
class Link:
    """All hops from one party to another; ``live`` while the receiver holds any of it."""

    start: str
    end: str
    hops: tuple[EdgeRow, ...]
    live: bool


@dataclass(frozen=True)
class Graph:
    """The whole picture. ``controller`` is the key that links of the controller start from."""

    controller: str
    origins: tuple[Origin, ...]
    systems: tuple[System, ...]
    recipients: tuple[Recipient, ...]
    links: tuple[Link, ...]


def state_of(holdings: Iterable[HolderRow]) -> State:
    """Return ``held``, ``partly`` or ``erased``; ``unknown`` where no holding is on record."""
    held = {row.held for row in holdings}
    if held == {True, False}:
        return "partly"
    if not held:
        return "unknown"
    return "held" if True in held else "erased"


def build(lineage: Lineage) -> Graph:
    """Return the graph of ``lineage``: deterministic, whatever the order of its rows."""
    holdings: dict[tuple[str, str], list[HolderRow]] = defaultdict(list)
    for holding in lineage.holders:
        holdings[holding.holder_kind, holding.holder].append(holding)
    origins, systems = _own_side(lineage, holdings)
    names = _party_names(lineage)
    columns = _columns(lineage, names)
    incoming: dict[str, list[EdgeRow]] = defaultdict(list)
    for edge in lineage.edges:
        incoming[edge.to].append(edge)
    ordered = sorted(names, key=lambda name: (columns[name], name))
    recipients = tuple(
        Recipient(
            key=f"r{number}",
            name=name,
            kind=_kind(incoming[name], holdings["recipient", name]),
            hops=tuple(
                sorted(_in_order(incoming[name]), key=lambda row: row.from_ != lineage.controller)
            ),
            holdings=_by_category(holdings["recipient", name]),
            column=columns[name],
        )
        for number, name in enumerate(ordered)
    )
    return Graph(CONTROLLER_KEY, origins, systems, recipients, _links(lineage, recipients))


def _own_side(
    lineage: Lineage, holdings: dict[tuple[str, str], list[HolderRow]]
) -> tuple[tuple[Origin, ...], tuple[System, ...]]:
    collected: dict[str, list[CollectionRow]] = defaultdict(list)
    for row in lineage.collections:
        collected[row.system].append(row)
    outside = sorted({_origin(row) for row in lineage.collections} - {""})
    origins = [Origin("p", lineage.subject, is_person=True)]
    origins += [Origin(f"o{number}", name, is_person=False) for number, name in enumerate(outside)]
    keys = {"" if origin.is_person else origin.name: origin.key for origin in origins}
    names = sorted(set(collected) | {name for kind, name in holdings if kind == "system"})
    systems = tuple(
        System(
            key=f"s{number}",
            name=name,
            collections=tuple(sorted(collected[name], key=lambda row: (row.category, row.first))),
            holdings=_by_category(holdings["system", name]),
            origins=tuple(sorted({keys[_origin(row)] for row in collected[name]})),
        )
        for number, name in enumerate(names)
    )
    return tuple(origins), systems


def _origin(row: CollectionRow) -> str:
    """Return the outside party a collection came from, or nothing for the person's own side."""
    if row.source_party is not None:
        return row.source_party
    return row.source_kind.replace("_", " ") if row.source_kind in _OUTSIDE else ""


def _party_names(lineage: Lineage) -> set[str]:
    own = {row.system for row in lineage.collections} | {lineage.controller}
    own |= {row.holder for row in lineage.holders if row.holder_kind == "system"}
    names = {edge.to for edge in lineage.edges}
    names |= {row.holder for row in lineage.holders if row.holder_kind == "recipient"}
    # A sender of whom no receipt is on record still passed the data on: it gets its card.
    return names | ({edge.from_ for edge in lineage.edges} - own - names)


def _columns(lineage: Lineage, names: set[str]) -> dict[str, int]:
    onward: dict[str, set[str]] = defaultdict(set)
    reached: set[str] = set()
    for edge in lineage.edges:
        onward[_sender(edge, lineage, names)].add(edge.to)
        reached.add(edge.to)
    columns: dict[str, int] = dict.fromkeys(onward[_CONTROLLER], 1)
    columns |= dict.fromkeys(names - reached, 1)
    queue = deque(sorted(columns))
    while queue or names - set(columns):
        if not queue:  # a circle that nothing on record leads into: begin it somewhere
            queue.append(min(names - set(columns)))
            columns[queue[0]] = 1
        sender = queue.popleft()
        for name in sorted(onward[sender] - set(columns)):
            columns[name] = columns[sender] + 1
            queue.append(name)
    return columns


def _links(lineage: Lineage, recipients: tuple[Recipient, ...]) -> tuple[Link, ...]:
    keys = {recipient.name: recipient.key for recipient in recipients}
    held = {
        (row.holder, row.category)
        for row in lineage.holders
        if row.held and row.holder_kind == "recipient"
    }
    hops: dict[tuple[str, str], list[EdgeRow]] = defaultdict(list)
    for edge in lineage.edges:
        sender = _sender(edge, lineage, keys)
        hops[keys.get(sender, CONTROLLER_KEY), keys[edge.to]].append(edge)
    return tuple(
        Link(
            start=start,
            end=end,
            hops=_in_order(rows),
            live=any((row.to, category) in held for row in rows for category in row.categories),
        )
        for (start, end), rows in sorted(hops.items())
    )


def _sender(edge: EdgeRow, lineage: Lineage, recipients: Container[str]) -> str:
    """Return the recipient that passed the data on, or the controller for a hop of its own."""
    own = edge.from_ == lineage.controller or edge.from_ not in recipients
    return _CONTROLLER if own else edge.from_


def _kind(edges: list[EdgeRow], holdings: list[HolderRow]) -> str | None:
    for edge in sorted(edges, key=lambda row: row.last, reverse=True):
        if edge.recipient_kind is not None:
            return edge.recipient_kind
    return next((row.recipient_kind for row in holdings if row.recipient_kind), None)


def _in_order(edges: list[EdgeRow]) -> tuple[EdgeRow, ...]:
    return tuple(sorted(edges, key=lambda row: (row.first, row.from_, row.kind, row.categories)))


def _by_category(holdings: list[HolderRow]) -> tuple[HolderRow, ...]:
    return tuple(sorted(holdings, key=lambda row: (not row.held, row.category)))
