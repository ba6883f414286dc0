"""Notices: what they say and to whom, what becomes of each answer, and what a late share does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.service.propagation import (
    CONTROLLER,
    MONDAY,
    Reply,
    Shop,
    running_shop,
    says,
    share_data,
)
from tests.support.places import StorePlace

ONWARD = {
    "sender": "FastParcel",
    "recipient": "LastMile",
    "recipient_kind": "logistics",
    "categories": ["email"],
}


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told."""
    with running_shop(tmp_path, store_place) as found:
        yield found


@pytest.mark.parametrize(
    ("reply", "state", "request_state", "strength"),
    [
        (says("erased"), "erased", "fulfilled", "authenticated"),
        (says("erased", categories=["email"]), "sent", "in_progress", "authenticated"),
        (says("erased", categories=["name"]), "sent", "in_progress", "authenticated"),
        (says("acknowledged"), "acknowledged", "in_progress", "authenticated"),
        (says("working"), "working", "in_progress", "authenticated"),
        (
            says("refused", reason="independent_authorisation"),
            "refused",
            "fulfilled",
            "authenticated",
        ),
        (says("refused"), "awaiting_person", "in_progress", "authenticated"),
        (
            says("kept_by_law", until="2030-12-31", evidence="art. 7"),
            "kept_by_law",
            "fulfilled",
            "authenticated",
        ),
        (says("nonsense"), "sent", "in_progress", None),
        (Reply(body=b"<html>", content_type="text/html"), "sent", "in_progress", None),
        (Reply(), "sent", "in_progress", None),
        (Reply(status=204), "sent", "in_progress", None),
    ],
    ids=[
        "erased",
        "erased in part",
        "erased what was not asked",
        "acknowledged",
        "working",
        "refused on a ground",
        "refused on none",
        "kept by law",
        "no known word",
        "no JSON",
        "empty",
        "no content",
    ],
)
def test_answers(
    shop: Shop, reply: Reply, state: str, request_state: str, strength: str | None
) -> None:
    """Each answer moves its notice as far as it says, told is not erased, and the request is
    fulfilled only where nothing is left open.
    """
    shop.endpoints.replies["FastParcel"] = [reply]
    shop.share("FastParcel", "email", "phone")
    shop.accept()
    shop.move(minutes=1)
    report = shop.tracker.dispatch()
    assert (report.delivered, report.left) == (1, 0)
    notice = shop.notice("FastParcel")
    assert (notice.state, notice.strength, notice.attempts) == (state, strength, 1)
    assert notice.sent == shop.now
    assert shop.status().state == request_state
    assert report.answered == (strength is not None)
    unread = reply.body != b"" and strength is None
    assert notice.last_error == ("answer_unreadable" if unread else None)


def test_what_was_erased_is_no_longer_held(shop: Shop) -> None:
    """An erasure ends the holding of just the categories it names; the rest stays to be done."""
    shop.endpoints.replies["FastParcel"] = [says("erased", categories=["email"])]
    shop.share("FastParcel", "email", "phone")
    shop.accept()
    shop.move(minutes=1)
    shop.tracker.dispatch()
    held = {row.category: (row.held, row.why) for row in shop.tracker.holders("m1").holders}
    assert held == {"email": (False, "recipient_deleted"), "phone": (True, "shared")}
    plan = shop.tracker.plan("r1")
    assert [(row.recipient, row.categories) for row in plan.notify] == [("FastParcel", ["phone"])]
    assert [(row.categories, row.reason) for row in plan.exclude] == [(["email"], "already_erased")]


def test_fulfilled_needs_every_recipient(shop: Shop) -> None:
    """One open notice keeps a request open; past its last day it is unfulfilled, and may yet be
    fulfilled.
    """
    shop.endpoints.replies["PayWay"] = [says("kept_by_law")]
    shop.share("FastParcel", "email")
    shop.share("PayWay", "bank_card")
    shop.accept()
    shop.move(minutes=1)
    shop.tracker.dispatch()
    assert shop.status().state == "in_progress"
    shop.move(days=10)
    assert shop.status().state == "unfulfilled"
    shop.record("recipient_deleted", {"recipient": "FastParcel", "categories": ["email"]})
    assert shop.notice("FastParcel").strength == "claimed"
    assert shop.status().state == "fulfilled"


