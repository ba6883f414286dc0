"""A lineage as a Mermaid flow chart, for pages that draw one. Every label is entity-encoded."""

from __future__ import annotations

from lineage.render import phrase
from lineage.render.graph import Link, Recipient, System, build
from lineage.render.text import plain, spoken, words
from lineage.service.answers import HolderRow, Lineage

_SAFE = frozenset(" .,:-_/()·…")
_STYLES = (
    "classDef held fill:#fde7c2,stroke:#b45309,color:#1f2937",
    "classDef partly fill:#fef6e4,stroke:#b45309,color:#1f2937,stroke-dasharray:6 3",
    "classDef erased fill:#f1f5f4,stroke:#6b7280,color:#374151,stroke-dasharray:3 3",
    "classDef unknown fill:#f5f0fa,stroke:#7c3aed,color:#1f2937",
    "classDef origin fill:#e0ecfa,stroke:#1d4ed8,color:#1f2937",
)


def render_mermaid(lineage: Lineage) -> str:
    """Return the Mermaid source, one statement a line."""
    graph = build(lineage)
    lines = ["flowchart LR", f"  accTitle: {_encode(phrase.heading(lineage))}"]
    lines.append(f"  accDescr: {_encode(phrase.summary(lineage))}")
    lines += [f'  {origin.key}(["{_encode(origin.name)}"]):::origin' for origin in graph.origins]
    lines.append(f'  subgraph {graph.controller}["{_encode(lineage.controller)}"]')
    lines += [f"    {_card(system, None)}" for system in graph.systems]
    if not graph.systems:
        lines.append('    none["no own copy on record"]')
    lines.append("  end")
    lines += [f"  {_card(recipient, recipient.kind)}" for recipient in graph.recipients]
    lines += [
        f"  {origin} --> {system.key}" for system in graph.systems for origin in system.origins
    ]
    lines += [f"  {_link(link)}" for link in graph.links]
    lines += [f"  {style}" for style in _STYLES]
    return "\n".join(lines) + "\n"


def _card(card: System | Recipient, kind: str | None) -> str:
    lines = [_encode(card.name)]
    if kind:
        lines.append(_encode(spoken(kind)))
    lines += _holdings(card.holdings)
    return f'{card.key}["{"<br/>".join(lines)}"]:::{card.state}'


def _holdings(holdings: tuple[HolderRow, ...]) -> list[str]:
    held = [row.category for row in holdings if row.held]
    erased = [row.category for row in holdings if not row.held]
    lines = [_encode(f"holds {words(held)}")] if held else []
    return [*lines, _encode(f"erased {words(erased)}")] if erased else lines


def _link(link: Link) -> str:
    arrow = "-->" if link.live else "-.->"
    label = "<br/>".join(_encode(phrase.brief(hop)) for hop in link.hops)
    return f'{link.start} {arrow}|"{label}"| {link.end}'


def _encode(text: str) -> str:
    """Write every character that could end a label or begin a tag as Mermaid's ``#code;``."""
    return "".join(
        character if character.isalnum() or character in _SAFE else f"#{ord(character)};"
        for character in plain(text, chars_max=2000)
    )
