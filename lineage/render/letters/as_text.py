"""A letter as plain text, for a mailbox or a form on a web site."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from lineage.render.letters.words import TITLE, Part, heads, parts
from lineage.service.letter_answers import Letter

WIDTH: Final = 78


def letter_text(letter: Letter) -> str:
    """Return the letter in lines of at most 78 characters, but for values that are longer."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    yield TITLE
    yield "=" * len(TITLE)
    yield ""
    for name, value in heads(letter):
        yield from _wrapped(value, first=f"{name}: ", rest="  ")
    for part in parts(letter):
        yield ""
        yield part.heading
        yield "-" * len(part.heading)
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    for sentence in part.says:
        yield from _wrapped(sentence)
    for row in part.rows:
        yield ""
        for name, value in zip(part.columns, row, strict=True):
            yield from _wrapped(value, first=f"  {name}: ", rest="    ")
    if part.points:
        yield ""
    for point in part.points:
        yield from _wrapped(point, first="- ", rest="  ")


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    """Lines of a text; a value is never broken, since a part of it is another value."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