@pytest.mark.parametrize("by_file", [False, True])
def test_a_late_share_widens_a_notice_nobody_claimed(shop: Shop, by_file: bool) -> None:
    """What surfaces before the first attempt joins the notice: one notice, all categories."""
    shop.share("FastParcel", "email")
    shop.accept()
    planned = shop.notice("FastParcel")
    late = shop.event("data_shared", share_data("FastParcel", "phone", "name"))
    if by_file:
        shop.record_file(late)
    else:
        shop.tracker.record([late])
    assert shop.notice("FastParcel").notice_id == planned.notice_id
    assert shop.tracker.dispatch().delivered == 1
    assert shop.endpoints.told[0].data["categories"] == ["email", "name", "phone"]
    assert len(shop.status().notices) == 1


def test_a_notice_widens_as_often_as_it_must(shop: Shop) -> None:
    """However many categories surface one after the other, the notice names them all."""
    policy = shop.tracker.library.versions(CONTROLLER)[0]
    words = sorted(policy.all_categories - policy.never_personal)[:50]
    shop.share("FastParcel", words[0])
    shop.accept()
    for end in (30, 40, 49, 50):
        shop.share("FastParcel", *words[:end])
    shop.tracker.dispatch()
    assert shop.endpoints.told[0].data["categories"] == words


@pytest.mark.parametrize("by_file", [False, True])
def test_a_late_share_after_the_notice_makes_another(shop: Shop, by_file: bool) -> None:
    """What surfaces after the first attempt goes in a supplementary notice of its own, due on the
    day it was recorded, with the same duty.
    """
    shop.share("FastParcel", "email")
    shop.accept()
    shop.tracker.dispatch()
    shop.move(days=8)
    late = shop.event("data_shared", share_data("FastParcel", "phone"), at=MONDAY - timedelta(1))
    if by_file:
        shop.record_file(late)
    else:
        shop.tracker.record([late])
    row = shop.tracker.plan("r1").notify[0]
    assert (row.supplementary, row.duty, row.rule) == (True, "policy", "000.F.3")
    second = shop.notice("FastParcel", round=2)
    assert (second.send_by, second.erase_by) == (date(2026, 3, 10), date(2026, 3, 13))
    assert second.categories == ["phone"]
    assert shop.tracker.dispatch().delivered == 1
    first, other = shop.endpoints.told
    assert first.notice_id != other.notice_id
    assert (other.data["round"], other.data["categories"]) == (2, ["phone"])
    assert shop.status().reply_by == date(2026, 3, 11)  # a late share reopens no clock of ours


def test_a_share_after_the_erasure_makes_another(shop: Shop) -> None:
    """A recipient that gets the same data again after it erased is told again."""
    shop.endpoints.replies["FastParcel"] = [says("erased")]
    shop.share("FastParcel", "email")
    shop.accept()
    shop.move(hours=1)
    shop.tracker.dispatch()
    assert shop.status().state == "fulfilled"
    shop.move(hours=1)
    shop.share("FastParcel", "email")
    assert shop.notice("FastParcel", round=2).state == "planned"
    assert shop.status().state == "in_progress"
    shop.move(hours=1)
    shop.tracker.dispatch()
    assert shop.status().state == "fulfilled"
    assert [told.data["round"] for told in shop.endpoints.told] == [1, 2]


def test_a_share_after_an_erasure_of_its_own_accord(shop: Shop) -> None:
    """What a recipient erased before it was told is not asked of it; what it gets afterwards is."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.move(hours=1)
    shop.record("recipient_deleted", {"recipient": "FastParcel", "categories": ["email"]})
    assert shop.status().state == "fulfilled"
    shop.move(hours=1)
    shop.share("FastParcel", "email")
    assert shop.notice("FastParcel", round=2).categories == ["email"]
    shop.endpoints.replies["FastParcel"] = [says("erased")]
    shop.move(hours=1)
    assert shop.tracker.dispatch().delivered == 1
    assert [told.data["round"] for told in shop.endpoints.told] == [2]
    assert shop.status().state == "fulfilled"


def test_a_notice_answered_already_is_not_sent(shop: Shop) -> None:
    """A recipient that has erased before the first attempt is not called at all."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.move(hours=1)
    shop.record("recipient_deleted", {"recipient": "FastParcel", "categories": ["email"]})
    report = shop.tracker.dispatch()
    assert (report.claimed, report.delivered, report.failed, report.awaiting_person) == (1, 0, 0, 0)
    assert report.left == 0
    assert shop.endpoints.told == []
    assert shop.notice("FastParcel").state == "erased"


def test_only_a_closed_notice_leaves_room_for_another(shop: Shop) -> None:
    """More shares of what an open notice names call for nothing; what a recipient gets after it
    refused is a share after the decision, and told anew (D-15).
    """
    shop.endpoints.replies["PayWay"] = [says("kept_by_law")]
    for recipient in ("FastParcel", "PayWay"):
        shop.share(recipient, "email")
    shop.accept()
    shop.move(hours=1)
    shop.tracker.dispatch()
    shop.move(hours=1)
    for recipient in ("FastParcel", "PayWay"):
        shop.share(recipient, "email")
    rounds = sorted((notice.recipient, notice.round) for notice in shop.status().notices)
    assert rounds == [("FastParcel", 1), ("PayWay", 1), ("PayWay", 2)]


