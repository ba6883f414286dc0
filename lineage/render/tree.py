"""A lineage as a tree for the terminal: own systems first, then every recipient under its hop."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from lineage.render import phrase
from lineage.render.graph import Graph, Link, Recipient, State, System, build
from lineage.render.text import plain, spoken, words
from lineage.service.answers import HolderRow, Lineage

_MARKS: dict[State, tuple[str, str]] = {
    "held": ("●", "bold yellow"),
    "partly": ("◐", "bold yellow"),
    "erased": ("○", "dim"),
    "unknown": ("?", "magenta"),
}


def lineage_tree(lineage: Lineage) -> Tree:
    """Return the tree of ``lineage`` for a rich console."""
    graph = build(lineage)
    root = Tree(Text(phrase.heading(lineage), style="bold"), guide_style="dim")
    if lineage.linked:
        root.add(Text(f"also known as {words(lineage.linked)}", style="dim"))
    own = root.add(Text(f"{plain(lineage.controller)}: own systems", style="bold cyan"))
    for system in graph.systems:
        _add_system(own, system)
    if not graph.systems:
        own.add(Text("nothing collected or stored on record", style="dim"))
    _add_recipients(root, graph)
    if lineage.changes:
        changes = root.add(Text("what happened to the data", style="bold cyan"))
        for row in lineage.changes:
            changes.add(Text(phrase.change(row)))
    return root


def render_tree(lineage: Lineage) -> str:
    """Return the tree as plain text, without colours, for a file or a mail."""
    console = Console(file=io.StringIO(), width=120, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(lineage_tree(lineage))
    return captured.get()


def _add_system(own: Tree, system: System) -> None:
    branch = own.add(_title(system.name, None, system.state))
    _add_holdings(branch, system.holdings)
    for said in phrase.collections(system.collections):
        branch.add(Text(said, style="dim"))


def _add_recipients(root: Tree, graph: Graph) -> None:
    outgoing: dict[str, list[Link]] = {}
    own = {link.end: link for link in graph.links if link.start == link.end}
    for link in graph.links:
        if link.start != link.end:
            outgoing.setdefault(link.start, []).append(link)
    cards = {recipient.key: recipient for recipient in graph.recipients}
    linked = {link.end for link in graph.links if link.start != link.end}
    shares = root.add(Text("recipients", style="bold cyan"))
    drawn: set[str] = set()
    pending = [(shares, link) for link in outgoing.get(graph.controller, [])]
    strays = [card for card in graph.recipients if card.key not in linked]
    # Breadth first: a recipient is unfolded where its path is shortest, elsewhere only named.
    while pending or strays or len(drawn) < len(cards):
        if not pending:
            stray = strays.pop(0) if strays else _first_left(graph.recipients, drawn)
            branch = shares.add(_title(stray.name, stray.kind, stray.state))
            drawn.add(stray.key)
            for hop in own[stray.key].hops if stray.key in own else ():
                branch.add(Text(f"{words(hop.categories)}: {phrase.hop(hop)}"))
            _add_holdings(branch, stray.holdings)
            pending = [(branch, link) for link in outgoing.get(stray.key, [])]
            continue
        parent, link = pending.pop(0)
        card = cards[link.end]
        branch = parent.add(_title(card.name, card.kind, card.state))
        drawn_here = own[card.key].hops if card.key in own and card.key not in drawn else ()
        for hop in (*link.hops, *drawn_here):
            branch.add(Text(f"{words(hop.categories)}: {phrase.hop(hop)}"))
        if card.key in drawn:
            branch.add(Text("what it holds is shown at its other place in this tree", style="dim"))
            continue
        drawn.add(card.key)
        _add_holdings(branch, card.holdings)
        pending += [(branch, onward) for onward in outgoing.get(card.key, [])]
    if not drawn:
        shares.add(Text("none on record", style="dim"))


def _first_left(recipients: Iterable[Recipient], drawn: set[str]) -> Recipient:
    return next(card for card in recipients if card.key not in drawn)


def _add_holdings(branch: Tree, holdings: tuple[HolderRow, ...]) -> None:
    held = [row for row in holdings if row.held]
    if held:
        branch.add(Text(f"● holds {words(row.category for row in held)}", style="yellow"))
    for said in phrase.erasures(holdings):
        branch.add(Text(f"○ {said}", style="green"))


def _title(name: str, kind: str | None, state: State) -> Text:
    mark, style = _MARKS[state]
    title = Text(f"{mark} {plain(name)}", style=style)
    if kind:
        title.append(f"  {spoken(kind)}", style="not bold dim")
    return title
