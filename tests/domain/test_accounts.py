"""Tests of what came of a person through somebody's account, event by event."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.domain.facts import HolderKind, Recorded
from lineage.domain.fold.effective import effective_events
from lineage.domain.planning.accounts import Through, through_account
from tests.properties.people import CONTROLLER, SHOP, erased, passed_on, shared, told

HOLDER, ALIAS, OTHER = b"h" * 16, b"i" * 16, b"o" * 16


def by(event: Recorded, account: bytes = HOLDER) -> Recorded:
    """The same, through somebody's account."""
    return event._replace(account_ref=account)


def got(day: float, *categories: str, **more: Any) -> Recorded:
    """A collection by the shop."""
    return told("data_collected", day, categories=list(categories), **more)


def hosted(day: float, host: str | None, *categories: str) -> Recorded:
    """Where data is stored."""
    return told("data_stored", day, host=host, region="EU", categories=list(categories))


def transferred(day: float, to: str, *categories: str) -> Recorded:
    """A transfer by merger: of these categories, or of everything."""
    named: dict[str, Any] = {"categories": list(categories)} if categories else {}
    return told("data_transferred", day, recipient=to, deal="merger", bound_by_policy=True, **named)


def crossed(day: float, to: str | None, host: str | None, *categories: str) -> Recorded:
    """A transfer across a border."""
    where: dict[str, Any] = {"recipient": to, "host": host, "region_from": "EU", "region_to": "US"}
    return told("cross_border_transfer", day, **where, categories=list(categories))


def through(*events: Recorded) -> Through:
    """What came through the account of the holder, by any of its ids."""
    return through_account(CONTROLLER, effective_events(events), {HOLDER, ALIAS})


def recipients(*events: Recorded) -> set[tuple[str, str]]:
    """(recipient, category) of it."""
    return {(h.name, c) for h, c in through(*events).held if h.kind is HolderKind.RECIPIENT}


def systems(*events: Recorded) -> set[tuple[str, str]]:
    """(system, category) of it."""
    return {(h.name, c) for h, c in through(*events).held if h.kind is HolderKind.SYSTEM}


def test_what_names_the_account_came_through_it_in_full() -> None:
    """By any id of its holder; what names no account or another one did not, wherever it went."""
    events = [
        by(got(1, "name", "phone")),
        by(shared(1, "Cart", "name"), ALIAS),
        got(1, "email"),
        by(got(1, "city"), OTHER),
        shared(2, "Desk", "name"),
        by(transferred(3, "Heir", "name"), OTHER),
    ]
    assert systems(*events) == {(SHOP, "name"), (SHOP, "phone")}
    assert recipients(*events) == {("Cart", "name")}


def test_a_source_counts_for_what_it_gave_through_the_account() -> None:
    """Not for what it gave otherwise, and the shop itself is none."""
    events = [
        by(told("data_inbound_received", 1, sender="Market", categories=["name"])),
        told("data_inbound_received", 1, sender="Market", categories=["phone"]),
        by(got(1, "email", source_kind="third_party", source_party="Friend")),
    ]
    assert through(*events).given == {("Market", "name"), ("Friend", "email")}


def test_what_says_no_source_was_given_by_nobody() -> None:
    """The person gave it."""
    assert through(by(got(1, "name"))).given == frozenset()


@pytest.mark.parametrize(
    ("move", "reached"),
    [
        (hosted(2, "Cloud", "name", "email"), {("Cloud", "name")}),
        (crossed(2, "Far", "Abroad", "name", "email"), {("Far", "name"), ("Abroad", "name")}),
        (transferred(2, "Heir", "name", "email"), {("Heir", "name")}),
        (transferred(2, "Heir"), {("Heir", "name")}),
        (shared(2, "Cart", "name"), set()),
        (told("data_sold", 2, recipient="List", categories=["name"]), set()),
    ],
)
def test_moves_carry_what_the_controller_had_through_the_account(
    move: Recorded, reached: set[tuple[str, str]]
) -> None:
    """Of what they name only that; what is given anew without the account is no move."""
    assert recipients(by(got(1, "name")), got(1, "email"), move) == reached


