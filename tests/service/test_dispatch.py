"""Dispatch over real HTTP: claims, retries, leases and crashes; each notice delivered once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from lineage.channels.port import Delivery, Outcome
from lineage.channels.webhook import WebhookChannel
from lineage.service.answers import DispatchReport
from lineage.service.dispatching import Dispatcher
from lineage.tracker import Tracker
from tests.service.propagation import RECIPIENTS, Reply, Shop, running_shop, says
from tests.support.places import StorePlace


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told."""
    with running_shop(tmp_path, store_place) as found:
        yield found


def dispatcher(tracker: Tracker, channel: object) -> Dispatcher:
    """The tracker's dispatcher with another channel."""
    return tracker.dispatcher(channel)  # type: ignore[arg-type]


def dispatch(tracker: Tracker, channel: object) -> DispatchReport:
    """One dispatch with another channel."""
    return dispatcher(tracker, channel).dispatch(limit=500, concurrency=4, lease_seconds=60)


class Killed(BaseException):
    """The program ends here."""


class DiesBefore:
    """A channel under which the program dies before anything is sent."""

    def send(self, delivery: Delivery) -> Outcome:
        raise Killed


class DiesAfter(WebhookChannel):
    """A channel under which the program dies when the recipient has answered."""

    def send(self, delivery: Delivery) -> Outcome:
        super().send(delivery)
        raise Killed


def test_a_failure_is_tried_again(shop: Shop) -> None:
    """After a 500 the same id and the same bytes go out again when it is time, not before."""
    shop.endpoints.replies["FastParcel"] = [Reply(500), says("erased")]
    shop.share("FastParcel", "email")
    shop.accept()
    report = shop.tracker.dispatch()
    assert (report.claimed, report.failed, report.delivered, report.left) == (1, 1, 0, 1)
    notice = shop.notice("FastParcel")
    assert (notice.state, notice.attempts, notice.last_error) == ("planned", 1, "http_error")

    shop.move(seconds=3)
    assert shop.tracker.dispatch().claimed == 0
    shop.move(seconds=4)
    assert shop.tracker.dispatch().delivered == 1
    first, second = shop.endpoints.told
    assert (first.notice_id, first.body) == (second.notice_id, second.body)
    notice = shop.notice("FastParcel")
    assert (notice.state, notice.attempts, notice.last_error) == ("erased", 2, None)


def test_retry_after_is_honoured(shop: Shop) -> None:
    """A recipient that asks for an hour is not called again within the hour."""
    shop.endpoints.replies["FastParcel"] = [Reply(503, headers={"retry-after": "3600"}), Reply()]
    shop.share("FastParcel", "email")
    shop.accept()
    shop.tracker.dispatch()
    shop.move(minutes=59)
    assert shop.tracker.dispatch().claimed == 0
    shop.move(minutes=30)
    assert shop.tracker.dispatch().delivered == 1


def test_a_late_share_does_not_change_a_retry(shop: Shop) -> None:
    """What surfaces between two attempts goes into a notice of its own: a body never changes."""
    shop.endpoints.replies["FastParcel"] = [Reply(500), Reply()]
    shop.share("FastParcel", "email")
    shop.accept()
    shop.tracker.dispatch()
    shop.share("FastParcel", "phone")
    shop.move(seconds=10)
    shop.tracker.dispatch()
    bodies = Counter(told.body for told in shop.endpoints.told)
    assert sorted(bodies.values()) == [1, 2]
    assert [n.categories for n in shop.status().notices] == [["email"], ["phone"]]


def test_an_endpoint_that_is_gone(shop: Shop) -> None:
    """410 hands the notice to a person; the duty stays open and nobody calls there again."""
    shop.endpoints.replies["FastParcel"] = [Reply(410)]
    shop.share("FastParcel", "email")
    shop.accept()
    report = shop.tracker.dispatch()
    assert (report.awaiting_person, report.left) == (1, 0)
    notice = shop.notice("FastParcel")
    assert (notice.state, notice.last_error) == ("awaiting_person", "endpoint_gone")
    shop.move(days=2)
    assert shop.tracker.dispatch().claimed == 0
    assert shop.status().state == "in_progress"
    assert shop.tracker.plan("r1").notify[0].state == "awaiting_person"


