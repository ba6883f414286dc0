"""Tests of requests and notices as they fold: decisions, withdrawals, answers, rounds."""

from typing import Any

import pytest

from lineage.domain.facts import (
    AUTHENTICATED,
    CHANNEL_SOURCE,
    CLAIMED,
    Notice,
    NoticeState,
    Recorded,
    Request,
)
from lineage.domain.planning.causes import is_accepted
from tests.properties.people import OTHER_REF, REF, at, erased, facts_of, told

RECEIVED = told("request_received", 1, request_id="q", right="deletion", categories=["name"])


def decided(day: float, outcome: str = "accepted", **more: Any) -> Recorded:
    """A decision on the request."""
    return told("request_decided", day, request_id="q", outcome=outcome, **more)


def withdrawn(day: float) -> Recorded:
    """The person withdraws the request."""
    return told("request_withdrawn", day, request_id="q")


def the_request(*events: Recorded) -> Request:
    """The one request that the events fold to."""
    (request,) = facts_of(*events).requests
    return request


def test_a_request_is_what_was_received_first() -> None:
    """Received twice under one id, the earliest receipt counts with what it asked for."""
    again = told("request_received", 3, request_id="q", right="access")
    request = the_request(again, RECEIVED)
    assert (request.right, request.received_at, request.categories) == (
        "deletion",
        at(1),
        ("name",),
    )
    assert (request.decided_at, request.outcome, request.withdrawn_at) == (None, None, None)
    assert not is_accepted(request)


def test_the_earliest_decision_wins() -> None:
    """A later decision changes nothing, whichever was recorded first."""
    events = [
        decided(5, "refused", ground="malice_or_abuse", recorded=2),
        RECEIVED,
        decided(3, "partly", held=["phone", "email"], recorded=9),
    ]
    request = the_request(*events)
    assert (request.outcome, request.decided_at, request.decided_recorded_at) == (
        "partly",
        at(3),
        at(9),
    )
    assert (request.ground, set(request.held)) == (None, {"phone", "email"})
    assert is_accepted(request)


@pytest.mark.parametrize(
    ("events", "accepted"),
    [
        ([decided(2)], True),
        ([decided(2, "partly")], True),
        ([decided(2, "refused")], False),
        ([withdrawn(2)], False),
        ([decided(2), withdrawn(3)], True),
        ([withdrawn(2), decided(3)], False),
        ([withdrawn(2), decided(2)], False),
        ([withdrawn(1)], False),
    ],
)
def test_a_withdrawal_stops_what_was_not_decided_yet(
    events: list[Recorded], accepted: bool
) -> None:
    """Withdrawn before or at the decision, or at the receipt, a request is not accepted."""
    assert is_accepted(the_request(RECEIVED, *events)) is accepted


def test_a_decision_may_come_before_its_request_is_known() -> None:
    """A request that was only decided so far is on record under the decision's id and person."""
    request = the_request(
        told("request_decided", 2, ref=OTHER_REF, request_id="q", outcome="refused")
    )
    assert (request.ref, request.received_at, request.outcome) == (OTHER_REF, None, "refused")
    whole = the_request(
        told("request_decided", 2, ref=OTHER_REF, request_id="q", outcome="refused"), RECEIVED
    )
    assert (whole.ref, whole.received_at) == (REF, at(1))


def test_a_cancellation_of_the_account_is_a_request_that_an_approval_accepts() -> None:
    """The cancellation's id names it; approval is its decision."""
    asked = told("account_cancellation_requested", 1, request_id="q")
    approved = told("account_cancellation_approved", 4, request_id="q")
    request = the_request(approved, asked)
    assert (request.right, request.received_at, request.decided_at) == (
        "cancellation",
        at(1),
        at(4),
    )
    assert is_accepted(request)


# --- notices


def planned(day: float, notice_id: str = "n", *categories: str, **more: Any) -> Recorded:
    """A notice is planned."""
    fields: dict[str, Any] = {
        "notice_id": notice_id,
        "request_id": "q",
        "recipient": "Cart",
        "categories": list(categories or ("name", "email")),
        "duty": "policy",
        "rule": "000.F.3",
        "send_by": "2026-03-03",
        "round": 1,
    }
    return told("notice_planned", day, **(fields | more))


def notified(day: float, **more: Any) -> Recorded:
    """The recipient was told."""
    fields: dict[str, Any] = {
        "request_id": "q",
        "notice_id": "n",
        "recipient": "Cart",
        "categories": ["name", "email"],
        "duty": "policy",
    }
    return told("recipient_notified", day, **(fields | more))


def answer(name: str, day: float, **more: Any) -> Recorded:
    """The recipient answers on notice n."""
    fields: dict[str, Any] = {"request_id": "q", "notice_id": "n", "recipient": "Cart"}
    return told(f"recipient_{name}", day, **(fields | more))


def the_notice(*events: Recorded) -> Notice:
    """The one notice that the events fold to."""
    (notice,) = facts_of(*events).notices
    return notice


