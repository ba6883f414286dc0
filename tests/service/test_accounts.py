"""What came of others through an account, when its holder asks for the account's deletion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lineage.tracker import Tracker
from tests.properties.stores import raw_dump
from tests.storage.shop import (
    Clock,
    Message,
    collected,
    erased,
    event,
    linked,
    open_shop,
    retracted,
    share,
)
from tests.support.places import StorePlace

HOLDER, REQUEST = "m1", "r1"
BUYER = "buyer@shop.example"


@pytest.fixture
def clock() -> Clock:
    """The tracker's clock."""
    return Clock()


@pytest.fixture
def tracker(store_place: StorePlace, clock: Clock) -> Iterator[Tracker]:
    """A shop; its policy covers what came through an account."""
    with open_shop(store_place, clock) as shop:
        yield shop


def through(account: str, message: Message) -> Message:
    """The same, through somebody's account."""
    return message | {"account": account}


def asked(subject: str = HOLDER) -> list[Message]:
    """A deletion, asked for and accepted."""
    received = {"request_id": REQUEST, "right": "deletion", "trigger": "stopped_using"}
    decided = {"request_id": REQUEST, "outcome": "accepted"}
    return [
        event("request_received", received, subject=subject, at="2026-03-05"),
        event("request_decided", decided, subject=subject, at="2026-03-06"),
    ]


def told(tracker: Tracker, **options: Any) -> list[tuple[str, list[str]]]:
    """(recipient, categories) of the plan."""
    plan = tracker.plan(REQUEST, **options)
    return [(row.recipient, row.categories) for row in plan.notify]


def test_the_holder_is_forgotten_with_what_came_through_the_account(tracker: Tracker) -> None:
    """Buyers under the account, by every chunk of them, and nobody else's; before the decision and
    after it.
    """
    buyers = [
        through(HOLDER, share(f"Carrier{n % 3}", "buyer_name", subject=f"b{n}")) for n in range(450)
    ]
    others = [
        through("m2", share("Other", "buyer_name", subject="b1")),
        share("Own", "email", subject="b1"),
        share("Desk", "email", kind="service_provider", subject=HOLDER),
    ]
    received, decided = asked()
    tracker.record([*buyers, *others, received])
    carriers = [(f"Carrier{n}", ["buyer_name"]) for n in range(3)]
    assert told(tracker) == []
    assert told(tracker, if_accepted=True) == [*carriers, ("Desk", ["email"])]
    tracker.record([decided])
    assert told(tracker) == [*carriers, ("Desk", ["email"])]


def test_a_request_is_not_fulfilled_while_somebody_holds_what_came_through(
    tracker: Tracker,
) -> None:
    """Until the last of it is erased."""
    tracker.record([through(HOLDER, share("Carrier", "buyer_name", subject="b1")), *asked()])
    assert tracker.request_status(REQUEST).state == "in_progress"
    tracker.record([erased("Carrier", "buyer_name", subject="b1", at="2026-03-07")])
    assert tracker.request_status(REQUEST).state == "fulfilled"


def test_what_is_kept_of_the_holder_says_nothing_of_others(tracker: Tracker) -> None:
    """The recipient must keep the holder's address by law; the buyer's it has still."""
    tracker.record(
        [
            through(HOLDER, share("Carrier", "email", subject="b1", at="2026-03-01")),
            share("Carrier", "email", subject=HOLDER, at="2026-03-01"),
            *asked(),
        ]
    )
    kept = {"request_id": REQUEST, "recipient": "Carrier", "reason": "law"}
    assert tracker.record([event("recipient_declined", kept, at="2026-04-01")]).refused == 0
    assert [row.state for row in tracker.request_status(REQUEST).notices] == ["kept_by_law"]
    assert told(tracker) == [("Carrier", ["email"])]
    assert tracker.request_status(REQUEST).state == "in_progress"
    tracker.record([erased("Carrier", "email", subject="b1", at="2026-04-01")])
    assert tracker.request_status(REQUEST).state == "fulfilled"


def test_nobody_under_an_account_is_forgotten_with_another(tracker: Tracker) -> None:
    """A buyer's own request reaches the buyer's data, and nothing of the holder."""
    tracker.record(
        [
            through(HOLDER, share("Carrier", "buyer_name", subject="b1")),
            through(HOLDER, share("Carrier", "buyer_phone", subject="b2")),
            share("Desk", "email", kind="service_provider", subject=HOLDER),
            *asked("b1"),
        ]
    )
    assert told(tracker) == [("Carrier", ["buyer_name"])]


def test_what_was_passed_on_came_through_the_account_too(tracker: Tracker) -> None:
    """Who passes data on names no account; what it had from elsewhere does not count."""
    onward = [
        event(
            "data_onward_shared",
            {
                "sender": sender,
                "recipient": to,
                "recipient_kind": "logistics",
                "categories": [name],
            },
            subject="b1",
        )
        for sender, to, name in (
            ("Carrier", "LastMile", "buyer_name"),
            ("LastMile", "Depot", "buyer_name"),
            ("Other", "Elsewhere", "buyer_name"),
            ("Carrier", "Nowhere", "email"),
        )
    ]
    tracker.record(
        [
            *onward,
            through(HOLDER, share("Carrier", "buyer_name", subject="b1")),
            share("Other", "buyer_name", subject="b1"),
            *asked(),
        ]
    )
    assert [name for name, _ in told(tracker)] == ["Carrier", "Depot", "LastMile"]


def test_both_sides_may_have_several_ids(tracker: Tracker) -> None:
    """A buyer known by two ids, a holder by two: what came by any of them counts, once."""
    tracker.record(
        [
            through("guest@shop.example", share("Carrier", "buyer_name", subject=BUYER)),
            through(HOLDER, share("Carrier", "buyer_phone", subject="b1")),
            linked(BUYER, subject="b1"),
            linked("guest@shop.example", subject=HOLDER),
            *asked(),
        ]
    )
    assert told(tracker) == [("Carrier", ["buyer_name", "buyer_phone"])]


def test_what_was_erased_or_taken_back_is_not_told(tracker: Tracker, clock: Clock) -> None:
    """Held by nobody it needs no notice, and what was recorded in error before the decision never
    came; asked for what was known before, it is in the plan.
    """
    wrong, gone = (
        through(HOLDER, share(name, "buyer_name", subject="b1", at="2026-03-01"))
        for name in ("Wrong", "Gone")
    )
    received, decided = asked()
    tracker.record([wrong, gone, received])
    before = clock.now
    clock.now += timedelta(days=1)
    tracker.record([erased("Gone", "buyer_name", subject="b1"), retracted(wrong), decided])
    assert told(tracker) == []
    then = told(tracker, known_at=before, if_accepted=True)
    assert [name for name, _ in then] == ["Gone", "Wrong"]


def test_a_rebuild_changes_nothing_and_finds_what_was_lost(tracker: Tracker) -> None:
    """The table of accounts is thrown away and made anew like every fact."""
    tracker.record(
        [
            through(HOLDER, collected("buyer_name", subject="b1")),
            through(HOLDER, share("Carrier", "buyer_name", subject="b1")),
            linked(BUYER, subject="b1"),
            *asked(),
        ]
    )
    before, expected = raw_dump(tracker), told(tracker)
    assert before["accounts"]
    tracker.rebuild()
    assert raw_dump(tracker) == before
    assert told(tracker) == expected
