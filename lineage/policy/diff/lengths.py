"""Which of two lengths of time is the longer, where that is certain whatever day they start on."""

from collections.abc import Mapping
from math import inf
from typing import Any, Final

_WEEK: Final = 5
_WEEKEND: Final = 2
# The fewest and the most calendar days that one unit takes.
_DAYS: Final[Mapping[str, tuple[float, float]]] = {
    "hour": (1 / 24, 1 / 24),
    "calendar_day": (1, 1),
    "month": (28, 31),
    "year": (365, 366),
}


def is_longer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the first ends later than the second, from whatever day both count.

    Lengths of one unit compare by their number. Of two units neither may be certainly longer:
    holidays have no limit, and months are not alike.
    """
    if one["unit"] == other["unit"]:
        return bool(one["limit"] > other["limit"])
    return _range(one)[0] > _range(other)[1]


def _range(length: Mapping[str, Any]) -> tuple[float, float]:
    """The fewest and the most calendar days; a count of 0 is the first day itself."""
    limit = length["limit"]
    if length["unit"] != "working_day":
        few, many = _DAYS[length["unit"]]
        return limit * few, limit * many
    if limit == 0:
        return 0, 0
    return limit + _WEEKEND * ((limit - 1) // _WEEK), inf
