"""A lineage as a Graphviz digraph. Every label is a quoted string, escaped here."""

from __future__ import annotations

from lineage.render import phrase
from lineage.render.graph import Link, Recipient, State, System, build
from lineage.render.text import plain, spoken, words
from lineage.service.answers import Lineage

_FILLS: dict[State, str] = {
    "held": 'fillcolor="#fde7c2" color="#b45309"',
    "partly": 'fillcolor="#fef6e4" color="#b45309" style="filled,rounded,dashed"',
    "erased": 'fillcolor="#f1f5f4" color="#6b7280" style="filled,rounded,dashed"',
    "unknown": 'fillcolor="#f5f0fa" color="#7c3aed"',
}


def render_dot(lineage: Lineage) -> str:
    """Return the DOT source, one statement a line."""
    graph = build(lineage)
    title = f"{phrase.heading(lineage)} · {phrase.standing(lineage)}"
    lines = ["digraph lineage {", f"  label={_quote(title)};", "  rankdir=LR;"]
    lines.append('  node [shape=box style="filled,rounded" fontname="sans-serif" fontsize=11];')
    lines.append('  edge [fontname="sans-serif" fontsize=9];')
    lines += [
        f'  {origin.key} [label={_quote(origin.name)} shape=ellipse fillcolor="#e0ecfa"];'
        for origin in graph.origins
    ]
    lines.append("  subgraph cluster_own {")
    lines.append(f"    label={_quote(lineage.controller)};")
    lines.append(
        f'    {graph.controller} [label={_quote(lineage.controller)} fillcolor="#e0ecfa"];'
    )
    lines += [f"    {_card(system, None)}" for system in graph.systems]
    lines.append("  }")
    lines += [f"  {_card(recipient, recipient.kind)}" for recipient in graph.recipients]
    for system in graph.systems:
        lines += [f"  {origin} -> {system.key};" for origin in system.origins]
        lines.append(f"  {system.key} -> {graph.controller} [style=dotted arrowhead=none];")
    lines += [f"  {_link(link)}" for link in graph.links]
    return "\n".join([*lines, "}"]) + "\n"


def _card(card: System | Recipient, kind: str | None) -> str:
    lines = [card.name] + ([spoken(kind)] if kind else [])
    held = [row.category for row in card.holdings if row.held]
    erased = [row.category for row in card.holdings if not row.held]
    lines += [f"holds {words(held)}"] if held else []
    lines += [f"erased {words(erased)}"] if erased else []
    return f"{card.key} [label={_quote(*lines)} {_FILLS[card.state]}];"


def _link(link: Link) -> str:
    style = "solid" if link.live else "dashed"
    label = _quote(*(phrase.brief(hop) for hop in link.hops))
    return f"{link.start} -> {link.end} [label={label} style={style}];"


def _quote(*lines: str) -> str:
    """Return the lines as one DOT string; a backslash would otherwise begin an escape of DOT's."""
    shown = (plain(line, chars_max=2000).replace("\\", "\\\\") for line in lines)
    return '"' + "\\n".join(line.replace('"', '\\"') for line in shown) + '"'
