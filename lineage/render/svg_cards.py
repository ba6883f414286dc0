"""The boxes of the SVG and the lines written in them. Where a box stands is not decided here."""

from __future__ import annotations

from dataclasses import dataclass, field

from lineage.render import phrase
from lineage.render.graph import Origin, Recipient, State, System
from lineage.render.svg_text import wrap
from lineage.render.text import plain, spoken, words
from lineage.service.answers import HolderRow

CARD_WIDTH = 268
ORIGIN_WIDTH = 150
PADDING = 12
LINE_HEIGHT = 16
TEXT_PX = 11.5
NAME_PX = 14.0
BOLD_FACTOR = 1.08  # bold letters are that much wider
HOPS_SHOWN_MAX = 6

_STATE_WORDS: dict[State, str] = {
    "held": "holds data",
    "partly": "holds some, erased some",
    "erased": "erased",
    "unknown": "no holding on record",
}


@dataclass(frozen=True)
class Line:
    """One line of text and the class it is styled by."""

    text: str
    style: str


@dataclass(frozen=True)
class Box:
    """A card ready to be drawn. ``label`` is what is read aloud or shown on hovering."""

    key: str
    style: str
    label: str
    width: float
    lines: tuple[Line, ...]
    height: float = field(init=False)

    def __post_init__(self) -> None:
        """Work the height out from the lines."""
        object.__setattr__(self, "height", len(self.lines) * LINE_HEIGHT + 2 * PADDING)


def origin_box(origin: Origin) -> Box:
    """Return the box of the person or of an outside source."""
    lines = _wrapped(origin.name, "name", width=ORIGIN_WIDTH, lines_max=3)
    lines.append(Line("the person" if origin.is_person else "source", "quiet"))
    return Box(origin.key, "origin", plain(origin.name), ORIGIN_WIDTH, tuple(lines))


def system_box(system: System) -> Box:
    """Return the box of one own system."""
    lines = _wrapped(system.name, "name", lines_max=2)
    lines += _holdings(system.holdings)
    lines += _rows([f"↳ {said}" for said in phrase.collections(system.collections)], "sources")
    label = f"{plain(system.name)}: {_STATE_WORDS[system.state]}"
    return Box(system.key, system.state, label, CARD_WIDTH, tuple(lines))


def recipient_box(recipient: Recipient, *, controller: str) -> Box:
    """Return the box of one recipient, with every hop that led to it."""
    lines = _wrapped(recipient.name, "name", lines_max=2)
    kind = f"{spoken(recipient.kind)} · " if recipient.kind else ""
    lines += _wrapped(f"{kind}{_STATE_WORDS[recipient.state]}", "quiet")
    lines += _holdings(recipient.holdings)
    hops = []
    for hop in recipient.hops:
        sender = "" if hop.from_ == controller else f"from {plain(hop.from_, chars_max=60)}: "
        hops.append(f"↳ {sender}{phrase.hop(hop)} ({words(hop.categories)})")
    lines += _rows(hops, "hops")
    label = f"{plain(recipient.name)}: {_STATE_WORDS[recipient.state]}"
    return Box(recipient.key, recipient.state, label, CARD_WIDTH, tuple(lines))


def _holdings(holdings: tuple[HolderRow, ...]) -> list[Line]:
    held = [row.category for row in holdings if row.held]
    lines = _wrapped(f"● {words(held)}", "holds") if held else []
    for said in phrase.erasures(holdings):
        lines += _wrapped(f"○ {said}", "gone")
    return lines


def _rows(texts: list[str], what: str) -> list[Line]:
    lines: list[Line] = []
    for text in texts[:HOPS_SHOWN_MAX]:
        lines += _wrapped(text, "quiet")
    if len(texts) > HOPS_SHOWN_MAX:
        lines.append(Line(f"and {len(texts) - HOPS_SHOWN_MAX} more {what}", "quiet"))
    return lines


def _wrapped(
    text: str, style: str, *, width: float = CARD_WIDTH, lines_max: int = 12
) -> list[Line]:
    size = NAME_PX if style == "name" else TEXT_PX
    size *= BOLD_FACTOR if style in ("name", "holds") else 1
    room = width - 2 * PADDING
    parts = wrap(text, size_px=size, width_px=room, lines_max=lines_max)
    return [Line(part, style) for part in parts]
