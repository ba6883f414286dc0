"""Requests from being opened to being decided: what is recorded, refused, and answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lineage.service.errors import Ambiguous, InvalidInput, NotFound, PlanChanged, UnknownSubject
from tests.service.propagation import CONTROLLER, MONDAY, Shop, running_shop, share_data
from tests.support.places import StorePlace


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told."""
    with running_shop(tmp_path, store_place) as found:
        yield found


def test_the_way_of_a_request(shop: Shop) -> None:
    """Open, look at the plan, approve that plan: exactly the holders shown are told, once."""
    shop.share("FastParcel", "email", "phone")
    shop.share("PayWay", "bank_card")
    shop.share("FastParcel", "email", subject="m2")
    opened = shop.tracker.open_request("m1", request_id="r1")
    assert (opened.state, opened.notices) == ("needs_evaluation", [])

    preview = shop.tracker.plan("r1", if_accepted=True)
    decided = shop.tracker.decide_request("r1", outcome="accepted", ver=preview.ver)
    assert decided.notify == preview.notify

    report = shop.tracker.dispatch()
    assert (report.claimed, report.delivered, report.left) == (2, 2, 0)
    assert shop.tracker.dispatch().claimed == 0
    told = {told.recipient: told for told in shop.endpoints.told}
    assert shop.endpoints.names() == ["FastParcel", "PayWay"]
    assert told["FastParcel"].data["categories"] == ["email", "phone"]
    assert told["PayWay"].data["categories"] == ["bank_card"]
    assert {t.notice_id for t in told.values()} == {n.notice_id for n in shop.status().notices}
    assert all(t.data["notice_id"] == t.notice_id for t in told.values())


def test_nobody_is_told_before_the_decision(shop: Shop) -> None:
    """Before an accepting decision the plan is empty and names each holder as left out for it."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    plan = shop.tracker.plan("r1")
    assert plan.notify == []
    assert [(row.recipient, row.reason, row.rule) for row in plan.exclude] == [
        ("FastParcel", "request_undecided", "000.F.5")
    ]
    assert shop.tracker.dispatch().claimed == 0
    assert shop.rows("tasks") == []


def test_a_changed_plan_is_not_approved(shop: Shop) -> None:
    """Deciding a plan that is no longer the one shown raises PlanChanged and records nothing."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    shown = shop.tracker.plan("r1", if_accepted=True)
    shop.share("PayWay", "bank_card")
    before = shop.rows("events")
    with pytest.raises(PlanChanged) as caught:
        shop.tracker.decide_request("r1", outcome="accepted", ver=shown.ver)
    assert shop.rows("events") == before
    assert shop.rows("tasks") == []
    assert (shop.status().state, shop.status().outcome) == ("needs_evaluation", None)

    again = shop.tracker.plan("r1", if_accepted=True)
    assert caught.value.ver == again.ver
    decided = shop.tracker.decide_request("r1", outcome="accepted", ver=again.ver)
    assert [row.recipient for row in decided.notify] == ["FastParcel", "PayWay"]


def test_a_request_is_decided_once(shop: Shop) -> None:
    """A second decision is refused, whatever it says, and the first one stands."""
    shop.share("FastParcel", "email")
    shop.accept()
    before = shop.rows("events")
    with pytest.raises(InvalidInput, match="decided already"):
        shop.tracker.decide_request("r1", outcome="refused", ground="trade_secret")
    assert shop.rows("events") == before
    assert shop.status().outcome == "accepted"


def test_a_refusal_tells_nobody(shop: Shop) -> None:
    """A refused request has no notice, and its plan says for each holder why."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    plan = shop.tracker.decide_request("r1", outcome="refused", ground="criminal_justice")
    assert plan.notify == []
    assert [row.reason for row in plan.exclude] == ["request_refused"]
    assert shop.tracker.dispatch().claimed == 0
    assert (shop.status().state, shop.endpoints.told) == ("refused", [])


def test_another_right_tells_nobody(shop: Shop) -> None:
    """Accepting a request for access erases nothing and tells no recipient."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1", right="access")
    shop.tracker.decide_request("r1", outcome="accepted")
    assert shop.status().notices == []
    assert shop.tracker.dispatch().claimed == 0


