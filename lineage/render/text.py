"""Text that is safe to show: hostile names made visible, dates made short. No format lives here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

# Control and format characters (terminal escapes, right-to-left overrides, zero-width joiners),
# surrogates, unassigned code points and line separators: what can move a cursor, turn a line
# around or make a document invalid.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
NAME_CHARS_MAX = 200


def plain(text: str, *, chars_max: int = NAME_CHARS_MAX) -> str:
    """Return ``text`` on one line, unsafe characters written as escapes, cut at ``chars_max``."""
    shown = "".join(_visible(character) for character in text)
    return shown if len(shown) <= chars_max else shown[: chars_max - 1] + "…"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def moment(time: datetime) -> str:
    """Return the date, with hours and minutes only where they say something."""
    utc = time.astimezone(UTC)
    if (utc.hour, utc.minute, utc.second, utc.microsecond) == (0, 0, 0, 0):
        return utc.strftime("%Y-%m-%d")
    return utc.strftime("%Y-%m-%d %H:%M")


def words(values: Iterable[str]) -> str:
    """Return the values as one list for people."""
    return ", ".join(plain(value) for value in values)


def spoken(code: str) -> str:
    """Return a code word as prose: ``cross_border_transfer`` reads ``cross border transfer``."""
    return plain(code).replace("_", " ")