def test_nobody_to_call(shop: Shop) -> None:
    """A recipient without an entry, or told by hand, waits for a person, who is told why."""
    shop.register("ByHand", channel="manual")
    shop.share("Unknown", "email")
    shop.share("ByHand", "email")
    shop.accept()
    report = shop.tracker.dispatch()
    assert (report.claimed, report.awaiting_person, report.delivered) == (2, 2, 0)
    for name in ("Unknown", "ByHand"):
        notice = shop.notice(name)
        assert (notice.state, notice.last_error) == ("awaiting_person", "no_endpoint")
    checks = {check.name: check for check in shop.tracker.doctor().checks}
    assert not checks["notices"].ok


def test_attempts_end(shop: Shop) -> None:
    """After the last attempt a person takes over, and the notice stays open."""
    shop.endpoints.replies["FastParcel"] = [Reply(500)]
    shop.share("FastParcel", "email", controller="seestar")
    shop.register("FastParcel", controller="seestar")
    shop.accept(controller="seestar")
    for _ in range(12):
        shop.tracker.dispatch()
        shop.move(days=2)
    assert len(shop.endpoints.told) == 10
    assert len({told.body for told in shop.endpoints.told}) == 1
    notice = shop.tracker.request_status("r1").notices[0]
    assert (notice.state, notice.attempts) == ("awaiting_person", 10)
    attempts = [row[5] for row in shop.rows("attempts")]
    assert attempts == [500] * 10


def test_attempts_end_with_the_deadline(shop: Shop) -> None:
    """Where the next attempt would miss ``erase_by``, a person takes over while there is time."""
    shop.endpoints.replies["FastParcel"] = [Reply(500)]
    shop.register("FastParcel", controller="easydser")
    shop.share("FastParcel", "email", controller="easydser")
    plan = shop.accept(controller="easydser")
    assert plan.notify[0].erase_by == shop.now.date()
    while shop.tracker.request_status("r1").notices[0].state == "planned":
        assert shop.now.date() == plan.notify[0].erase_by
        shop.tracker.dispatch()
        shop.move(minutes=30)
    assert shop.tracker.request_status("r1").notices[0].state == "awaiting_person"
    assert 5 < len(shop.endpoints.told) < 10


def test_a_slow_recipient_delays_no_other(shop: Shop) -> None:
    """While one recipient hangs, owed more than there are senders, all others are told, and what
    they answer is on record.
    """
    shop.endpoints.replies["FastParcel"] = [Reply(hangs=True)]
    shop.endpoints.replies["MailWing"] = [says("erased")]
    people = [f"m{n}" for n in range(6)]
    for subject in people:
        shop.share("FastParcel", "email", subject=subject)
        shop.share("MailWing", "email", subject=subject)
        shop.accept(subject, f"r-{subject}")
    other = shop.another_tracker()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(other.dispatch, concurrency=4)
        try:
            states, until = set[str](), time.monotonic() + 10
            while time.monotonic() < until and not running.done():
                states = {shop.notice("MailWing", request=f"r-{m}").state for m in people}
                if states == {"erased"}:
                    break
            assert states == {"erased"}
            assert not running.done()
        finally:
            shop.endpoints.released.set()
        assert running.result().delivered == 12


def test_a_wait_has_an_end(shop: Shop) -> None:
    """A recipient that does not answer in time has failed, and is tried again later."""
    shop.endpoints.replies["FastParcel"] = [Reply(hangs=True)]
    shop.share("FastParcel", "email")
    shop.accept()
    report = dispatch(shop.tracker, WebhookChannel(timeout_seconds=0.2))
    assert (report.failed, report.left) == (1, 1)
    assert shop.notice("FastParcel").last_error == "timeout"


def test_what_waited_past_its_lease_is_not_sent(shop: Shop) -> None:
    """A notice whose lease ran out in the queue goes back unsent and costs no attempt."""
    for n in range(3):
        shop.share("FastParcel", "email", subject=f"m{n}")
        shop.accept(f"m{n}", f"r{n}")

    class Slow(WebhookChannel):
        def send(self, delivery: Delivery) -> Outcome:
            shop.move(seconds=45)
            return super().send(delivery)

    found = dispatcher(shop.tracker, Slow()).dispatch(limit=500, concurrency=1, lease_seconds=60)
    assert found.delivered == 3
    assert len(shop.endpoints.told) == 3
    assert [shop.notice("FastParcel", request=f"r{n}").attempts for n in range(3)] == [1, 1, 1]


