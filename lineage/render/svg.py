"""A lineage as a picture of its own: SVG without scripts, links, fonts or styles from outside."""

from __future__ import annotations

from lineage.render import phrase
from lineage.render.graph import Graph, build
from lineage.render.svg_cards import (
    CARD_WIDTH,
    LINE_HEIGHT,
    PADDING,
    Box,
    origin_box,
    recipient_box,
    system_box,
)
from lineage.render.svg_layout import FRAME_PADDING, MARGIN, Curve, Layout, Placed, lay_out
from lineage.render.svg_text import attribute, markup, wrap
from lineage.service.answers import Lineage

_TOP = 118
_LEGEND = (
    ("held", "holds data"),
    ("partly", "holds some, erased some"),
    ("erased", "erased all it had"),
    ("unknown", "no holding on record"),
    ("origin", "where data came from"),
)
_STYLE = """
text{font-family:system-ui,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1f2937}
.title{font-size:20px;font-weight:700}.sub,.legend{font-size:12px;fill:#4b5563}
.name{font-size:14px;font-weight:600}.quiet{font-size:11.5px;fill:#4b5563}
.holds{font-size:11.5px;font-weight:600;fill:#7c2d12}
.gone{font-size:11.5px;fill:#4b5563}
.frame{fill:#f8fafc;stroke:#94a3b8;stroke-width:1.5}
.held rect{fill:#fdebd0;stroke:#b45309;stroke-width:1.6}
.partly rect{fill:#fef8ec;stroke:#b45309;stroke-width:1.6;stroke-dasharray:7 3}
.erased rect{fill:#f3f4f6;stroke:#6b7280;stroke-dasharray:3 3}
.unknown rect{fill:#f5f0fa;stroke:#7c3aed}
.origin rect{fill:#e0ecfa;stroke:#1d4ed8}
.live{fill:none;stroke:#b45309;stroke-width:1.6;marker-end:url(#live)}
.past{fill:none;stroke:#9ca3af;stroke-width:1.3;stroke-dasharray:4 3;marker-end:url(#past)}
"""
_MARKER = (
    '<marker id="{id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="{fill}"/></marker>'
)


def render_svg(lineage: Lineage) -> str:
    """Return one SVG document with a title, a description, a legend and every holder."""
    graph = build(lineage)
    layout = lay_out(graph, layers=_layers(graph, lineage), top=_TOP)
    notes = [phrase.change(row) for row in lineage.changes]
    width = max(layout.width, 860)
    note_lines = [
        part for note in notes for part in wrap(note, size_px=12, width_px=width - 2 * MARGIN)
    ]
    height = layout.height + MARGIN + (LINE_HEIGHT * (len(note_lines) + 1) if note_lines else 0)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" '
            f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
        ),
        f'<title id="t">Lineage of {markup(phrase.heading(lineage))}</title>',
        f'<desc id="d">{markup(phrase.summary(lineage))}</desc>',
        f"<style>{_STYLE}</style>",
        (
            f"<defs>{_MARKER.format(id='live', fill='#b45309')}"
            f"{_MARKER.format(id='past', fill='#9ca3af')}</defs>"
        ),
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_head(lineage),
        *_legend(),
        *_frame(layout.frame, lineage, empty=not graph.systems),
        *(_curve(curve) for curve in layout.curves),
        *_cards(layout),
        *(
            _text(MARGIN, layout.height + MARGIN + LINE_HEIGHT * number, "sub", line)
            for number, line in enumerate(note_lines)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _layers(graph: Graph, lineage: Lineage) -> list[list[Box]]:
    deepest = max((recipient.column for recipient in graph.recipients), default=0)
    recipients: list[list[Box]] = [[] for _ in range(deepest)]
    for recipient in graph.recipients:
        box = recipient_box(recipient, controller=lineage.controller)
        recipients[recipient.column - 1].append(box)
    own = [system_box(system) for system in graph.systems]
    return [[origin_box(origin) for origin in graph.origins], own, *recipients]


def _head(lineage: Lineage) -> list[str]:
    return [
        _text(MARGIN, 38, "title", f"Lineage of {phrase.heading(lineage)}"),
        _text(MARGIN, 60, "sub", f"{phrase.standing(lineage)} · times in UTC"),
        _text(MARGIN, 78, "sub", phrase.summary(lineage)),
    ]


def _legend() -> list[str]:
    parts = []
    x = float(MARGIN)
    for style, says in _LEGEND:
        parts.append(f'<g class="{style}"><rect x="{x}" y="91" width="16" height="12" rx="3"/></g>')
        parts.append(_text(x + 22, 101, "legend", says))
        x += 46 + 6.6 * len(says)
    return parts


def _frame(frame: Placed, lineage: Lineage, *, empty: bool) -> list[str]:
    name = wrap(lineage.controller, size_px=14, width_px=CARD_WIDTH, lines_max=1)[0]
    below = "nothing collected or stored" if empty else "own systems"
    x = frame.x + FRAME_PADDING
    return [
        (
            f'<rect class="frame" x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" '
            f'height="{frame.height:.1f}" rx="12"/>'
        ),
        _text(x, frame.y + 20, "name", name),
        _text(x, frame.y + 36, "quiet", below),
    ]


def _cards(layout: Layout) -> list[str]:
    parts = []
    for place in layout.places:
        if (box := place.box) is None:
            continue
        parts.append(
            f'<g class="{box.style}" role="group" aria-label={attribute(box.label)}>'
            f"<title>{markup(box.label)}</title>"
            f'<rect x="{place.x:.1f}" y="{place.y:.1f}" width="{place.width:.1f}" '
            f'height="{place.height:.1f}" rx="8"/>'
        )
        y = place.y + PADDING + 11
        for line in box.lines:
            parts.append(_text(place.x + PADDING, y, line.style, line.text))
            y += LINE_HEIGHT
        parts.append("</g>")
    return parts


def _curve(curve: Curve) -> str:
    start, *bends = (f"{x:.1f} {y:.1f}" for x, y in curve.points)
    return f'<path class="{"live" if curve.live else "past"}" d="M{start} C{", ".join(bends)}"/>'


def _text(x: float, y: float, style: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}">{markup(text)}</text>'