def test_a_partly_accepted_request_keeps_our_own(shop: Shop) -> None:
    """What a partial decision holds back need not be erased by our own systems."""
    collected = {"source_kind": "direct", "categories": ["email", "order_info"], "function": "site"}
    shop.record("data_collected", collected)
    shop.tracker.open_request("m1", request_id="r1")
    plan = shop.tracker.decide_request("r1", outcome="partly", held=["order_info"])
    assert [row.categories for row in plan.erase] == [["email"]]


def test_fulfilled_needs_our_own_systems_too(shop: Shop) -> None:
    """With every recipient done the request goes on until our own systems have erased as well."""
    shop.record(
        "data_collected", {"source_kind": "direct", "categories": ["email"], "function": "site"}
    )
    shop.share("FastParcel", "email")
    plan = shop.accept()
    assert [row.categories for row in plan.erase] == [["email"]]
    shop.move(hours=1)  # an erasure at the very moment of the share would leave it held
    shop.record("recipient_deleted", {"recipient": "FastParcel", "categories": ["email"]})
    assert shop.status().state == "in_progress"
    deleted = {"categories": ["email"], "store": "live", "method": "erase"}
    shop.record("data_deleted", deleted)
    assert shop.status().state == "fulfilled"


def test_a_request_of_somebody_never_recorded(shop: Shop) -> None:
    """A stranger's request can be opened and accepted: nobody holds anything, nobody is told."""
    opened = shop.tracker.open_request("stranger", controller=CONTROLLER, request_id="r1")
    assert opened.state == "needs_evaluation"
    plan = shop.tracker.decide_request("r1", outcome="accepted")
    assert (plan.notify, plan.exclude, plan.erase) == ([], [], [])
    assert shop.status().state == "fulfilled"
    with pytest.raises(UnknownSubject, match="nothing is on record"):
        shop.tracker.open_request("another stranger")


def test_a_request_nobody_opened(shop: Shop) -> None:
    """An unknown request is named as such, by each question about it."""
    with pytest.raises(NotFound, match="r9"):
        shop.tracker.request_status("r9")
    with pytest.raises(NotFound, match="r9"):
        shop.tracker.plan("r9")
    with pytest.raises(NotFound, match="r9"):
        shop.tracker.decide_request("r9", outcome="accepted")


def test_ids_are_unique_per_controller(shop: Shop) -> None:
    """Two controllers may use one request id; then a question has to say which is meant."""
    shop.share("FastParcel", "email")
    shop.share("Parcels", "email", controller="senro")
    shop.tracker.open_request("m1", controller=CONTROLLER, request_id="r1")
    shop.tracker.open_request("m1", controller="senro", request_id="r1")
    for ask in (shop.tracker.request_status, shop.tracker.plan):
        with pytest.raises(Ambiguous, match="senro"):
            ask("r1")
    with pytest.raises(Ambiguous):
        shop.tracker.decide_request("r1", outcome="accepted")
    plan = shop.tracker.decide_request("r1", outcome="accepted", controller="senro")
    assert [row.recipient for row in plan.notify] == ["Parcels"]
    assert shop.tracker.request_status("r1", controller=CONTROLLER).state == "needs_evaluation"


def test_an_id_is_not_given_twice(shop: Shop) -> None:
    """Opening under an id that is taken is refused, for the same person and for another one."""
    shop.share("FastParcel", "email")
    shop.share("FastParcel", "email", subject="m2")
    shop.tracker.open_request("m1", request_id="r1")
    before = shop.rows("events")
    for subject in ("m1", "m2"):
        with pytest.raises(InvalidInput, match="on record already") as caught:
            shop.tracker.open_request(subject, request_id="r1")
        assert subject not in str(caught.value)
    assert shop.rows("events") == before


def test_sources_may_give_one_id_twice(shop: Shop) -> None:
    """Where sources gave one request id to two people, each has notices of its own, and is told."""
    for subject in ("m1", "m2"):
        shop.share("FastParcel", "email", subject=subject)
        shop.record_file(
            shop.event(
                "request_received", {"request_id": "r1", "right": "deletion"}, subject=subject
            ),
            shop.event(
                "request_decided", {"request_id": "r1", "outcome": "accepted"}, subject=subject
            ),
        )
    assert shop.tracker.dispatch().delivered == 2
    assert len({told.notice_id for told in shop.endpoints.told}) == 2
    assert sorted(t.data["person"][0]["value"] for t in shop.endpoints.told) == ["m1", "m2"]