def test_two_dispatchers_at_once(shop: Shop) -> None:
    """Two programs that dispatch at the same time share the work: each notice goes out once."""
    for n in range(15):
        for recipient in RECIPIENTS:
            shop.share(recipient, "email", subject=f"m{n}")
        shop.accept(f"m{n}", f"r{n}")
    trackers = [shop.tracker, shop.another_tracker()]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda t: t.dispatch(limit=7, concurrency=2), trackers))
    assert sum(report.delivered for report in reports) == 45
    assert len(shop.endpoints.told) == 45
    assert len({told.notice_id for told in shop.endpoints.told}) == 45
    attempts = shop.rows("attempts")
    assert len(attempts) == 45
    assert {state for row in shop.tracker.requests() for state in row.notices} == {"sent"}


@pytest.mark.parametrize(("channel", "calls"), [(DiesBefore(), 1), (DiesAfter(), 2)])
def test_a_crash_loses_no_notice(shop: Shop, channel: object, calls: int) -> None:
    """Killed between claim and result, the notice goes out after its lease: same id, same bytes."""
    shop.share("FastParcel", "email")
    shop.accept()
    with pytest.raises(Killed):
        dispatch(shop.tracker, channel)
    shop.restart()
    assert shop.notice("FastParcel").state == "planned"
    assert shop.tracker.dispatch().claimed == 0  # the lease of the dead one still holds
    shop.move(seconds=61)
    assert shop.tracker.dispatch().delivered == 1
    assert len(shop.endpoints.told) == calls
    assert len({(told.notice_id, told.body) for told in shop.endpoints.told}) == 1
    assert (shop.notice("FastParcel").state, shop.notice("FastParcel").attempts) == ("sent", 2)


def test_a_late_result_counts_no_more(shop: Shop) -> None:
    """A dispatcher that lost its lease changes nothing: the other one's result stands."""
    shop.endpoints.replies["FastParcel"] = [says("working"), says("erased")]
    shop.share("FastParcel", "email")
    shop.accept()
    other = shop.another_tracker()
    reports: list[DispatchReport] = []

    class Overtaken(WebhookChannel):
        def send(self, delivery: Delivery) -> Outcome:
            outcome = super().send(delivery)
            shop.move(seconds=61)
            reports.append(other.dispatch())
            return outcome

    late = dispatch(shop.tracker, Overtaken())
    assert [report.delivered for report in reports] == [1]
    assert (late.claimed, late.delivered, late.answered) == (1, 0, 0)
    notice = shop.notice("FastParcel")
    assert (notice.state, notice.attempts) == ("erased", 2)
    ends = {row[1]: row[4] is not None for row in shop.rows("attempts")}
    assert ends == {1: False, 2: True}


def test_a_share_dated_in_the_future_makes_no_storm(shop: Shop) -> None:
    """A share whose source's clock runs ahead outlasts its erasure; one dispatch tells it once."""
    shop.endpoints.replies["FastParcel"] = [says("erased")]
    shop.share("FastParcel", "email", at=shop.now + timedelta(minutes=4))
    shop.accept()
    assert shop.tracker.dispatch().delivered == 1
    assert len(shop.endpoints.told) == 1
    assert shop.notice("FastParcel").state == "erased"


def test_a_rebuild_tells_nobody(shop: Shop) -> None:
    """A rebuild makes no call, no task and no notice: the notices are byte for byte the same."""
    shop.endpoints.replies["PayWay"] = [says("kept_by_law", until="2030-01-01")]
    shop.endpoints.replies["MailWing"] = [Reply(500)]
    for recipient in RECIPIENTS:
        shop.share(recipient, "email", "phone")
    shop.accept()
    shop.tracker.dispatch()
    shop.share("FastParcel", "name")
    tables = ("events", "requests", "notices", "tasks", "attempts", "edges", "persons")
    before = {table: shop.rows(table) for table in tables}
    calls = len(shop.endpoints.told)
    shop.move(days=1)
    shop.tracker.rebuild()
    assert {table: shop.rows(table) for table in tables} == before
    assert len(shop.endpoints.told) == calls
    assert shop.tracker.verify().ok
