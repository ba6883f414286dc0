"""An order is carried out once, however often it comes; what comes again gets the same answer."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lineage.client.orders import (
    Answer,
    ErasureOrder,
    Kept,
    SqliteAnswers,
    WebhookOrders,
    erased,
    working,
)
from lineage.client.orders import carrying_out as waiting
from tests.client.orders.sending import NOW, SECRET, Service, said, signed, written

BODY = written()


def test_an_order_that_comes_again_gets_the_same_answer(tmp_path: Path) -> None:
    """Also when the service would say something else by now."""
    service = Service(working(), erased())
    answers = SqliteAnswers(tmp_path / "answers.db")
    orders = service.orders(answers=answers)
    first = orders.handle(signed(BODY), BODY)
    assert orders.handle(signed(BODY, at=NOW + 60), BODY) == first
    assert said(first) == (200, {"status": "working"})
    assert len(service.called) == 1


def test_answers_outlast_the_process(tmp_path: Path) -> None:
    """A service that was started again remembers what it has said."""
    before, after = Service(working()), Service()
    answers = SqliteAnswers(tmp_path / "answers.db")
    first = before.orders(answers=answers).handle(signed(BODY), BODY)
    answers = SqliteAnswers(tmp_path / "answers.db")
    again = after.orders(answers=answers).handle(signed(BODY), BODY)
    assert (again, after.called) == (first, [])


def test_another_body_under_a_known_id_is_a_conflict(tmp_path: Path) -> None:
    """It is neither carried out nor taken for the first; the first stands."""
    service = Service()
    other = written(categories=["consignee_name"])
    answers = SqliteAnswers(tmp_path / "answers.db")
    orders = service.orders(answers=answers)
    first = orders.handle(signed(BODY), BODY)
    assert said(orders.handle(signed(other), other)) == (409, {"error": "another_body"})
    assert orders.handle(signed(BODY), BODY) == first
    assert len(service.called) == 1


def test_other_notices_are_other_orders(tmp_path: Path) -> None:
    """A second round is carried out as the first was."""
    service = Service()
    second = written(notice_id="ntc_2", round=2)
    answers = SqliteAnswers(tmp_path / "answers.db")
    orders = service.orders(answers=answers)
    orders.handle(signed(BODY), BODY)
    assert orders.handle(signed(second, message_id="ntc_2"), second).status == 200
    assert [order.round for order in service.called] == [1, 2]


def test_a_failure_is_no_answer(tmp_path: Path) -> None:
    """What raised is done when it comes again."""
    service = Service(RuntimeError())
    answers = SqliteAnswers(tmp_path / "answers.db")
    orders = service.orders(answers=answers)
    statuses = [orders.handle(signed(BODY), BODY).status for _ in range(3)]
    assert (statuses, len(service.called)) == ([500, 200, 200], 2)


def test_without_answers_each_delivery_is_carried_out() -> None:
    """Who keeps none erases again what is erased."""
    service = Service()
    orders = service.orders()
    assert [orders.handle(signed(BODY), BODY).status for _ in range(2)] == [200, 200]
    assert len(service.called) == 2


class Slow:
    """A service that is at its first order until it is let go."""

    def __init__(self) -> None:
        self.called = 0
        self.at_it = threading.Event()
        self.let_go = threading.Event()

    def erase(self, order: ErasureOrder) -> Answer:
        self.called += 1
        if order.notice_id == "ntc_1":
            self.at_it.set()
            assert self.let_go.wait(30)
        return erased(evidence=str(self.called))


def test_two_threads_with_one_order_carry_it_out_once(tmp_path: Path) -> None:
    """The second waits for the first, and gives its answer; another order waits for nobody."""
    slow = Slow()
    came = threading.Semaphore(0)
    other = written(notice_id="ntc_2")

    def clock() -> float:
        came.release()
        return NOW

    answers = SqliteAnswers(tmp_path / "answers.db")
    with ThreadPoolExecutor(2) as pool:
        orders = WebhookOrders(SECRET, slow.erase, answers=answers, clock=clock)
        both = [pool.submit(orders.handle, signed(BODY), BODY) for _ in range(2)]
        assert [came.acquire(timeout=30) for _ in range(2)] == [
            True,
            True,
        ]  # both are past the door
        assert slow.at_it.wait(30)
        time.sleep(0.2)
        assert orders.handle(signed(other, message_id="ntc_2"), other).status == 200
        assert slow.called == 2
        slow.let_go.set()
        responses = [future.result(30) for future in both]
    assert responses[0] == responses[1]
    assert slow.called == 2


def test_an_order_in_hand_for_long_is_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the tracker hangs up it is asked to come again, and no thread waits for ever."""
    monkeypatch.setattr(waiting, "WAIT_SECONDS_MAX", 0.05)
    slow = Slow()
    answers = SqliteAnswers(tmp_path / "answers.db")
    with ThreadPoolExecutor(1) as pool:
        orders = WebhookOrders(SECRET, slow.erase, answers=answers, clock=lambda: NOW)
        first = pool.submit(orders.handle, signed(BODY), BODY)
        assert slow.at_it.wait(30)
        put_off = orders.handle(signed(BODY), BODY)
        slow.let_go.set()
        assert first.result(30).status == 200
        assert orders.handle(signed(BODY), BODY) == first.result()
    assert put_off.status == 503
    assert int(put_off.headers["retry-after"]) > 0
    assert slow.called == 1


def test_of_two_answers_the_first_is_kept(tmp_path: Path) -> None:
    """Two processes that carried out one order say the same of it."""
    mine, theirs = Kept(b"d" * 32, b"mine"), Kept(b"d" * 32, b"theirs")
    here, there = (SqliteAnswers(tmp_path / "answers.db") for _ in range(2))
    assert here.get("ntc_1") is None
    assert here.put("ntc_1", mine) == mine
    assert there.put("ntc_1", theirs) == mine
    assert there.get("ntc_1") == mine


def test_old_answers_are_dropped(tmp_path: Path) -> None:
    """After so many days nothing is left that was said of an order, as newer ones come."""
    day, days = 86_400.0, [0.0]
    path = tmp_path / "answers.db"
    answers = SqliteAnswers(path, keep_days=90, clock=lambda: days[0] * day)
    answers.put("ntc_1", Kept(b"", b"old"))
    for at, kept in ((90.0, True), (90.1, False)):
        days[0] = at
        answers.put(f"ntc_{at}", Kept(b"", b"new"))
        assert (answers.get("ntc_1") is not None) is kept


def test_answers_hold_nobody(tmp_path: Path) -> None:
    """The file names the notice and no person."""
    body = written(person=[{"type": "email", "value": "ada@shop.example"}])
    answers = SqliteAnswers(tmp_path / "answers.db")
    Service().orders(answers=answers).handle(signed(body), body)
    stored = (tmp_path / "answers.db").read_bytes()
    assert b"ntc_1" in stored
    assert b"ada@" not in stored
