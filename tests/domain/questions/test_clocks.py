"""What holds a clock up and what extends it, for clocks as a policy may have them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.domain.questions.deadlines import Limits, limits
from lineage.policy.kinds.requests import IdentityCheck, RequestClock
from lineage.policy.loader import load_library
from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from tests.domain.questions.steps import asked, day, limits_of, step
from tests.support.histories import Given, history

_LIBRARY = load_library()
_VECTORS = [
    case
    for case in json.loads(
        (Path(__file__).parents[2] / "vectors" / "deadlines" / "cases.json").read_text("utf-8")
    )["cases"]
    if case["regime"] in ("GDPR-12-3", "CCPA-delete")
]


def _regime(controller: str, rule: Rule, *others: Rule) -> Policy:
    policy = _LIBRARY.in_force(controller, date(2026, 1, 1))
    # Not a copy, which would keep what the policy has worked out of its own rules.
    return Policy.model_construct(**(dict(policy) | {"rules": (rule, *others)}))


def _clock(**fields: Any) -> RequestClock:
    head = {"kind": "request_clock", "rule": "D-99", "basis": "default", "says": "By then."}
    return RequestClock.model_validate(head | {"rights": ["access"]} | fields)


def _under(policy: Policy, steps: Given, *, at: str = "2027-01-01") -> Limits:
    return limits(lambda _: policy, history(policy.id, steps, at=at), "r")


def test_pauses_stop_a_clock_that_lets_itself_be_stopped() -> None:
    """What was left when a clock stopped runs on from where it was resumed."""
    steps = [
        asked("access"),
        step("request_paused", "2026-09-03"),
        step("request_paused", "2026-09-04"),
        step("request_resumed", "2026-09-10"),
        step("request_resumed", "2026-09-11"),
    ]
    for unit, limit, plain, paused in (
        ("calendar_day", 10, "2026-09-11", "2026-09-18"),
        ("working_day", 5, "2026-09-08", "2026-09-15"),
        ("month", 1, "2026-10-01", "2026-10-08"),
    ):
        clock = _clock(unit=unit, limit=limit)
        assert _under(_regime("senro", clock), steps).reply_by == day(plain)
        clock = _clock(unit=unit, limit=limit, pausable=True)
        assert _under(_regime("senro", clock), steps).reply_by == day(paused)
    hours = _regime("senro", _clock(unit="hour", limit=72, pausable=True))
    assert _under(hours, steps).reply_by == datetime(2026, 9, 11, tzinfo=UTC)
    late = [asked("access"), step("request_paused", "2026-09-20")]
    assert _under(hours, late).reply_by == datetime(2026, 9, 4, tzinfo=UTC)


def test_a_pause_lasts_until_now_and_one_before_the_start_is_none() -> None:
    """While it lasts, the limit moves with the day; nothing is overdue meanwhile."""
    policy = _regime("senro", _clock(unit="calendar_day", limit=10, pausable=True))
    steps = [asked("access"), step("request_paused", "2026-09-05")]
    found = _under(policy, steps, at="2026-12-01")
    assert (found.reply_by, found.overdue) == (date(2026, 12, 7), ())
    after = [asked("access"), step("request_paused", "2026-09-20")]
    assert _under(policy, after).overdue == ("reply_by",)
    before = [
        asked("access"),
        step("request_paused", "2026-08-01"),
        step("request_resumed", "2026-08-20"),
    ]
    assert _under(policy, before).reply_by == date(2026, 9, 11)


def test_a_proof_of_identity_stops_the_clock_where_the_policy_lets_it() -> None:
    """From the demand to the proof; a pause within it is not counted twice."""
    check = IdentityCheck(
        kind="identity_check",
        rule="D-98",
        basis="default",
        says="Proof first.",
        rights=("access",),
        stops_clock=True,
    )
    policy = _regime("senro", _clock(unit="calendar_day", limit=10, pausable=True), check)
    steps = [
        asked("access"),
        step("identity_verification_requested", "2026-09-03"),
        step("request_paused", "2026-09-05"),
        step("request_resumed", "2026-09-06"),
        step("identity_verified", "2026-09-08"),
    ]
    assert _under(policy, steps).reply_by == date(2026, 9, 16)


@pytest.mark.parametrize(
    ("until", "told", "outcome"),
    [
        ("2026-10-20", "2026-09-10", "2026-10-20"),
        ("2026-12-31", "2026-09-10", "2026-12-01"),
        ("2026-12-01", "2026-10-01", "2026-12-01"),
        ("2026-12-01", "2026-10-02", "2026-10-01"),
        ("2026-09-15", "2026-09-10", "2026-10-01"),
    ],
)
def test_an_extension_within_what_the_policy_allows(until: str, told: str, outcome: str) -> None:
    """It counts where it is told before the limit, never shortens one, and has an end."""
    extension = {"unit": "month", "limit": 3}
    policy = _regime("senro", _clock(step="outcome", unit="month", limit=1, extension=extension))
    extended = step("request_extended", told, until=date.fromisoformat(until), reason="complex")
    assert _under(policy, [asked("access"), extended]).outcome_by == day(outcome)
    strict = _regime("senro", _clock(step="outcome", unit="month", limit=1))
    assert _under(strict, [asked("access"), extended]).outcome_by == date(2026, 10, 1)


@pytest.mark.parametrize(
    "case", _VECTORS, ids=lambda case: f"{case['regime']}-{case['received_on']}"
)
def test_regimes_of_law(case: dict[str, str]) -> None:
    """Months and days of published regimes, their extension and their weekends come out as told."""
    months = case["regime"] == "GDPR-12-3"
    limit, longest, unit = (1, 3, "month") if months else (45, 90, "calendar_day")
    for roll, plain, late in (
        ("none", "calendar_due" if months else "due", "extended_calendar_due"),
        ("next_working_day", "due_after_weekend_rule", "extended_due_after_weekend_rule"),
    ):
        if plain not in case:
            continue
        clock = _clock(
            step="outcome",
            unit=unit,
            limit=limit,
            roll=roll,
            extension={"unit": unit, "limit": longest},
        )
        policy = _regime("senro", clock)
        received = case["received_on"]
        assert _under(policy, [asked("access", received)]).outcome_by == day(case[plain])
        extended = step("request_extended", received, until=date(2099, 1, 1), reason="complex")
        found = _under(policy, [asked("access", received), extended])
        assert found.outcome_by == day(case[late if months else "extended_due"])


def test_a_triage_in_days_and_an_outcome_that_waits_for_none() -> None:
    """A triage may be due by a day; without one the outcome counts from the receipt."""
    after = _clock(step="outcome", start="triage", unit="working_day", limit=1)
    triage = _clock(step="triage", unit="calendar_day", limit=3)
    found = _under(_regime("senro", after, triage), [asked("access")])
    assert (found.triage_by, found.outcome_by) == (date(2026, 9, 4), date(2026, 9, 7))
    assert _under(_regime("senro", after), [asked("access")]).outcome_by == date(2026, 9, 2)


def test_configured_holidays_count() -> None:
    """A day off of the policy's calendar moves limits in working days and no others."""
    labour_day = date(2026, 9, 7)
    for controller, reply in (("sesiiduo", "2026-09-11"), ("easydser", "2026-09-16")):
        policy = _LIBRARY.in_force(controller, date(2026, 1, 1))
        calendar = policy.calendar.model_copy(update={"holidays": (labour_day,)})
        closed = policy.model_copy(update={"calendar": calendar})
        assert _under(closed, [asked("deletion")]).reply_by == day(reply)


@given(
    controller=st.sampled_from(_LIBRARY.controllers),
    received=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    later=st.integers(min_value=0, max_value=30),
)
def test_order_of_dates(controller: str, received: date, later: int) -> None:
    """Target before reply, reply not after outcome, and a later request is never due earlier."""
    first = limits_of(controller, [asked("deletion", received.isoformat())], at="2101-01-01")
    other = (received + timedelta(days=later)).isoformat()
    second = limits_of(controller, [asked("deletion", other)], at="2101-01-01")
    assert first.reply_by is not None
    assert second.reply_by is not None
    assert received < (first.reply_target or first.reply_by) <= first.reply_by
    assert first.outcome_by is None or first.reply_by <= first.outcome_by
    assert first.reply_by <= second.reply_by