BOTH = {"categories": ["name", "email"]}
S = NoticeState
STATES: list[tuple[list[Recorded], NoticeState]] = [
    ([], S.PLANNED),
    ([notified(2)], S.SENT),
    ([notified(2), answer("acknowledged", 3)], S.ACKNOWLEDGED),
    ([notified(2), answer("working", 3)], S.WORKING),
    ([notified(2), answer("working", 3), answer("acknowledged", 4)], S.WORKING),
    ([answer("working", 2), notified(3)], S.WORKING),
    ([notified(2), answer("deleted", 3, **BOTH)], S.ERASED),
    ([notified(2), answer("deleted", 3, **BOTH), answer("acknowledged", 4)], S.ERASED),
    ([notified(2), answer("deleted", 3, categories=["name"])], S.SENT),
    (
        [notified(2), answer("working", 3), answer("deleted", 4, categories=["name"])],
        S.WORKING,
    ),
    (
        [
            notified(2),
            answer("deleted", 3, categories=["name"]),
            answer("deleted", 4, categories=["email"]),
        ],
        S.ERASED,
    ),
    ([answer("deleted", 3, categories=["phone"])], S.PLANNED),
    ([notified(2), answer("declined", 3, reason="law")], S.KEPT_BY_LAW),
    ([notified(2), answer("declined", 3, reason="independent_authorisation")], S.REFUSED),
    ([notified(2), answer("declined", 3, reason="other")], S.AWAITING_PERSON),
    ([notified(2), answer("declined", 3, reason="unreachable")], S.UNREACHABLE),
    (
        [answer("declined", 3, reason="unreachable"), answer("declined", 4, reason="law")],
        S.KEPT_BY_LAW,
    ),
    (
        [answer("declined", 3, reason="law"), answer("declined", 4, reason="unreachable")],
        S.KEPT_BY_LAW,
    ),
    ([answer("declined", 3, reason="unreachable"), answer("deleted", 4, **BOTH)], S.ERASED),
    ([notified(2), answer("declined", 3, reason="law", categories=["name"])], S.SENT),
    (
        [
            notified(2),
            answer("declined", 3, reason="law", categories=["name"]),
            answer("deleted", 4, categories=["email"]),
        ],
        S.KEPT_BY_LAW,
    ),
    (
        [
            notified(2),
            answer("declined", 3, reason="law", categories=["name"]),
            answer("declined", 4, reason="independent_authorisation", categories=["email"]),
        ],
        S.KEPT_BY_LAW,
    ),
    (
        [notified(2), answer("declined", 3, reason="other"), answer("deleted", 4, **BOTH)],
        S.ERASED,
    ),
    ([notified(2), answer("declined", 3, reason="law", categories=["phone"])], S.SENT),
    (
        [answer("declined", 3, reason="law"), answer("declined", 4, reason="other")],
        S.KEPT_BY_LAW,
    ),
]


@pytest.mark.parametrize(("events", "state"), STATES)
@pytest.mark.parametrize("step", [1, -1])
def test_a_notice_is_as_far_as_its_answers_carry_it(
    events: list[Recorded], state: NoticeState, step: int
) -> None:
    """Told is not erased: a notice closes only when each category is erased or rightly kept, an
    acknowledgement never moves it back, and no listed ground is left to a person.
    """
    assert the_notice(*[planned(1), *events][::step]).state is state


def test_nobody_says_of_himself_that_he_is_unreachable() -> None:
    """Who answers the call has been reached: only a person may close a notice so."""
    said = answer("declined", 3, reason="unreachable")._replace(source=CHANNEL_SOURCE)
    assert the_notice(planned(1), notified(2), said).state is S.AWAITING_PERSON


def escalated(day: float, reason: str = "endpoint_gone") -> Recorded:
    """The tracker hands the notice to a person."""
    return told(
        "notice_escalated", day, notice_id="n", request_id="q", recipient="Cart", reason=reason
    )


def test_a_second_acknowledgement_changes_nothing() -> None:
    """Told or acknowledged twice, a notice is where it was."""
    twice = [notified(2), notified(3), answer("acknowledged", 4), answer("acknowledged", 5)]
    notice = the_notice(planned(1), *twice)
    assert (notice.state, notice.sent_at, notice.answered_at) == (S.ACKNOWLEDGED, at(2), at(4))


def test_an_escalated_notice_goes_on_with_its_next_answer() -> None:
    """A person takes over until the recipient is heard again."""
    assert the_notice(planned(1), escalated(2)).state is S.AWAITING_PERSON
    assert the_notice(planned(1), escalated(2), answer("working", 3)).state is S.WORKING
    assert the_notice(planned(1), escalated(2), answer("deleted", 3, **BOTH)).state is S.ERASED


def test_what_was_planned_stands_on_the_notice() -> None:
    """Duty, rule, dates, round and who asked are what the plan said."""
    event = planned(1, erase_by="2026-03-06", round=2, supplementary=True, ref=OTHER_REF)
    notice = the_notice(event)
    assert (notice.ref, notice.notice_id, notice.request_id, notice.recipient) == (
        OTHER_REF,
        "n",
        "q",
        "Cart",
    )
    assert (str(notice.send_by), str(notice.erase_by)) == ("2026-03-03", "2026-03-06")
    assert (notice.duty, notice.rule, notice.round) == ("policy", "000.F.3", 2)
    assert notice.supplementary
    assert (notice.planned_at, notice.sent_at, notice.answered_at) == (at(1), None, None)


