"""By when each right of each policy is answered, what is overdue, what holds a clock up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from lineage.domain.questions.deadlines import Limits
from tests.domain.questions.steps import TUESDAY, asked, day, limits_of, step


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
    found = limits_of(controller, [asked(right)])
    assert (found.reply_target, found.reply_by) == (day(target), day(reply))
    assert found.outcome_by == day(outcome)


@pytest.mark.parametrize("right", ["copy", "cancellation"])
def test_a_clock_that_starts_with_the_check_of_identity(right: str) -> None:
    """It runs from the proof, counted from the receipt where that came later."""
    verified = step("identity_verified", "2026-09-03")
    found = limits_of("sesiiduo", [asked(right), verified])
    assert (found.reply_target, found.reply_by) == (date(2026, 9, 10), date(2026, 9, 14))
    early = limits_of("sesiiduo", [asked(right), step("identity_verified", "2026-08-20")])
    assert early.reply_by == date(2026, 9, 10)
    assert limits_of("sesiiduo", [asked(right)]).overdue == ()


def test_an_identity_check_stops_no_other_clock() -> None:
    """A deletion request runs from its receipt, whatever is asked of its sender (D-03)."""
    steps = [
        asked("deletion"),
        step("identity_verification_requested", "2026-09-02"),
        step("identity_verified", "2026-09-09"),
    ]
    for controller, reply in (
        ("sesiiduo", "2026-09-10"),
        ("seestar", "2026-09-22"),
        ("store-002", "2026-09-22"),
        ("senro", "2026-09-15"),
        ("easydser", "2026-09-16"),
    ):
        assert limits_of(controller, steps).reply_by == day(reply)


def test_the_reply_channel_and_the_rules() -> None:
    """A copy goes by email, nothing else has a channel; each limit names its rule."""
    copy = limits_of("sesiiduo", [asked("copy"), step("identity_verified", TUESDAY)])
    assert copy.reply_channel == "email"
    assert copy.rules == dict.fromkeys(("reply_by", "reply_target", "reply_channel"), "000.K.3")
    assert limits_of("sesiiduo", [asked("access")]).reply_channel is None
    access = limits_of("store-002", [asked("access")])
    assert access.rules == {
        "triage_by": "002.K.1",
        "reply_by": "002.K.2",
        "outcome_by": "002.K.1",
    }
    assert limits_of("senro", [asked("deletion")]).rules == {
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
    found = limits_of("store-002", [asked("access"), step("request_triaged", triaged)])
    assert (found.outcome_by, found.rules["outcome_by"]) == (day(outcome), rule)
    assert found.reply_by == date(2026, 9, 22)


def test_triage_runs_through_a_weekend() -> None:
    """48 hours from Friday 09:00 are over on Sunday 09:00, and the outcome counts from there."""
    steps = [asked("enquiry", "2026-09-04T09:00:00Z")]
    found = limits_of("store-002", steps)
    assert found.triage_by == datetime(2026, 9, 6, 9, tzinfo=UTC)
    assert found.outcome_by == date(2026, 9, 25)
    assert limits_of("store-002", steps, at="2026-09-06T09:00:00Z").overdue == ()
    assert limits_of("store-002", steps, at="2026-09-06T09:00:01Z").overdue == ("triage_by",)
    triaged = [*steps, step("request_triaged", "2026-09-06T10:00:00Z")]
    assert limits_of("store-002", triaged, at="2026-09-07").overdue == ()


def test_a_triage_finds_out_what_was_asked_for() -> None:
    """An enquiry that turns out to be a request for deletion has the clocks of one from then on."""
    steps = [asked("enquiry"), step("request_triaged", "2026-09-02", right="deletion")]
    found = limits_of("store-002", steps)
    assert (found.reply_by, found.outcome_by) == (date(2026, 9, 22), date(2026, 10, 13))
    assert found.triage_by == datetime(2026, 9, 3, tzinfo=UTC)
    unsaid = limits_of("store-002", [asked("enquiry"), step("request_triaged", "2026-09-02")])
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
    steps = [asked(right)]
    for name in then:
        if name in ("accepted", "refused"):
            steps.append(step("request_decided", "2026-09-04", outcome=name))
        else:
            steps.append(step(name, "2026-09-05"))
    assert limits_of(controller, steps, at=at).overdue == overdue


def test_a_cancelled_account_answers_its_own_request_only() -> None:
    """What names another request, or came before this one, does not answer it."""
    received = asked("cancellation")
    for cancelled in (
        {"type": "account_cancelled", "at": "2026-09-05", "subject": "p", "request_id": "other"},
        {"type": "account_cancelled", "at": "2026-08-05", "subject": "p"},
    ):
        assert limits_of("senro", [received, cancelled], at="2026-09-16").overdue == _BOTH
    now = {"type": "account_cancelled", "at": "2026-09-05", "subject": "p"}
    assert limits_of("senro", [received, now], at="2026-09-16").overdue == ("outcome_by",)


def test_what_is_not_on_record_has_no_limits() -> None:
    """Neither an id that nobody has heard of nor a step without its receipt."""
    assert limits_of("sesiiduo", []) == Limits()
    assert limits_of("sesiiduo", [step("request_triaged", TUESDAY)]) == Limits()
