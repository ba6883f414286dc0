"""Whether the text gives a right, by reasons stated and on record, roles and places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lineage.domain.questions.entitlement import Entitlement, entitlement
from tests.support.histories import history, policy_at

Event = Mapping[str, Any]
EVALUATED = Entitlement("not_entitled_by_text", "needs_evaluation", "D-08")


def request(right: str = "deletion", **data: Any) -> Event:
    """The request that is asked about, received on the second of March."""
    head = {"type": "request_received", "at": "2026-03-02", "subject": "p", "request_id": "r"}
    return head | {"right": right} | data


def event(name: str, at: str = "2026-03-01", **data: Any) -> Event:
    """Something else on record of the person."""
    return {"type": name, "at": at, "subject": "p"} | data


def shutdown(at: str, *, permanent: bool) -> Event:
    """The end of the service is announced."""
    data = {"notice_form": "email", "permanent": permanent}
    return {"type": "service_shutdown_announced", "at": at} | data


def asked(controller: str, *given: Event, at: str = "2026-03-10") -> Entitlement:
    """What is answered on a day after all this."""
    return entitlement(policy_at(controller), history(controller, given, at=at), "r")


def entitled(rule: str, state: str = "received") -> Entitlement:
    """The answer where the text gives the right."""
    return Entitlement("entitled", state, rule)


@pytest.mark.parametrize(
    "trigger", ["unlawful_processing", "no_consent", "stopped_using", "account_cancelled"]
)
@pytest.mark.parametrize(
    ("controller", "rule"),
    [("sesiiduo", "000.F.1"), ("seestar", "001.F.1"), ("easydser", "004.F.1")],
)
def test_listed_reasons(controller: str, rule: str, trigger: str) -> None:
    """Each listed reason entitles; for 001 to have stopped using it is only half of one."""
    lacking = controller == "seestar" and trigger == "stopped_using"
    expected = EVALUATED if lacking else entitled(rule)
    assert asked(controller, request(trigger=trigger)) == expected


@pytest.mark.parametrize("controller", ["sesiiduo", "seestar", "easydser"])
@pytest.mark.parametrize("trigger", ["other", None])
def test_a_request_without_a_listed_reason_is_evaluated(
    controller: str, trigger: str | None
) -> None:
    """An officer looks at it first (D-08)."""
    assert asked(controller, request(trigger=trigger)) == EVALUATED


@pytest.mark.parametrize(
    "cancelled",
    [
        [request(trigger="stopped_using", account_cancelled=True)],
        [request(trigger="stopped_using"), event("account_cancelled")],
        [request(trigger="stopped_using"), event("account_cancelled", "2026-03-05")],
        [
            request(trigger="stopped_using"),
            event("account_cancellation_requested", request_id="c"),
            event("account_cancellation_approved", request_id="c"),
        ],
        [request(trigger="other"), event("account_cancelled")],
    ],
)
def test_a_cancelled_account_is_half_of_the_reason(cancelled: list[Event]) -> None:
    """Stated or on record; it implies that the person has stopped using the service (D-08)."""
    assert asked("seestar", *cancelled) == entitled("001.F.1")


@pytest.mark.parametrize(
    "given",
    [
        [event("account_cancelled", "2026-03-20")],
        [event("account_cancellation_requested", request_id="c")],
        [event("account_cancelled", "2026-02-01"), event("user_registered", "2026-02-03")],
        [
            event("account_cancellation_requested", request_id="c"),
            event("request_decided", request_id="c", outcome="refused", ground="trade_secret"),
        ],
    ],
)
def test_an_account_that_is_not_cancelled(given: list[Event]) -> None:
    """Only later, only asked for, refused, or opened again since."""
    assert asked("seestar", request(trigger="stopped_using"), *given) == EVALUATED


@pytest.mark.parametrize(
    ("controller", "severity", "expected"),
    [
        ("easydser", "serious", entitled("004.F.1")),
        ("easydser", "minor", EVALUATED),
        ("easydser", None, EVALUATED),
        ("seestar", "minor", entitled("001.F.1")),
        ("sesiiduo", None, entitled("000.F.1")),
    ],
)
def test_a_breach_of_the_agreement(
    controller: str, severity: str | None, expected: Entitlement
) -> None:
    """One text wants a serious one, two take any; what is not stated is not serious."""
    found = asked(controller, request(trigger="breach_of_agreement", severity=severity))
    assert found == expected


@pytest.mark.parametrize(
    ("stated", "announced", "expected"),
    [
        (True, [], entitled("004.F.1")),
        (False, [], EVALUATED),
        (None, [], EVALUATED),
        (None, [shutdown("2026-03-01", permanent=True)], entitled("004.F.1")),
        (True, [shutdown("2026-03-01", permanent=False)], EVALUATED),
        (
            None,
            [shutdown("2026-02-01", permanent=False), shutdown("2026-03-01", permanent=True)],
            entitled("004.F.1"),
        ),
        (None, [shutdown("2026-03-20", permanent=True)], EVALUATED),
    ],
)
def test_the_end_of_the_service(
    stated: bool | None, announced: list[Event], expected: Entitlement
) -> None:
    """For one text it must have ended for good: as announced, else as the request says."""
    wanted = request(trigger="service_ended", permanent=stated)
    assert asked("easydser", wanted, *announced) == expected
    assert asked("sesiiduo", wanted, *announced) == entitled("000.F.1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([event("user_registered", region="US-CA")], entitled("000.F.2")),
        ([event("user_registered", region="US-TX")], EVALUATED),
        ([event("user_registered")], EVALUATED),
        (
            [
                event("user_registered", "2026-01-01", region="US-CA"),
                event("user_registered", region="US-TX"),
            ],
            EVALUATED,
        ),
        ([event("user_registered", "2026-03-20", region="US-CA")], EVALUATED),
    ],
)
def test_people_in_california_need_no_reason(given: list[Event], expected: Entitlement) -> None:
    """As last registered."""
    assert asked("sesiiduo", request(trigger="other"), *given) == expected


def test_who_says_to_live_in_california() -> None:
    """The request may state it, and only one text asks."""
    stated = request(trigger="other", california_resident=True)
    assert asked("sesiiduo", stated) == entitled("000.F.2")
    assert asked("seestar", stated) == EVALUATED
    assert asked("easydser", stated) == EVALUATED


@pytest.mark.parametrize(
    ("controller", "rule"), [("sesiiduo", "D-37"), ("senro", "D-37"), ("easydser", "D-37")]
)
def test_a_person_whose_data_came_through_an_account(controller: str, rule: str) -> None:
    """Rights are the user's; the request is honoured all the same, once identified."""
    wanted = request(trigger="no_consent", requester_role="third_party_subject")
    honoured = Entitlement("not_entitled_by_text", "received", rule)
    assert asked(controller, wanted) == honoured
    verified = event("identity_verified", "2026-03-03", request_id="r")
    assert asked(controller, wanted, verified).state == "verified"
    guardian = request(trigger="no_consent", requester_role="guardian")
    assert asked("sesiiduo", guardian) == entitled("000.F.1")


