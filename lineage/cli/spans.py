"""Lengths of time as people write them: ``3d``, ``12h``, ``2w``."""

import re
from datetime import timedelta

import typer

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_SPAN = re.compile(r"(\d{1,5})([hdw])")


def parse_span(said: str | timedelta) -> timedelta:
    """Read a length of time; a bad one is wrong input that says what is expected."""
    if isinstance(said, timedelta):
        return said
    found = _SPAN.fullmatch(said)
    if found is None:
        raise typer.BadParameter("a whole number with h, d or w, such as 3d")
    return int(found[1]) * _UNITS[found[2]]
