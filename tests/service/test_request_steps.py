"""What officers do with a request beside deciding it: what is recorded, refused, and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from lineage.service.errors import InvalidInput, LineageError, NotFound
from lineage.service.request_steps import RequestSteps
from lineage.tracker import Tracker
from tests.service.propagation import MONDAY, Shop, running_shop, share_data
from tests.support.places import StorePlace

MONTHS = Path(__file__).resolve().parents[2] / "docs" / "examples" / "months.yaml"


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told."""
    with running_shop(tmp_path, store_place) as found:
        yield found


@pytest.fixture
def officer(shop: Shop) -> RequestSteps:
    """Whoever handles the requests of the shop."""
    return shop.tracker.officer


def test_a_request_moves_through_its_steps(shop: Shop, officer: RequestSteps) -> None:
    """Each step is one event of the officer's, and leads to the state that the table names."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1", trigger="stopped_using")
    states = [shop.status().state]
    steps: list[Callable[[], object]] = [
        lambda: officer.ask_identity("r1", method="order number"),
        lambda: officer.verify("r1", method="order number"),
        lambda: officer.triage("r1", right="deletion", significant=True),
    ]
    for step in steps:
        shop.move(hours=1)
        step()
        states.append(shop.status().state)
    assert states == ["received", "received", "verified", "triaged"]
    shop.move(hours=1)
    officer.withdraw("r1", channel="phone")
    assert shop.status().state == "withdrawn"


def test_what_was_withdrawn_is_not_decided(shop: Shop, officer: RequestSteps) -> None:
    """Nor withdrawn twice, nor triaged once it is decided; and nothing is recorded of it."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    shop.tracker.open_request("m1", request_id="r2")
    shop.move(hours=1)
    officer.withdraw("r1")
    shop.tracker.decide_request("r2", outcome="accepted")
    before = shop.rows("events")
    shop.move(hours=1)
    refused: list[Callable[[], object]] = [
        lambda: officer.withdraw("r1"),
        lambda: shop.tracker.decide_request("r1", outcome="accepted"),
        lambda: officer.withdraw("r2"),
        lambda: officer.triage("r2"),
        lambda: officer.verify("r2"),
        lambda: officer.ask_identity("r2"),
    ]
    for step in refused:
        with pytest.raises(InvalidInput, match=r"too late|decided already"):
            step()
    assert shop.rows("events") == before


@dataclass
class Clock:
    """A clock to move."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Harbour:
    """A shop under a policy whose clock can be put off and stand still: it runs for a month."""

    tracker: Tracker
    clock: Clock

    @property
    def due(self) -> date | datetime | None:
        """The last day of the outcome."""
        return self.tracker.deadlines("r1").outcome_by


@pytest.fixture
def harbour(store_place: StorePlace) -> Iterator[Harbour]:
    """With a request that came in on the first day."""
    clock = Clock()
    with store_place.open(policies=MONTHS, clock=clock) as tracker:
        tracker.open_request("m1", controller="harbour", request_id="r1")
        yield Harbour(tracker, clock)


def test_an_outcome_is_put_off_as_far_as_the_policy_lets_it(harbour: Harbour) -> None:
    """No further, not to a day before the one it has, and not once it is overdue."""
    officer = harbour.tracker.officer
    assert harbour.due == date(2026, 4, 2)
    harbour.clock.now += timedelta(days=20)
    for day in (date(2026, 4, 2), date(2026, 6, 3)):
        with pytest.raises(InvalidInput, match="cannot be") as error:
            officer.extend("r1", until=day, reason="holidays")
        assert error.value.do == "name a later day, at most 2026-06-02"
    officer.extend("r1", until=date(2026, 6, 2), reason="holidays")
    assert harbour.due == date(2026, 6, 2)
    harbour.clock.now = datetime(2026, 6, 3, tzinfo=UTC)
    with pytest.raises(InvalidInput, match=r"was due on 2026-06-02, by 900\.F\.2"):
        officer.extend("r1", until=date(2026, 6, 20), reason="holidays")


def test_a_policy_without_more_time_gives_none(shop: Shop, officer: RequestSteps) -> None:
    """Nor does one let a clock stand still that it has no word for."""
    shop.tracker.open_request("m1", controller="sesiiduo", request_id="r1")
    with pytest.raises(InvalidInput, match="no more time"):
        officer.extend("r1", until=date(2026, 6, 2), reason="holidays")
    with pytest.raises(InvalidInput, match="no clock of this request"):
        officer.pause("r1")


def test_a_pause_moves_the_clock_and_ends_once(harbour: Harbour) -> None:
    """What stands still is not paused again, what runs is not resumed."""
    officer = harbour.tracker.officer
    with pytest.raises(InvalidInput, match="is not paused"):
        officer.resume("r1")
    harbour.clock.now += timedelta(days=1)
    officer.pause("r1", reason="copy of the order")
    harbour.clock.now += timedelta(days=5)
    with pytest.raises(InvalidInput, match="paused already"):
        officer.pause("r1")
    officer.resume("r1")
    assert harbour.due == date(2026, 4, 7)
    with pytest.raises(InvalidInput, match="is not paused"):
        officer.resume("r1")


def test_an_answer_by_hand_closes_a_notice(shop: Shop, officer: RequestSteps) -> None:
    """It counts as claimed, covers what it names, and completes the request with the last one."""
    shop.share("FastParcel", "email", "phone")
    shop.share("PayWay", "bank_card")
    shop.accept()
    officer.answer("r1", recipient="FastParcel", answer="acknowledged", evidence="call 1")
    officer.answer("r1", recipient="PayWay", answer="working", evidence="call 2")
    assert states_of(shop) == {"FastParcel": "acknowledged", "PayWay": "working"}
    shop.move(hours=1)
    officer.answer(
        "r1", recipient="FastParcel", answer="erased", categories=["phone"], evidence="letter 1"
    )
    assert states_of(shop)["FastParcel"] == "acknowledged"
    officer.answer("r1", recipient="FastParcel", answer="erased", evidence="letter 2")
    officer.answer(
        "r1",
        recipient="PayWay",
        answer="kept_by_law",
        until=date(2030, 12, 31),
        evidence="letter 3",
    )
    assert states_of(shop) == {"FastParcel": "erased", "PayWay": "kept_by_law"}
    assert {n.strength for n in shop.status().notices} == {"claimed"}
    assert shop.status().state == "fulfilled"


@pytest.mark.parametrize(
    ("answer", "reason", "state"),
    [
        ("refused", None, "refused"),
        ("refused", "other", "awaiting_person"),
        ("kept_by_law", None, "kept_by_law"),
        ("unreachable", None, "unreachable"),
        ("erased", None, "erased"),
    ],
)
def test_each_answer_leads_to_its_state(
    shop: Shop, officer: RequestSteps, answer: str, reason: str | None, state: str
) -> None:
    """The words of the command are those of the states, but for a refusal without a ground."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.move(hours=1)
    said = {"recipient": "FastParcel", "answer": answer, "evidence": "call 1", "reason": reason}
    officer.answer("r1", **said)  # type: ignore[arg-type]
    assert states_of(shop) == {"FastParcel": state}


