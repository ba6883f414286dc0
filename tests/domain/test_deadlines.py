"""The dates of deletion requests and notices, against the worked dates of the five policies."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.domain.deadlines import notice_dates, request_deadlines
from lineage.policy.loader import load_library
from lineage.policy.model import Policy

_LIBRARY = load_library()
_TUESDAY = date(2026, 9, 1)
_FRIDAY = date(2026, 5, 15)


def _policy(controller: str) -> Policy:
    return _LIBRARY.in_force(controller, _FRIDAY)


@pytest.mark.parametrize(
    ("controller", "received", "target", "reply", "outcome"),
    [
        ("sesiiduo", _TUESDAY, "2026-09-08", "2026-09-10", None),
        ("seestar", _TUESDAY, None, "2026-09-22", None),
        ("store-002", _TUESDAY, None, "2026-09-22", "2026-10-13"),
        ("senro", _TUESDAY, None, "2026-09-15", "2026-09-15"),
        ("easydser", _TUESDAY, None, "2026-09-16", None),
        ("sesiiduo", _FRIDAY, "2026-05-22", "2026-05-26", None),
        ("seestar", _FRIDAY, None, "2026-06-05", None),
        ("store-002", _FRIDAY, None, "2026-06-05", "2026-06-26"),
        ("senro", _FRIDAY, None, "2026-05-29", "2026-05-29"),
        ("easydser", _FRIDAY, None, "2026-05-30", None),
        ("sesiiduo", date(2026, 3, 13), "2026-03-20", "2026-03-24", None),
        ("sesiiduo", date(2026, 2, 20), "2026-02-27", "2026-03-03", None),
        ("easydser", date(2026, 3, 13), None, "2026-03-28", None),
        ("senro", date(2026, 3, 9), None, "2026-03-23", "2026-03-23"),
        ("store-002", date(2026, 3, 2), None, "2026-03-23", "2026-04-13"),
    ],
)
def test_worked_dates(
    controller: str, received: date, target: str | None, reply: str, outcome: str | None
) -> None:
    """Each policy's clock gives the date that was worked out by hand; null where it has none."""
    found = request_deadlines(_policy(controller), right="deletion", received=received)
    assert found.reply_target == (None if target is None else date.fromisoformat(target))
    assert found.reply_by == date.fromisoformat(reply)
    assert found.outcome_by == (None if outcome is None else date.fromisoformat(outcome))


@pytest.mark.parametrize(
    ("controller", "reply_rule", "outcome_rule"),
    [
        ("sesiiduo", "000.F.6", None),
        ("seestar", "001.F.5", None),
        ("store-002", "002.F.3", "002.F.3"),
        ("senro", "D-09", "D-09"),
        ("easydser", "004.F.5", None),
    ],
)
def test_dates_name_their_rules(controller: str, reply_rule: str, outcome_rule: str | None) -> None:
    """A limit says which rule it rests on."""
    found = request_deadlines(_policy(controller), right="deletion", received=_FRIDAY)
    assert (found.reply_rule, found.outcome_rule) == (reply_rule, outcome_rule)


@pytest.mark.parametrize("right", ["access", "correction", "copy", "Deletion", ""])
def test_other_rights_are_refused(right: str) -> None:
    """Clocks of other rights are not guessed from those of deletion."""
    with pytest.raises(ValueError, match="the right deletion"):
        request_deadlines(_policy("store-002"), right=right, received=_FRIDAY)


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
    for controller, reply, erase in (
        ("sesiiduo", date(2026, 5, 27), date(2026, 5, 28)),
        ("easydser", date(2026, 5, 30), date(2026, 5, 22)),
    ):
        policy = _policy(controller)
        calendar = policy.calendar.model_copy(update={"holidays": (whit_monday,)})
        closed = policy.model_copy(update={"calendar": calendar})
        found = request_deadlines(closed, right="deletion", received=_FRIDAY)
        assert found.reply_by == reply
        assert notice_dates(closed, day=date(2026, 5, 22)).erase_by == erase


@given(
    controller=st.sampled_from(_LIBRARY.controllers),
    received=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    later=st.integers(min_value=0, max_value=30),
)
def test_order_of_dates(controller: str, received: date, later: int) -> None:
    """Target before reply, reply not after outcome, and a later request is never due earlier."""
    first = request_deadlines(_policy(controller), right="deletion", received=received)
    assert received < (first.reply_target or first.reply_by) <= first.reply_by
    assert first.outcome_by is None or first.reply_by <= first.outcome_by
    second = request_deadlines(
        _policy(controller), right="deletion", received=received + timedelta(days=later)
    )
    assert first.reply_by <= second.reply_by
