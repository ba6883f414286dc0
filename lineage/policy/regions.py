"""Places: which lies in which. What a policy makes of a place is a rule; no I/O is done here."""

from typing import Final

# fmt: off
EU_MEMBERS: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""The member states, by their codes of ISO 3166-1"""

_PRC: Final = "CN"
"""The code under which parts of the PRC stand in ISO 3166-2; by itself the contract has no CN"""


def enclosing(region: str) -> tuple[str, ...]:
    """The region and every place that it lies in, the smallest first."""
    country, _, part = region.partition("-")
    places = (region,) if part else ()
    if country == _PRC:
        return (*places, "PRC")
    return (*places, country, "EU") if country in EU_MEMBERS else (*places, country)


def lies_in(region: str, place: str) -> bool:
    """Whether a region is a place or lies in it."""
    return place in enclosing(region)