def test_nobody_answers_who_was_not_told(shop: Shop, officer: RequestSteps) -> None:
    """Nor for a category that it is not asked about, nor after it has answered for all."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.move(hours=1)
    with pytest.raises(InvalidInput, match="no notice of this request to PayWay"):
        officer.answer("r1", recipient="PayWay", answer="erased", evidence="call 1")
    with pytest.raises(InvalidInput, match="not asked to erase phone"):
        officer.answer(
            "r1",
            recipient="FastParcel",
            answer="erased",
            categories=["email", "phone"],
            evidence="call 1",
        )
    officer.answer("r1", recipient="FastParcel", answer="erased", evidence="call 1")
    with pytest.raises(InvalidInput, match="is open"):
        officer.answer("r1", recipient="FastParcel", answer="erased", evidence="call 1")


def test_a_late_fact_waits_until_it_is_confirmed(shop: Shop, officer: RequestSteps) -> None:
    """A retraction after the decision takes nobody out of the plan before an officer says so."""
    wrong = shop.event("data_shared", share_data("FastParcel", "email"))
    shop.record_file(wrong)
    shop.share("PayWay", "email")
    shop.accept()
    shop.move(hours=1)
    taken_back = {"retracted_source": wrong["source"], "retracted_id": wrong["id"], "reason": "bug"}
    late = shop.event("event_retracted", taken_back)
    shop.record_file(late)
    assert {row.recipient for row in shop.tracker.plan("r1").notify} == {"FastParcel", "PayWay"}
    with pytest.raises(NotFound, match="no event 'e99'"):
        officer.confirm("r1", event="e99")
    shop.move(hours=1)
    officer.confirm("r1", event=late["id"], evidence="deploy log")
    assert {row.recipient for row in shop.tracker.plan("r1").notify} == {"PayWay"}
    with pytest.raises(NotFound):
        officer.confirm("r1", event=late["id"])


def test_a_reply_and_its_completion_meet_their_clocks(shop: Shop, officer: RequestSteps) -> None:
    """What was answered is not overdue any more; what is not decided cannot be carried out."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1", right="access")
    with pytest.raises(InvalidInput, match="not decided yet"):
        officer.complete("r1")
    shop.move(days=60)
    assert "reply_by" in shop.status().overdue
    officer.respond("r1", channel="email")
    assert shop.status().overdue == []
    shop.tracker.decide_request("r1", outcome="accepted")
    officer.complete("r1", channel="email")
    assert shop.status().state == "accepted"


def test_of_two_officers_at_once_one_decides(shop: Shop) -> None:
    """The other is told what the first one said; there is one decision on record."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    start, said = Barrier(4), []

    def decide(tracker: object, outcome: str) -> None:
        start.wait()
        try:
            tracker.decide_request("r1", outcome=outcome)  # type: ignore[attr-defined]
            said.append("decided")
        except LineageError as error:
            said.append(str(error))

    outcomes = ("accepted", "refused", "partly", "accepted")
    officers = [Thread(target=decide, args=(shop.another_tracker(), one)) for one in outcomes]
    for one in officers:
        one.start()
    for one in officers:
        one.join()
    assert said.count("decided") == 1
    assert sum("decided already" in words for words in said) == 3


def states_of(shop: Shop) -> dict[str, str]:
    """Recipient -> state of its notice."""
    return {notice.recipient: notice.state for notice in shop.status().notices}