def test_texts_without_a_list_of_reasons() -> None:
    """002 deletes on request; 003 gives no right but for two kinds of data, and accepts (D-09)."""
    assert asked("store-002", request(trigger="other")) == entitled("002.F.1")
    accepted = Entitlement("not_entitled_by_text", "received", "D-09")
    assert asked("senro", request(trigger="no_consent")) == accepted
    assert asked("senro", request(categories=["cookie_id"])) == entitled("003.F.1")
    assert asked("senro", request(categories=["cookie_id", "email"])) == accepted


@pytest.mark.parametrize(
    ("controller", "right", "rule"),
    [
        ("sesiiduo", "access", "000.K.1"),
        ("sesiiduo", "correction", "000.K.2"),
        ("sesiiduo", "copy", "000.K.3"),
        ("sesiiduo", "explanation", None),
        ("seestar", "access", "001.K.1"),
        ("seestar", "correction", "001.K.2"),
        ("seestar", "explanation", "001.K.3"),
        ("seestar", "copy", None),
        ("store-002", "access", "002.K.2"),
        ("store-002", "download", "002.K.1"),
        ("store-002", "enquiry", "002.K.1"),
        ("store-002", "complaint", "002.K.3"),
        ("store-002", "copy", None),
        ("senro", "access", "003.K.1"),
        ("senro", "correction", "003.K.2"),
        ("senro", "complaint", None),
        ("easydser", "access", "004.K.1"),
        ("easydser", "explanation", "004.K.4"),
        ("easydser", "copy", None),
    ],
)
def test_other_rights(controller: str, right: str, rule: str | None) -> None:
    """Entitled by the rule that gives the right; where the text is silent, by none."""
    verdict = "not_entitled_by_text" if rule is None else "entitled"
    assert asked(controller, request(right)) == Entitlement(verdict, "received", rule)


def test_california_has_a_right_to_see() -> None:
    """It is a rule of its own there."""
    assert asked("sesiiduo", request("access", california_resident=True)).rule == "000.K.4"


def test_a_cancellation_as_a_request() -> None:
    """Four texts speak of it; 003 is silent, and takes it for a request for deletion (D-07)."""
    given = event("account_cancellation_requested", "2026-03-02", request_id="r")
    for controller, rule in (("sesiiduo", "000.G.1"), ("seestar", "001.G.1"), ("senro", "D-09")):
        assert asked(controller, given).rule == rule


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([("request_decided", {"outcome": "accepted"})], "accepted"),
        ([("request_decided", {"outcome": "partly"})], "partly"),
        ([("request_decided", {"outcome": "refused"})], "refused"),
        ([("request_withdrawn", {})], "withdrawn"),
        ([("request_withdrawn", {}), ("request_decided", {"outcome": "accepted"})], "accepted"),
        ([("identity_verified", {})], "verified"),
        ([("identity_verified", {}), ("request_triaged", {})], "triaged"),
    ],
)
def test_states(steps: list[tuple[str, dict[str, Any]]], state: str) -> None:
    """The furthest step; a request to be evaluated stays that until it is decided."""
    given = [
        event(name, f"2026-03-0{n}", request_id="r", **d) for n, (name, d) in enumerate(steps, 3)
    ]
    assert asked("store-002", request(), *given).state == state
    evaluated = asked("seestar", request(trigger="other"), *given).state
    assert evaluated == ("needs_evaluation" if state in ("verified", "triaged") else state)


def test_nothing_on_record() -> None:
    """Neither an unknown id nor a step without its receipt has anything to rest on."""
    nothing = Entitlement("not_entitled_by_text", "received", None)
    assert asked("sesiiduo") == nothing
    assert asked("sesiiduo", event("identity_verified", request_id="r")) == nothing


def test_a_triage_tells_what_was_asked_for() -> None:
    """An enquiry that turns out to be a complaint is handled as one."""
    triaged = event("request_triaged", "2026-03-03", request_id="r", right="complaint")
    assert asked("store-002", request("enquiry"), triaged) == entitled("002.K.3", "triaged")