def test_a_late_onward_share(shop: Shop) -> None:
    """A recipient's recipient that surfaces late is told by default, with the way it got there."""
    shop.register("LastMile")
    shop.share("FastParcel", "email")
    shop.accept()
    shop.tracker.dispatch()
    shop.move(days=1)
    shop.record("data_onward_shared", ONWARD, at=MONDAY)
    rows = {row.recipient: row for row in shop.tracker.plan("r1").notify}
    found = rows["LastMile"]
    assert (found.duty, found.rule) == ("default", "D-06")
    assert found.path == [CONTROLLER, "FastParcel", "LastMile"]
    assert found.supplementary
    assert found.send_by == date(2026, 3, 3)
    assert shop.tracker.dispatch().delivered == 1
    assert shop.endpoints.to("LastMile")[0].data["duty"] == "default"
    assert rows["FastParcel"].duty == "policy"


def test_a_retraction_withdraws_no_notice(shop: Shop) -> None:
    """A share retracted after the fan-out leaves the planned notice as it is: it goes out."""
    share = shop.event("data_shared", share_data("FastParcel", "email"))
    shop.tracker.record([share])
    shop.accept()
    before = shop.rows("notices")
    retracted = {
        "retracted_source": share["source"],
        "retracted_id": share["id"],
        "reason": "error",
    }
    receipt = shop.tracker.record([shop.event("event_retracted", retracted)])
    assert (receipt.recorded, receipt.problems) == (1, [])
    assert shop.tracker.holders("m1").holders == []
    assert shop.rows("notices") == before
    assert shop.tracker.dispatch().delivered == 1


IDENTIFIERS = [
    {"type": "email", "value": "ann@shop.example"},
    {"type": "phone", "value": "+49 30 0000001"},
]


@pytest.mark.parametrize(
    ("accepts", "person"),
    [
        (["subject"], [{"type": "subject", "value": "m1"}]),
        (["email"], [IDENTIFIERS[0]]),
        (["phone", "email"], IDENTIFIERS),
        (["subject", "phone"], [IDENTIFIERS[1], {"type": "subject", "value": "m1"}]),
    ],
)
def test_a_notice_names_a_person_as_accepted(
    shop: Shop, accepts: list[str], person: list[dict[str, str]]
) -> None:
    """A body names the person by what its recipient accepts, from shares to it, and by no more."""
    shop.register("FastParcel", accepts=accepts)
    shop.record("data_shared", share_data("FastParcel", identifiers=IDENTIFIERS))
    other = [{"type": "email", "value": "other@shop.example"}]
    shop.record("data_shared", share_data("PayWay", identifiers=other))
    shop.accept()
    shop.tracker.dispatch()
    told = shop.endpoints.to("FastParcel")[0]
    assert told.data["person"] == person
    unnamed = [one["value"] for one in [*IDENTIFIERS, *other] if one not in person]
    assert not any(value.encode() in told.body for value in unnamed)
    assert told.data["controller"] == CONTROLLER
    assert told.data["request_id"] == "r1"
    assert told.data["action"] == "erase"
    assert told.data["erase_by"] == "2026-03-05"


def test_a_person_the_recipient_cannot_know(shop: Shop) -> None:
    """Where no accepted identifier is on record, a person has to look, and nobody is called."""
    shop.register("FastParcel", accepts=["email"])
    shop.share("FastParcel", "name")
    shop.accept()
    assert shop.tracker.dispatch().awaiting_person == 1
    notice = shop.notice("FastParcel")
    assert (notice.state, notice.last_error) == ("awaiting_person", "no_identifier")
    assert shop.endpoints.told == []


def test_a_body_stays_small(shop: Shop) -> None:
    """With every category there is, and a person known by many addresses, a body keeps below the
    20 kB that the webhook standard asks for.
    """
    shop.register("FastParcel", accepts=["email"])
    words = sorted(shop.tracker.library.categories(CONTROLLER))
    for n in range(60):
        known = [{"type": "email", "value": f"{'a' * 40}{n}@shop.example"}]
        shop.record("data_shared", share_data("FastParcel", *words, identifiers=known))
    shop.accept()
    shop.tracker.dispatch()
    body = shop.endpoints.told[0].body
    assert len(body) < 20_000
    assert len(json.loads(body)["data"]["person"]) == 60