def test_times_of_a_notice_are_those_of_its_first_sending_and_of_its_answer() -> None:
    """Told twice, it counts from the first time; the answer that closes it gives the time."""
    events = [
        notified(2),
        notified(3),
        answer("acknowledged", 4),
        answer("working", 5),
        answer("deleted", 6, **BOTH),
    ]
    assert the_notice(planned(1), *events[:4]).answered_at == at(4)
    notice = the_notice(planned(1), *events)
    assert (notice.sent_at, notice.answered_at) == (at(2), at(6))
    assert notice.erased == ("email", "name")
    assert the_notice(planned(1), answer("deleted", 2, categories=["phone"])).erased == ()


def test_the_last_answer_gives_its_strength() -> None:
    """Only what came back on the call that told the recipient is authenticated."""
    by_call = answer("deleted", 2, source=CHANNEL_SOURCE, **BOTH)
    assert the_notice(planned(1)).strength is None
    assert the_notice(planned(1), by_call).strength == AUTHENTICATED
    assert the_notice(planned(1), answer("deleted", 2, **BOTH)).strength == CLAIMED


def states(*events: Recorded) -> dict[str, NoticeState]:
    """The state of each notice by its id."""
    return {notice.notice_id: notice.state for notice in facts_of(*events).notices}


THREE = [
    planned(1, "mine", "name"),
    planned(1, "others", "name", recipient="Bike"),
    planned(1, "other request", "name", request_id="p"),
]


def test_an_answer_that_names_its_notice_counts_for_it_alone() -> None:
    """A notice id decides, and only where the recipient is that of the notice."""
    told_of = answer("deleted", 2, notice_id="mine", categories=["name"])
    assert states(*THREE, told_of)["mine"] is S.ERASED
    assert list(states(*THREE, told_of).values()).count(S.ERASED) == 1
    wrong = answer("deleted", 2, notice_id="others", categories=["name"])
    assert set(states(*THREE, wrong).values()) == {S.PLANNED}
    unknown = answer("deleted", 2, notice_id="no such", categories=["name"])
    assert set(states(*THREE, unknown).values()) == {S.PLANNED}


def test_an_answer_that_names_its_request_counts_for_that_recipients_notices_of_it() -> None:
    """Without a notice id the request and the recipient say which notices are meant."""
    found = states(*THREE, erased(2, "Cart", "name", request_id="q"))
    assert {notice for notice, state in found.items() if state is S.ERASED} == {"mine"}


def test_an_erasure_of_its_own_accord_answers_all_that_were_planned_by_then() -> None:
    """Who erased unasked has answered each notice planned by that time, and none planned later."""
    later = planned(5, "later", "name", round=2)
    found = states(*THREE, later, erased(2, "Cart", "name"))
    assert {notice for notice, state in found.items() if state is S.ERASED} == {
        "mine",
        "other request",
    }


def test_an_answer_counts_for_the_round_it_came_in() -> None:
    """By request, an answer closes the rounds that were planned when it was recorded, whatever its
    own clock says; what was on record before a plan is no answer to it.
    """
    rounds = [planned(1, "one", "name"), planned(5, "two", "name", round=2)]
    assert states(*rounds, erased(2, "Cart", "name", request_id="q")) == {
        "one": S.ERASED,
        "two": S.PLANNED,
    }
    assert states(*rounds, erased(0, "Cart", "name", request_id="q", recorded=6)) == {
        "one": S.ERASED,
        "two": S.ERASED,
    }
    assert states(*rounds, erased(0, "Cart", "name", request_id="q")) == {
        "one": S.PLANNED,
        "two": S.PLANNED,
    }


def test_an_answer_at_the_time_of_its_notice_answers_it() -> None:
    """An answer counts for its notice at any rank, though it stands before the plan in order."""
    assert the_notice(planned(2), answer("deleted", 2, **BOTH)).state is S.ERASED
    assert the_notice(planned(2), erased(2, "Cart", "name", "email", recorded=3)).state is S.ERASED


def test_a_widened_notice_is_open_for_its_new_categories() -> None:
    """A notice covers what it was planned for and what was added; unknown ones are passed over."""
    widened = told(
        "notice_widened", 2, notice_id="n", request_id="q", recipient="Cart", categories=["phone"]
    )
    notice = the_notice(planned(1), widened, answer("deleted", 3, **BOTH))
    assert notice.categories == ("email", "name", "phone")
    assert notice.state is S.PLANNED
    assert facts_of(widened, escalated(2)).notices == ()


def test_a_notice_planned_twice_is_one() -> None:
    """The first plan of an id counts."""
    assert the_notice(planned(1), planned(2, rule="D-04")).rule == "000.F.3"
