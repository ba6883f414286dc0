"""Which place lies in which."""

import pytest

from lineage.policy.regions import EU_MEMBERS, enclosing, lies_in


@pytest.mark.parametrize(
    ("region", "places"),
    [
        ("US", ("US",)),
        ("US-CA", ("US-CA", "US")),
        ("EU", ("EU",)),
        ("DE", ("DE", "EU")),
        ("DE-BE", ("DE-BE", "DE", "EU")),
        ("PRC", ("PRC",)),
        ("CN-GD", ("CN-GD", "PRC")),
        ("HK", ("HK",)),
        ("GB", ("GB",)),
        ("NO", ("NO",)),
    ],
)
def test_a_part_lies_in_its_country_and_a_member_in_the_union(
    region: str, places: tuple[str, ...]
) -> None:
    """The smallest first; Hong Kong has a code and a law of its own."""
    assert enclosing(region) == places
    assert all(lies_in(region, place) for place in places)


def test_nothing_lies_in_its_part() -> None:
    """A country is not in its state, the union not in its member."""
    assert not lies_in("US", "US-CA")
    assert not lies_in("EU", "DE")
    assert not lies_in("CA", "US-CA")


def test_the_union_has_its_members() -> None:
    """Twenty-seven."""
    assert len(EU_MEMBERS) == 27