def test_what_the_controller_gave_through_the_account_it_had_through_it() -> None:
    """Even where nothing says how it came."""
    assert recipients(by(shared(1, "Cart", "name")), hosted(2, "Cloud", "name", "email")) == {
        ("Cart", "name"),
        ("Cloud", "name"),
    }


def test_another_system_of_ours_counts_as_well() -> None:
    """What is stored there came from where we had it."""
    other = hosted(2, None, "name", "email")._replace(source="/services/crm")
    assert systems(by(got(1, "name")), other) == {(SHOP, "name"), ("/services/crm", "name")}


def test_a_move_carries_what_was_there_by_then() -> None:
    """Not what came later, be it ever so much later or by a chain."""
    events = [
        transferred(2, "Heir"),
        passed_on(2, "Cart", "Bike", "name"),
        by(got(3, "name")),
        by(shared(3, "Cart", "name")),
        transferred(4, "Next"),
    ]
    assert recipients(*events) == {("Cart", "name"), ("Next", "name")}


def test_data_goes_from_hand_to_hand() -> None:
    """Each hand passes on what it had through the account, and only that."""
    events = [
        by(shared(1, "Cart", "name")),
        shared(1, "Post", "name"),
        passed_on(2, "Cart", "Bike", "name", "email"),
        passed_on(3, "Bike", "Depot", "name"),
        passed_on(3, "Post", "Box", "name"),
    ]
    assert recipients(*events) == {("Cart", "name"), ("Bike", "name"), ("Depot", "name")}


def test_inside_one_time_the_order_means_nothing() -> None:
    """A chain of one day counts, in whichever order its events are kept; a circle ends."""
    chain = [
        by(shared(1, "A", "name")),
        *(passed_on(1, one, to, "name") for one, to in zip("ABCDA", "BCDEE", strict=True)),
        passed_on(1, "E", "A", "name"),
        hosted(1, "Cloud", "name"),
    ]
    for turned in range(len(chain)):
        keyed = [e._replace(key=bytes([(n + turned) % 9])) for n, e in enumerate(chain)]
        assert {name for name, _ in recipients(*keyed)} == {*"ABCDE", "Cloud"}


def test_public_copies_count_by_who_took_them() -> None:
    """Whoever copied what was disclosed holds it."""
    disclosed = told(
        "public_disclosed",
        1,
        initiator="user",
        categories=["name"],
        copies_uncontrolled=["Mirror"],
    )
    assert recipients(by(disclosed)) == {("Mirror", "name")}
    assert recipients(disclosed) == set()


def test_what_is_identified_again_counts_by_how_its_holder_came_to_it() -> None:
    """It is the data that the holder had."""
    again = told("reidentification_detected", 3, holder="Cart", categories=["name", "email"])
    hidden = told(
        "data_deidentified", 2, holder="Cart", categories=["name"], method="hash", reversible=False
    )
    assert recipients(by(shared(1, "Cart", "name")), hidden, again) == {("Cart", "name")}
    assert recipients(shared(1, "Cart", "name"), again) == set()


def test_what_was_taken_back_never_came() -> None:
    """Nor did what was passed on of it."""
    wrong = by(shared(1, "Cart", "name"))
    back = told(
        "event_retracted", 5, retracted_source=wrong.source, retracted_id=wrong.id, reason="a bug"
    )
    assert recipients(wrong, passed_on(2, "Cart", "Bike", "name"), back) == set()


def test_what_was_erased_and_came_otherwise_is_not_the_accounts() -> None:
    """What is erased stays on record as the account's until it comes by another way."""
    first = [by(shared(1, "Cart", "name")), erased(2, "Cart", "name")]
    assert recipients(*first) == {("Cart", "name")}
    assert recipients(*first, shared(3, "Cart", "name")) == set()
    assert (
        recipients(*first, shared(3, "Cart", "name"), passed_on(4, "Cart", "Bike", "name")) == set()
    )
    assert recipients(*first, by(shared(3, "Cart", "name")), shared(4, "Cart", "name")) == {
        ("Cart", "name")
    }


def test_our_own_copies_come_and_go_likewise() -> None:
    """A system that erased the account's data and collected it anew has its own."""
    gone = told("data_deleted", 2, categories=["name"], store="live", method="erase")
    assert systems(by(got(1, "name")), gone) == {(SHOP, "name")}
    assert systems(by(got(1, "name")), gone, got(3, "name")) == set()
