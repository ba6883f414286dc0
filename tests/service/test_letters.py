"""Letters from the record: what is open, by whom the person is known, and that nothing is sent."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lineage.service.errors import InvalidInput, NotFound
from lineage.service.letter_answers import Letter, LetterIdentifier
from tests.service.propagation import CONTROLLER, Shop, running_shop, says, share_data
from tests.support.places import StorePlace

SUBJECT = [LetterIdentifier(type="subject", value="m1")]


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told, and a paper mill that cannot."""
    with running_shop(tmp_path, store_place) as found:
        found.register(
            "PaperMill",
            channel="manual",
            contact="office@papermill.example",
            forward_duty=True,
            answer_within={"days": 12},
        )
        yield found


def letter(shop: Shop, recipient: str = "PaperMill", request: str = "r1") -> Letter:
    """The letter of a request."""
    return shop.tracker.letter(request, recipient=recipient, reply_to="us@shop.example")


def test_what_the_record_says_of_it(shop: Shop) -> None:
    """The letter has the notice as it is planned, and what the registry knows of the recipient."""
    shop.share("PaperMill", "email", "phone")
    shop.share("FastParcel", "bank_card")
    shop.accept()
    found, notice = letter(shop), shop.notice("PaperMill")
    plan = {row.recipient: row for row in shop.tracker.plan("r1").notify}["PaperMill"]
    assert (found.controller, found.request, found.recipient) == (CONTROLLER, "r1", "PaperMill")
    assert found.name == shop.tracker.library.policy_at(CONTROLLER)(0).name
    assert (found.contact, found.forward_duty) == ("office@papermill.example", True)
    assert (found.reply_to, found.written_on) == ("us@shop.example", shop.now.date())
    assert found.person == SUBJECT
    (said,) = found.notices
    assert (said.notice_id, said.categories) == (notice.notice_id, ["email", "phone"])
    assert (said.rule, said.duty, said.erase_by) == (plan.rule, plan.duty, plan.erase_by)
    assert said.says is not None
    days = timedelta(days=12)
    assert said.answer_by == (notice.erase_by or notice.send_by + days)


def test_writing_a_letter_records_nothing(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """No event, no attempt, no state changes; and no log has the person's id."""
    shop.share("PaperMill", "email")
    shop.accept()
    before = shop.status(), shop.rows("events"), shop.rows("tasks")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("test").debug("a letter: %r", letter(shop))
    assert (shop.status(), shop.rows("events"), shop.rows("tasks")) == before
    assert "a letter: " in caplog.text
    assert "m1" not in caplog.text


def test_a_notice_that_waits_for_a_person(shop: Shop) -> None:
    """Also a recipient with a webhook has a letter, while it has not answered for good."""
    shop.share("FastParcel", "email", "phone")
    shop.share("PaperMill", "email")
    shop.accept()
    shop.endpoints.replies["FastParcel"] = [says("erased", categories=["email"])]
    shop.tracker.dispatch()
    assert shop.notice("PaperMill").state == "awaiting_person"
    assert letter(shop).person == SUBJECT
    (left,) = letter(shop, "FastParcel").notices
    assert left.categories == ["phone"], "what is erased already is not asked for again"


@pytest.mark.parametrize("recipient", ["FastParcel", "PayWay", "fastparcel"])
def test_no_open_notice(shop: Shop, recipient: str) -> None:
    """One that has erased, one that was never told, and another spelling have no letter."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.endpoints.replies["FastParcel"] = [says("erased")]
    shop.tracker.dispatch()
    with pytest.raises(NotFound, match="no notice of request 'r1' to"):
        letter(shop, recipient)


def test_before_the_decision_there_is_no_letter(shop: Shop) -> None:
    """Nobody is told of a request that nobody has accepted."""
    shop.share("PaperMill", "email")
    shop.tracker.open_request("m1", request_id="r1")
    with pytest.raises(NotFound):
        letter(shop)


def test_who_is_not_in_the_registry(shop: Shop) -> None:
    """By what it knows a person is nowhere said, so nothing is said of the person."""
    shop.share("Unlisted", "email")
    shop.accept()
    with pytest.raises(InvalidInput, match="the registry does not name Unlisted"):
        letter(shop, "Unlisted")


def test_only_what_the_recipient_accepts(shop: Shop) -> None:
    """Identifiers of another form, or named to somebody else, are not in the letter."""
    shop.register("PaperMill", channel="manual", accepts=["email"])
    mine = [{"type": "email", "value": "ann@home.example"}, {"type": "phone", "value": "555-0100"}]
    others = [{"type": "email", "value": "ann@work.example"}]
    shop.record("data_shared", share_data("PaperMill", "email", identifiers=mine))
    shop.record("data_shared", share_data("FastParcel", "email", identifiers=others))
    shop.accept()
    found = letter(shop)
    assert found.person == [LetterIdentifier(type="email", value="ann@home.example")]
    said = found.model_dump_json()
    assert not [hidden for hidden in ("555-0100", "ann@work.example", "m1") if hidden in said]


def test_nothing_that_the_recipient_accepts(shop: Shop) -> None:
    """A letter that names nobody is not written."""
    shop.register("PaperMill", channel="manual", accepts=["email", "phone"])
    shop.share("PaperMill", "email")
    shop.accept()
    with pytest.raises(InvalidInput, match="email, phone"):
        letter(shop)


def test_a_later_round(shop: Shop) -> None:
    """All that is open to the recipient is in one letter, the first notice first."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.tracker.dispatch()
    shop.move(hours=1)
    shop.share("FastParcel", "phone")
    assert [(one.categories, one.notice_id) for one in letter(shop, "FastParcel").notices] == [
        (["email"], shop.notice("FastParcel").notice_id),
        (["phone"], shop.notice("FastParcel", round=2).notice_id),
    ]


def test_what_surfaces_before_anybody_is_told_by_machine(shop: Shop) -> None:
    """It joins the notice, and the next letter asks for it too, under the same reference."""
    shop.share("PaperMill", "email")
    shop.accept()
    (first,) = letter(shop).notices
    shop.move(hours=1)
    shop.share("PaperMill", "phone")
    (second,) = letter(shop).notices
    assert (first.categories, second.categories) == (["email"], ["email", "phone"])
    assert first.notice_id == second.notice_id
