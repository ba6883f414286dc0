"""By when each right of each policy is answered, what is overdue, what holds a clock up."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from tests.support.histories import Given, history, policy_at

_LIBRARY = load_library()
_TUESDAY = "2026-09-01"
_VECTORS = [
    case
    for case in json.loads(
        (Path(__file__).parents[2] / "vectors" / "deadlines" / "cases.json").read_text("utf-8")
    )["cases"]
    if case["regime"] in ("GDPR-12-3", "CCPA-delete")
]


def _asked(right: str, at: str = _TUESDAY, **more: Any) -> dict[str, Any]:
    if right == "cancellation":
        return {
            "type": "account_cancellation_requested",
            "at": at,
            "subject": "p",
            "request_id": "r",
        }
    return {
        "type": "request_received",
        "at": at,
        "subject": "p",
        "request_id": "r",
        "right": right,
        **more,
    }


def _step(name: str, at: str, **more: Any) -> dict[str, Any]:
    return {"type": name, "at": at, "subject": "p", "request_id": "r", **more}


def _limits(controller: str, steps: Given, *, at: str = "2027-01-01") -> Limits:
    return limits(policy_at(controller), history(controller, steps, at=at), "r")


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("controller", "right", "target", "reply", "outcome"),
    [
        ("sesiiduo", "deletion", "2026-09-08", "2026-09-10", None),
        ("sesiiduo", "access", "2026-09-08", "2026-09-10", None),
        ("sesiiduo", "correction", "2026-09-08", "2026-09-10", None),
        ("sesiiduo", "copy", None, None, None),
        ("sesiiduo", "cancellation", None, None, None),
        ("seestar", "deletion", None, "2026-09-22", None),
        ("seestar", "access", "2026-09-04", "2026-09-22", None),
        ("seestar", "correction", "2026-09-04", "2026-09-22", None),
        ("seestar", "copy", None, None, None),
        ("seestar", "cancellation", None, None, None),
        ("seestar", "complaint", None, None, None),
        ("store-002", "deletion", None, "2026-09-22", "2026-10-13"),
        ("store-002", "correction", None, "2026-09-22", "2026-10-13"),
        ("store-002", "access", None, "2026-09-22", "2026-09-24"),
        ("store-002", "download", None, None, "2026-09-24"),
        ("store-002", "enquiry", None, None, "2026-09-24"),
        ("store-002", "cancellation", None, None, None),
        ("senro", "deletion", None, "2026-09-15", "2026-09-15"),
        ("senro", "cancellation", None, "2026-09-15", "2026-09-15"),
        ("senro", "access", None, "2026-09-15", None),
        ("senro", "correction", None, None, None),
        ("easydser", "deletion", None, "2026-09-16", None),
        ("easydser", "access", None, "2026-09-16", None),
        ("easydser", "correction", None, "2026-09-16", None),
        ("easydser", "copy", None, None, None),
        ("easydser", "cancellation", None, None, None),
    ],
)
def test_worked_dates(
    controller: str, right: str, target: str | None, reply: str | None, outcome: str | None
) -> None:
    """Each right of each policy has the dates that were worked out by hand, or none."""
    found = _limits(controller, [_asked(right)])
    assert (found.reply_target, found.reply_by) == (_day(target), _day(reply))
    assert found.outcome_by == _day(outcome)


@pytest.mark.parametrize("right", ["copy", "cancellation"])
def test_a_clock_that_starts_with_the_check_of_identity(right: str) -> None:
    """It runs from the proof, counted from the receipt where that came later."""
    verified = _step("identity_verified", "2026-09-03")
    found = _limits("sesiiduo", [_asked(right), verified])
    assert (found.reply_target, found.reply_by) == (date(2026, 9, 10), date(2026, 9, 14))
    early = _limits("sesiiduo", [_asked(right), _step("identity_verified", "2026-08-20")])
    assert early.reply_by == date(2026, 9, 10)
    assert _limits("sesiiduo", [_asked(right)]).overdue == ()


def test_an_identity_check_stops_no_other_clock() -> None:
    """A deletion request runs from its receipt, whatever is asked of its sender (D-03)."""
    steps = [
        _asked("deletion"),
        _step("identity_verification_requested", "2026-09-02"),
        _step("identity_verified", "2026-09-09"),
    ]
    for controller, reply in (
        ("sesiiduo", "2026-09-10"),
        ("seestar", "2026-09-22"),
        ("store-002", "2026-09-22"),
        ("senro", "2026-09-15"),
        ("easydser", "2026-09-16"),
    ):
        assert _limits(controller, steps).reply_by == _day(reply)


def test_the_reply_channel_and_the_rules() -> None:
    """A copy goes by email, nothing else has a channel; each limit names its rule."""
    copy = _limits("sesiiduo", [_asked("copy"), _step("identity_verified", _TUESDAY)])
    assert copy.reply_channel == "email"
    assert copy.rules == dict.fromkeys(("reply_by", "reply_target", "reply_channel"), "000.K.3")
    assert _limits("sesiiduo", [_asked("access")]).reply_channel is None
    access = _limits("store-002", [_asked("access")])
    assert access.rules == {
        "triage_by": "002.K.1",
        "reply_by": "002.K.2",
        "outcome_by": "002.K.1",
    }
    assert _limits("senro", [_asked("deletion")]).rules == {
        "reply_by": "D-09",
        "outcome_by": "D-09",
    }


@pytest.mark.parametrize(
    ("triaged", "outcome", "rule"),
    [
        ("2026-09-01T12:00:00Z", "2026-09-22", "002.K.1"),
        ("2026-09-03", "2026-09-24", "002.K.1"),
        ("2026-09-21", "2026-10-12", "002.K.1"),
        ("2026-09-23", "2026-10-13", "002.K.2"),
    ],
)
def test_access_under_two_clocks(triaged: str, outcome: str, rule: str) -> None:
    """15 working days after the triage, or 30 after the receipt: the earlier (D-29)."""
    found = _limits("store-002", [_asked("access"), _step("request_triaged", triaged)])
    assert (found.outcome_by, found.rules["outcome_by"]) == (_day(outcome), rule)
    assert found.reply_by == date(2026, 9, 22)


def test_triage_runs_through_a_weekend() -> None:
    """48 hours from Friday 09:00 are over on Sunday 09:00, and the outcome counts from there."""
    steps = [_asked("enquiry", "2026-09-04T09:00:00Z")]
    found = _limits("store-002", steps)
    assert found.triage_by == datetime(2026, 9, 6, 9, tzinfo=UTC)
    assert found.outcome_by == date(2026, 9, 25)
    assert _limits("store-002", steps, at="2026-09-06T09:00:00Z").overdue == ()
    assert _limits("store-002", steps, at="2026-09-06T09:00:01Z").overdue == ("triage_by",)
    triaged = [*steps, _step("request_triaged", "2026-09-06T10:00:00Z")]
    assert _limits("store-002", triaged, at="2026-09-07").overdue == ()


def test_a_triage_finds_out_what_was_asked_for() -> None:
    """An enquiry that turns out to be a request for deletion has the clocks of one from then on."""
    steps = [_asked("enquiry"), _step("request_triaged", "2026-09-02", right="deletion")]
    found = _limits("store-002", steps)
    assert (found.reply_by, found.outcome_by) == (date(2026, 9, 22), date(2026, 10, 13))
    assert found.triage_by == datetime(2026, 9, 3, tzinfo=UTC)
    unsaid = _limits("store-002", [_asked("enquiry"), _step("request_triaged", "2026-09-02")])
    assert (unsaid.reply_by, unsaid.outcome_by) == (None, date(2026, 9, 23))


_REPLY, _BOTH = ("reply_by",), ("reply_by", "outcome_by")


@pytest.mark.parametrize(
    ("controller", "right", "then", "at", "overdue"),
    [
        ("sesiiduo", "deletion", [], "2026-09-10T23:59:59Z", ()),
        ("sesiiduo", "deletion", [], "2026-09-11", _REPLY),
        ("sesiiduo", "deletion", ["request_responded"], "2026-09-11", _REPLY),
        ("sesiiduo", "deletion", ["accepted"], "2026-09-11", ()),
        ("sesiiduo", "deletion", ["refused"], "2026-09-11", ()),
        ("sesiiduo", "deletion", ["request_withdrawn"], "2026-09-11", ()),
        ("sesiiduo", "access", ["request_responded"], "2026-09-11", ()),
        ("seestar", "deletion", ["request_responded"], "2026-09-23", _REPLY),
        ("easydser", "deletion", ["request_responded"], "2026-09-17", _REPLY),
        ("easydser", "access", ["request_responded"], "2026-09-17", ()),
        ("store-002", "deletion", ["request_responded"], "2026-09-23", ()),
        ("store-002", "deletion", ["accepted"], "2026-10-13", ()),
        ("store-002", "deletion", ["accepted"], "2026-10-14", ("outcome_by",)),
        ("store-002", "deletion", ["refused"], "2026-10-14", ()),
        ("store-002", "deletion", ["accepted", "request_completed"], "2026-10-14", ()),
        ("store-002", "deletion", [], "2026-10-14", _BOTH),
        ("senro", "deletion", [], "2026-09-15", ()),
        ("senro", "deletion", [], "2026-09-16", _BOTH),
        ("senro", "cancellation", ["account_cancellation_approved"], "2026-09-16", ("outcome_by",)),
        ("senro", "cancellation", ["account_cancelled"], "2026-09-16", ("outcome_by",)),
        ("senro", "cancellation", [], "2026-09-16", _BOTH),
    ],
)
def test_what_is_overdue(
    controller: str, right: str, then: Sequence[str], at: str, overdue: tuple[str, ...]
) -> None:
    """A limit is overdue from the day after it, until what it is about has been done."""
    steps = [_asked(right)]
    for name in then:
        if name in ("accepted", "refused"):
            steps.append(_step("request_decided", "2026-09-04", outcome=name))
        else:
            steps.append(_step(name, "2026-09-05"))
    assert _limits(controller, steps, at=at).overdue == overdue


def test_a_cancelled_account_answers_its_own_request_only() -> None:
    """What names another request, or came before this one, does not answer it."""
    asked = _asked("cancellation")
    for cancelled in (
        {"type": "account_cancelled", "at": "2026-09-05", "subject": "p", "request_id": "other"},
        {"type": "account_cancelled", "at": "2026-08-05", "subject": "p"},
    ):
        assert _limits("senro", [asked, cancelled], at="2026-09-16").overdue == _BOTH
    now = {"type": "account_cancelled", "at": "2026-09-05", "subject": "p"}
    assert _limits("senro", [asked, now], at="2026-09-16").overdue == ("outcome_by",)


def test_what_is_not_on_record_has_no_limits() -> None:
    """Neither an id that nobody has heard of nor a step without its receipt."""
    assert _limits("sesiiduo", []) == Limits()
    assert _limits("sesiiduo", [_step("request_triaged", _TUESDAY)]) == Limits()


def _regime(controller: str, rule: Rule, *others: Rule) -> Policy:
    policy = _LIBRARY.in_force(controller, date(2026, 1, 1))
    return policy.model_copy(update={"rules": (rule, *others)}, deep=True)


def _clock(**fields: Any) -> RequestClock:
    head = {"kind": "request_clock", "rule": "D-99", "basis": "default", "says": "By then."}
    return RequestClock.model_validate(head | {"rights": ["access"]} | fields)


def _under(policy: Policy, steps: Given, *, at: str = "2027-01-01") -> Limits:
    return limits(lambda _: policy, history(policy.id, steps, at=at), "r")


def test_pauses_stop_a_clock_that_lets_itself_be_stopped() -> None:
    """What was left when a clock stopped runs on from where it was resumed."""
    steps = [
        _asked("access"),
        _step("request_paused", "2026-09-03"),
        _step("request_paused", "2026-09-04"),
        _step("request_resumed", "2026-09-10"),
        _step("request_resumed", "2026-09-11"),
    ]
    for unit, limit, plain, paused in (
        ("calendar_day", 10, "2026-09-11", "2026-09-18"),
        ("working_day", 5, "2026-09-08", "2026-09-15"),
        ("month", 1, "2026-10-01", "2026-10-08"),
    ):
        clock = _clock(unit=unit, limit=limit)
        assert _under(_regime("senro", clock), steps).reply_by == _day(plain)
        clock = _clock(unit=unit, limit=limit, pausable=True)
        assert _under(_regime("senro", clock), steps).reply_by == _day(paused)
    hours = _regime("senro", _clock(unit="hour", limit=72, pausable=True))
    assert _under(hours, steps).reply_by == datetime(2026, 9, 11, tzinfo=UTC)
    late = [_asked("access"), _step("request_paused", "2026-09-20")]
    assert _under(hours, late).reply_by == datetime(2026, 9, 4, tzinfo=UTC)


def test_a_pause_lasts_until_now_and_one_before_the_start_is_none() -> None:
    """While it lasts, the limit moves with the day; nothing is overdue meanwhile."""
    policy = _regime("senro", _clock(unit="calendar_day", limit=10, pausable=True))
    steps = [_asked("access"), _step("request_paused", "2026-09-05")]
    found = _under(policy, steps, at="2026-12-01")
    assert (found.reply_by, found.overdue) == (date(2026, 12, 7), ())
    after = [_asked("access"), _step("request_paused", "2026-09-20")]
    assert _under(policy, after).overdue == _REPLY
    before = [
        _asked("access"),
        _step("request_paused", "2026-08-01"),
        _step("request_resumed", "2026-08-20"),
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
        _asked("access"),
        _step("identity_verification_requested", "2026-09-03"),
        _step("request_paused", "2026-09-05"),
        _step("request_resumed", "2026-09-06"),
        _step("identity_verified", "2026-09-08"),
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
    extended = _step("request_extended", told, until=date.fromisoformat(until), reason="complex")
    assert _under(policy, [_asked("access"), extended]).outcome_by == _day(outcome)
    strict = _regime("senro", _clock(step="outcome", unit="month", limit=1))
    assert _under(strict, [_asked("access"), extended]).outcome_by == date(2026, 10, 1)


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
        assert _under(policy, [_asked("access", received)]).outcome_by == _day(case[plain])
        extended = _step("request_extended", received, until=date(2099, 1, 1), reason="complex")
        found = _under(policy, [_asked("access", received), extended])
        assert found.outcome_by == _day(case[late if months else "extended_due"])


def test_a_triage_in_days_and_an_outcome_that_waits_for_none() -> None:
    """A triage may be due by a day; without one the outcome counts from the receipt."""
    after = _clock(step="outcome", start="triage", unit="working_day", limit=1)
    triage = _clock(step="triage", unit="calendar_day", limit=3)
    found = _under(_regime("senro", after, triage), [_asked("access")])
    assert (found.triage_by, found.outcome_by) == (date(2026, 9, 4), date(2026, 9, 7))
    assert _under(_regime("senro", after), [_asked("access")]).outcome_by == date(2026, 9, 2)


def test_configured_holidays_count() -> None:
    """A day off of the policy's calendar moves limits in working days and no others."""
    labour_day = date(2026, 9, 7)
    for controller, reply in (("sesiiduo", "2026-09-11"), ("easydser", "2026-09-16")):
        policy = _LIBRARY.in_force(controller, date(2026, 1, 1))
        calendar = policy.calendar.model_copy(update={"holidays": (labour_day,)})
        closed = policy.model_copy(update={"calendar": calendar})
        assert _under(closed, [_asked("deletion")]).reply_by == _day(reply)


@given(
    controller=st.sampled_from(_LIBRARY.controllers),
    received=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    later=st.integers(min_value=0, max_value=30),
)
def test_order_of_dates(controller: str, received: date, later: int) -> None:
    """Target before reply, reply not after outcome, and a later request is never due earlier."""
    first = _limits(controller, [_asked("deletion", received.isoformat())], at="2101-01-01")
    other = (received + timedelta(days=later)).isoformat()
    second = _limits(controller, [_asked("deletion", other)], at="2101-01-01")
    assert first.reply_by is not None
    assert second.reply_by is not None
    assert received < (first.reply_target or first.reply_by) <= first.reply_by
    assert first.outcome_by is None or first.reply_by <= first.outcome_by
    assert first.reply_by <= second.reply_by
