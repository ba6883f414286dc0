"""Text inside an SVG: how wide it is about, where it wraps, how it is escaped. No drawing here."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape, quoteattr

from lineage.render.text import plain

# Widths in em of a common sans-serif, a little generous: no font is at hand to be asked.
_NARROW = frozenset("iljtfrI.,:;|!'()[] ")
_BROAD = frozenset("mwMW@%—…●○")


def markup(text: str) -> str:
    """Return ``text`` as the content of an element."""
    return escape(plain(text, chars_max=2000))


def attribute(text: str) -> str:
    """Return ``text`` as a quoted attribute value."""
    return quoteattr(plain(text, chars_max=2000))


def width_of(text: str, *, size_px: float) -> float:
    """Return about how many pixels ``text`` takes."""
    return size_px * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.38
    if character in _BROAD or unicodedata.east_asian_width(character) in "WF":
        return 1.05
    return 0.73 if character.isupper() else 0.62


def wrap(text: str, *, size_px: float, width_px: float, lines_max: int = 6) -> list[str]:
    """Break ``text`` at blanks, too long a word anywhere; cut what exceeds ``lines_max``."""
    lines = [""]
    for word in plain(text, chars_max=2000).split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(joined, size_px=size_px) <= width_px:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if width_of(lines[-1] + character, size_px=size_px) > width_px:
                lines.append("")
            lines[-1] += character
    if len(lines) > lines_max:
        lines = [*lines[: lines_max - 1], lines[lines_max - 1][:-1].rstrip(" ,") + "…"]
    return lines