def test_requests_are_listed(shop: Shop) -> None:
    """The list shows each request with its state and its notices by state, the oldest first."""
    for subject in ("m1", "m2"):
        shop.share("FastParcel", "email", subject=subject)
    shop.accept("m2", "r2")
    shop.move(hours=1)
    shop.tracker.open_request("m1", request_id="r1")
    shop.tracker.dispatch()
    rows = shop.tracker.requests()
    assert [(r.request, r.subject, r.state, r.notices) for r in rows] == [
        ("r2", "m2", "in_progress", {"sent": 1}),
        ("r1", "m1", "needs_evaluation", {}),
    ]
    assert [r.request for r in shop.tracker.requests(state="needs_evaluation")] == ["r1"]


def test_a_withdrawn_request_is_not_carried_out(shop: Shop) -> None:
    """What the person withdrew before the decision leads to no notice, even if accepted later."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    shop.move(hours=1)
    shop.record("request_withdrawn", {"request_id": "r1"})
    assert shop.status().state == "withdrawn"
    shop.move(hours=1)
    decision = {"request_id": "r1", "outcome": "accepted"}
    shop.record_file(shop.event("request_decided", decision))
    assert shop.rows("tasks") == []
    assert shop.status().state == "withdrawn"


def test_a_decision_by_file_fans_out(shop: Shop) -> None:
    """A decision that an operator records by file plans the notices in the same commit."""
    shop.share("FastParcel", "email")
    shop.record_file(
        shop.event("request_received", {"request_id": "r1", "right": "deletion"}),
        shop.event("request_decided", {"request_id": "r1", "outcome": "accepted"}),
    )
    assert [n.state for n in shop.status().notices] == ["planned"]
    assert shop.tracker.dispatch().delivered == 1


def test_a_decision_before_its_share(shop: Shop) -> None:
    """A decision may arrive before everything else; the share that comes after is told as well."""
    shop.record_file(shop.event("request_decided", {"request_id": "r1", "outcome": "accepted"}))
    assert shop.status().state == "fulfilled"
    shop.move(days=1)
    shop.record_file(shop.event("data_shared", share_data("FastParcel"), at=MONDAY))
    assert shop.notice("FastParcel").send_by == date(2026, 3, 3)
    assert shop.status().state == "in_progress"


TUESDAY = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("controller", "target", "reply", "outcome"),
    [
        ("sesiiduo", date(2026, 9, 8), date(2026, 9, 10), None),
        ("seestar", None, date(2026, 9, 22), None),
        ("store-002", None, date(2026, 9, 22), date(2026, 10, 13)),
        ("senro", None, date(2026, 9, 15), date(2026, 9, 15)),
        ("easydser", None, date(2026, 9, 16), None),
    ],
)
def test_limits_of_a_request(
    shop: Shop, controller: str, target: date | None, reply: date, outcome: date | None
) -> None:
    """A deletion request of 1 September 2026 has the dates that were worked out by hand."""
    shop.now = TUESDAY
    status = shop.tracker.open_request("m1", controller=controller, request_id="r1")
    assert (status.reply_target, status.reply_by, status.outcome_by) == (target, reply, outcome)


@pytest.mark.parametrize(
    ("controller", "erase_by"),
    [
        ("sesiiduo", date(2026, 3, 11)),  # three working days after a Friday
        ("easydser", date(2026, 3, 6)),  # the same day
        ("seestar", None),
        ("store-002", None),
        ("senro", None),
    ],
)
def test_dates_of_a_notice(shop: Shop, controller: str, erase_by: date | None) -> None:
    """A Friday's notices go out on that day; the recipient's time is the policy's, or unsaid."""
    shop.share("FastParcel", "email", controller=controller)
    shop.now = datetime(2026, 3, 6, 23, 59, tzinfo=UTC)
    plan = shop.accept(controller=controller)
    assert [(row.send_by, row.erase_by) for row in plan.notify] == [(date(2026, 3, 6), erase_by)]
