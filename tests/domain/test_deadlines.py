"""The dates of notices, by the calendar of the policy."""

from datetime import date

import pytest

from lineage.domain.deadlines import last_day, notice_dates
from lineage.policy.loader import load_library
from lineage.policy.model import Policy
from lineage.policy.rule import Clock

_LIBRARY = load_library()
_FRIDAY = date(2026, 5, 15)


def _policy(controller: str) -> Policy:
    return _LIBRARY.in_force(controller, _FRIDAY)


@pytest.mark.parametrize(
    ("controller", "day", "erase_by"),
    [
        ("sesiiduo", date(2026, 3, 16), date(2026, 3, 19)),
        ("sesiiduo", _FRIDAY, date(2026, 5, 20)),
        ("sesiiduo", date(2026, 5, 16), date(2026, 5, 20)),
        ("seestar", _FRIDAY, None),
        ("store-002", _FRIDAY, None),
        ("senro", _FRIDAY, None),
        ("easydser", _FRIDAY, _FRIDAY),
        ("easydser", date(2026, 5, 16), date(2026, 5, 16)),
    ],
)
def test_notice_dates(controller: str, day: date, erase_by: date | None) -> None:
    """Notices go out the same day, Saturdays too; timely is 3 working days, immediately none."""
    assert notice_dates(_policy(controller), day=day) == (day, erase_by)


def test_configured_holidays_count() -> None:
    """A holiday of the policy's calendar moves working-day limits and no calendar-day limit."""
    whit_monday = date(2026, 5, 25)
    for controller, erase in (
        ("sesiiduo", date(2026, 5, 28)),
        ("easydser", date(2026, 5, 22)),
    ):
        policy = _policy(controller)
        calendar = policy.calendar.model_copy(update={"holidays": (whit_monday,)})
        closed = policy.model_copy(update={"calendar": calendar})
        assert notice_dates(closed, day=date(2026, 5, 22)).erase_by == erase


def test_a_clock_rolls_where_its_file_says_so() -> None:
    """A last day that falls on a weekend stays there, or goes on to the next working day."""
    policy = _policy("sesiiduo")
    clock = Clock(
        rule="D-04",
        basis="default",
        says="A month.",
        unit="month",
        limit=1,
        roll="next_working_day",
    )
    assert last_day(policy, clock, date(2026, 1, 31)) == date(2026, 3, 2)
    plain = clock.model_copy(update={"roll": "none"})
    assert last_day(policy, plain, date(2026, 1, 31)) == date(2026, 2, 28)
