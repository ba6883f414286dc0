"""A notice whose body is frozen is never widened, whoever turns out to be whom meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.channels.webhook import WebhookChannel
from lineage.storage.tasks import Tasks
from lineage.tracker import Tracker
from tests.concurrency.stage import Stage
from tests.service.propagation import SECRET
from tests.storage.shop import CONTROLLER, Clock, linked, share
from tests.support.places import StorePlace

GUEST = "g@shop.example"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with one recipient, which nobody calls here."""
    monkeypatch.setenv("FASTPARCEL_SECRET", SECRET)
    entry = {
        "channel": "webhook",
        "url": "http://127.0.0.1:9/notices",
        "secret": "env:FASTPARCEL_SECRET",
        "allow_loopback_http": True,
    }
    path = tmp_path / "recipients.yaml"
    path.write_text(
        yaml.safe_dump({"controllers": {CONTROLLER: {"recipients": {"FastParcel": entry}}}})
    )
    return path


@pytest.fixture
def opened(store_place: StorePlace, registry: Path) -> Callable[[], Tracker]:
    """Opens the store, any number of times."""

    def new() -> Tracker:
        clock = Clock()
        clock.set("2026-04-02")
        return store_place.open(clock=clock, recipients=registry)

    return new


def claimed(tracker: Tracker) -> list[list[str]]:
    """Claim what is due, as a dispatcher does before it calls: the categories of each body."""
    dispatcher = tracker.dispatcher(WebhookChannel())
    jobs = dispatcher._claim_room([], room=4, each=4, lease_seconds=60)
    return [json.loads(job.delivery.body)["data"]["categories"] for job in jobs if job.delivery]


def accepted(tracker: Tracker, subject: str, request: str) -> None:
    """A deletion request that was accepted."""
    tracker.open_request(subject, controller=CONTROLLER, request_id=request)
    tracker.decide_request(request, outcome="accepted", controller=CONTROLLER)


def rounds(tracker: Tracker, request: str) -> list[tuple[int, tuple[str, ...]]]:
    """(round, categories) of the notices of a request."""
    notices = tracker.request_status(request, controller=CONTROLLER).notices
    return sorted((notice.round, tuple(notice.categories)) for notice in notices)


def test_a_link_does_not_widen_what_is_frozen(opened: Callable[[], Tracker]) -> None:
    """Somebody with a request of its own joins a person whose notice is on its way: what it brings
    is told in a round of its own, not put into a body that was sent without it.
    """
    with opened() as tracker:
        tracker.record([share("FastParcel", "email", subject="m1")])
        accepted(tracker, "m1", "r2")
        assert claimed(tracker) == [["email"]]
        tracker.record([share("FastParcel", "buyer_name", subject=GUEST)])
        tracker.open_request(GUEST, controller=CONTROLLER, request_id="r1", right="access")
        tracker.record([linked(GUEST, subject="m1", at="2026-04-01")])
        assert rounds(tracker, "r2") == [(1, ("email",)), (2, ("buyer_name",))]


@pytest.mark.parametrize("order", [1, -1])
def test_a_link_and_a_late_share_in_one_batch_are_as_two(
    opened: Callable[[], Tracker], order: int
) -> None:
    """A late share of somebody and the link that joins it to another, in one batch: each holder is
    told of all it holds, once.
    """
    events: list[Any] = [
        share("MailWing", "email", subject=GUEST),
        linked(GUEST, subject="m1", at="2026-04-01"),
    ][::order]
    with opened() as tracker:
        tracker.record(
            [
                share("PayWay", "email", subject=GUEST),
                share("MailWing", "buyer_address", subject="m1"),
                share("MailWing", "buyer_name", subject="m1"),
            ]
        )
        accepted(tracker, GUEST, "r1")
        tracker.record(events)
        notices = tracker.request_status("r1", controller=CONTROLLER).notices
        told = {notice.recipient: tuple(notice.categories) for notice in notices}
        assert len(notices) == 2
        assert told == {
            "PayWay": ("email",),
            "MailWing": ("buyer_address", "buyer_name", "email"),
        }


def test_a_body_is_not_frozen_while_its_notice_is_widened(
    store_place: StorePlace, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dispatcher that comes while a late share is being recorded waits for it: what it freezes
    and sends is what the record says was sent.
    """
    stage = Stage(store_place, monkeypatch, recipients=registry)
    try:
        with stage.open() as tracker:
            tracker.record([share("FastParcel", "email")])
            accepted(tracker, "m1", "r1")
        recorder = stage.actor(
            "recorder", lambda it: it.record([share("FastParcel", "buyer_name")]).recorded
        )
        dispatcher = stage.actor("dispatcher", claimed)
        halt = stage.halt("recorder", Tasks, "claimed", after=True)
        recorded, sent = stage.in_turn(recorder, halt, dispatcher)
        assert recorded == 1
        assert sent == [["buyer_name", "email"]]
    finally:
        stage.close()
