"""How old a person was, from what was declared or found out."""

from __future__ import annotations

import pytest

from lineage.domain.history.minors import Minority
from tests.support.histories import Given, history, moment, policy_at

BORN: Given = [
    {"type": "user_registered", "at": "2026-06-01", "subject": "k1", "birth_date": "2012-06-15"}
]
BAND: Given = [
    {"type": "user_registered", "at": "2026-06-01", "subject": "k1", "age_band": "under_14"}
]
ADULT: Given = [
    {"type": "user_registered", "at": "2026-06-01", "subject": "k1", "age_band": "adult"}
]
FOUND: Given = [
    {
        "type": "minor_identified",
        "at": "2026-06-01",
        "subject": "k1",
        "age": 13,
        "found_by": "self",
        "guardian_consent": "none",
    }
]
UNBORN: Given = [
    {"type": "user_registered", "at": "2026-06-01", "subject": "k1", "birth_date": "9999-12-31"}
]
ANCIENT: Given = [
    {
        "type": "minor_identified",
        "at": "2026-06-01",
        "subject": "k1",
        "age": 2_147_483_648,
        "found_by": "self",
        "guardian_consent": "none",
    }
]


@pytest.mark.parametrize(
    ("given", "age", "day", "expected"),
    [
        (BORN, 14, "2026-06-14", True),
        (BORN, 14, "2026-06-15", False),
        (BORN, 18, "2030-06-14", True),
        (BORN, 18, "2030-06-15", False),
        (BAND, 14, "2026-06-01", True),
        (BAND, 18, "2026-06-01", True),
        (BAND, 13, "2026-06-01", None),
        (ADULT, 18, "2026-06-01", False),
        (FOUND, 14, "2026-06-01", True),
        (FOUND, 14, "2026-05-01", True),
        (FOUND, 14, "2026-06-02", None),
        (FOUND, 14, "2027-06-01", False),
        (FOUND, 13, "2026-06-01", False),
        (FOUND, 13, "2026-05-01", None),
        (FOUND, 18, "2030-05-31", True),
        (FOUND, 18, "2030-06-02", None),
        ([], 18, "2026-06-01", None),
        (UNBORN, 18, "2026-06-01", True),
        ([*UNBORN, *FOUND], 18, "2026-06-01", True),
        (ANCIENT, 18, "2026-06-01", False),
        ([*UNBORN, *ANCIENT], 18, "2026-06-01", False),
    ],
)
def test_an_age_is_known_as_far_as_the_record_tells(
    given: Given, age: int, day: str, expected: bool | None
) -> None:
    """A birth date tells every day; an age that was found leaves a year open, in one direction.
    What cannot be is judged like anything else that is on record.
    """
    found = history("easydser", given, at="2031-01-01")
    minority = Minority(policy_at("easydser")(found.as_of), found)
    assert minority.under(age, (moment(day), 3)) is expected
