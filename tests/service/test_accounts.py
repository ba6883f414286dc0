"""What came of others through an account, when its holder asks for the account's deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lineage.tracker import Tracker
from tests.properties.stores import raw_dump
from tests.storage.shop import (
    CONTROLLER,
    Clock,
    Message,
    collected,
    erased,
    event,
    linked,
    retracted,
    share,
)
from tests.support.statements import statements_of

HOLDER, REQUEST = "m1", "r1"
BUYER = "buyer@shop.example"


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


def cancelled(at: str = "2026-03-06") -> Message:
    """An account cancelled, without a request on record."""
    return event("account_cancelled", {}, at=at)


def left_out(tracker: Tracker, request: str | None = REQUEST, **options: Any) -> list[Any]:
    """(recipient, categories, reason) of those that the plan leaves out."""
    plan = tracker.plan(request, **options)
    return [(row.recipient, row.categories, row.reason) for row in plan.exclude]


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


def ordered(message: Message) -> Message:
    """The same under the policy that keeps what was bought for three years."""
    return message | {"controller": "easydser"}


def test_what_must_be_kept_of_an_order_is_kept_under_an_account_too(tracker: Tracker) -> None:
    """No order says whose account it came through; what it makes us keep counts all the same."""
    events = [
        through(HOLDER, collected("order_info", "order_no", "buyer_name", subject="b1")),
        event("order_created", {"order_id": "o1"}, subject="b1"),
        event(
            "order_completed",
            {"order_id": "o1", "categories": ["order_info", "order_no"]},
            subject="b1",
        ),
        *asked(),
    ]
    tracker.record([ordered(one) for one in events])
    assert [row.categories for row in tracker.plan(REQUEST).erase] == [["buyer_name"]]


def test_what_is_personal_beside_other_data_is_told_under_an_account_too(tracker: Tracker) -> None:
    """The carrier can tell whose parcel it is, though not by what came through the account."""
    tracker.record(
        [
            share("Carrier", "email", subject="b1"),
            through(HOLDER, share("Carrier", "waybill_tracking", subject="b1")),
            *asked(),
        ]
    )
    assert told(tracker) == [("Carrier", ["waybill_tracking"])]
    assert left_out(tracker) == []


def test_sources_of_others_are_named_where_they_gave_through_the_account(tracker: Tracker) -> None:
    """They are told nothing, and what else they gave is not meant."""

    def came(sender: str, name: str) -> Message:
        data = {"sender": sender, "user_permission": True, "categories": [name]}
        return event("data_inbound_received", data, subject="b1")

    tracker.record(
        [
            through(HOLDER, came("Market", "buyer_name")),
            came("Market", "buyer_phone"),
            came("Elsewhere", "buyer_name"),
            *asked(),
        ]
    )
    assert left_out(tracker) == [("Market", ["buyer_name"], "source_only")]


def test_what_keeps_one_persons_data_is_shown_though_anothers_is_told(tracker: Tracker) -> None:
    """The hold on the holder's address, and that on a buyer's, hide behind no other buyer."""

    def held(recipient: str, subject: str) -> Message:
        hold = {"law": "tax", "categories": ["email"], "holder": recipient}
        return event("retention_hold_placed", hold, subject=subject)

    tracker.record(
        [
            share("Carrier", "email", subject=HOLDER),
            held("Carrier", HOLDER),
            *(through(HOLDER, share(name, "email", subject="b1")) for name in ("Carrier", "Desk")),
            *(through(HOLDER, share(name, "email", subject="b2")) for name in ("Carrier", "Desk")),
            held("Desk", "b2"),
            *asked(),
        ]
    )
    assert told(tracker) == [("Carrier", ["email"]), ("Desk", ["email"])]
    assert left_out(tracker) == [
        ("Carrier", ["email"], "legal_hold"),
        ("Desk", ["email"], "legal_hold"),
    ]


def test_a_late_retraction_takes_nobody_out_until_an_officer_confirms_it(tracker: Tracker) -> None:
    """What came through the account is what it was when the deletion was accepted."""
    wrong = through(HOLDER, share("Carrier", "buyer_name", subject="b1", at="2026-03-01"))
    tracker.record([wrong, *asked()])
    tracker.record([retracted(wrong)])
    assert told(tracker) == [("Carrier", ["buyer_name"])]


def test_a_cancelled_account_covers_what_came_through_it(tracker: Tracker) -> None:
    """Without a request on record the cancellation is found by the person."""
    tracker.record([through(HOLDER, share("Carrier", "buyer_name", subject="b1")), cancelled()])
    plan = tracker.plan(None, subject=HOLDER, controller=CONTROLLER)
    assert [(row.recipient, row.categories) for row in plan.notify] == [("Carrier", ["buyer_name"])]


def test_the_clean_up_of_a_minors_data_is_about_the_minor(tracker: Tracker) -> None:
    """Who placed orders for others as a minor is cleaned up; the others are not."""
    tracker.record(
        [
            event("minor_identified", {"age": 13, "found_by": "self", "guardian_consent": "none"}),
            share("Desk", "email", subject=HOLDER, at="2026-03-02"),
            through(HOLDER, share("Carrier", "buyer_name", subject="b1", at="2026-03-02")),
        ]
    )
    plan = tracker.plan(None, subject=HOLDER, controller=CONTROLLER)
    assert [row.recipient for row in plan.notify] == ["Desk"]
    assert [row.recipient for row in plan.exclude] == []


def test_while_undecided_the_plan_alone_reads_who_is_under_the_account(tracker: Tracker) -> None:
    """It shows who would be left out; a list and a status depend on nobody else yet."""
    tracker.record([through(HOLDER, share("Carrier", "buyer_name", subject="b1")), asked()[0]])
    assert left_out(tracker) == [("Carrier", ["buyer_name"], "request_undecided")]
    alone = statements_of_both(tracker)
    many = [through(HOLDER, share("Carrier", "buyer_name", subject=f"b{n}")) for n in range(2, 250)]
    tracker.record(many)
    assert statements_of_both(tracker) == alone


def statements_of_both(tracker: Tracker) -> tuple[int, int]:
    """How many statements a status and a list take."""
    with statements_of(tracker.store.engine) as sent:
        tracker.request_status(REQUEST)
        status = len(sent)
        tracker.requests()
    return status, len(sent) - status


def test_a_list_reads_the_holder_of_several_requests_once(tracker: Tracker) -> None:
    """With everybody under the account; each further request costs no more than its own name."""
    tracker.record([through(HOLDER, share("Carrier", "buyer_name", subject="b1")), *asked()])
    _, one = statements_of_both(tracker)
    further = [
        event(kind, {**data, "request_id": f"r{n}"}, subject=HOLDER, at="2026-03-07")
        for n in range(2, 6)
        for kind, data in (
            ("request_received", {"right": "deletion", "trigger": "other"}),
            ("request_decided", {"outcome": "accepted"}),
        )
    ]
    tracker.record(further)
    _, five = statements_of_both(tracker)
    assert [row.state for row in tracker.requests()] == ["in_progress"] * 5
    assert five - one <= len(range(2, 6))
