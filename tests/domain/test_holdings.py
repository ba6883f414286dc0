"""Tests of holdings: held or not, since when, why, and of what kind the holder is."""

from typing import Any

import pytest

from tests.properties.people import (
    SHOP,
    at,
    erased,
    passed_on,
    row,
    rows_of,
    shared,
    told,
)


def test_a_holding_starts_with_its_first_receipt_and_knows_its_last() -> None:
    """While held: since the first receipt by any hop, last received by any, not erased."""
    events = [
        shared(2, "Cart", "name"),
        shared(1, "Cart", "name", purpose="payment"),
        told("data_sold", 3, recipient="Cart", categories=["name"]),
    ]
    found = row("Cart", "name", *events)
    assert (found.held, found.since, found.last_received, found.erased_at, found.why) == (
        True,
        at(1),
        at(3),
        None,
        "sold",
    )


def test_an_erased_holding_says_from_when_to_when_and_why() -> None:
    """Once ended, ``since`` is the start of what ended and ``why`` the kind of event that did."""
    events = [shared(1, "Cart", "name"), shared(2, "Cart", "name"), erased(3, "Cart", "name")]
    found = row("Cart", "name", *events)
    assert (found.held, found.since, found.last_received, found.erased_at, found.why) == (
        False,
        at(1),
        at(2),
        at(3),
        "recipient_deleted",
    )


def test_of_several_outs_the_last_is_shown_with_the_holding_that_ended_last() -> None:
    """A second report of the same erasure moves its time and not the start of the holding."""
    events = [
        shared(1, "Cart", "name"),
        erased(2, "Cart", "name"),
        shared(3, "Cart", "name"),
        erased(4, "Cart", "name"),
        erased(6, "Cart", "name"),
    ]
    found = row("Cart", "name", *events)
    assert (found.since, found.erased_at) == (at(3), at(6))


def test_a_holding_that_comes_back_starts_anew() -> None:
    """Received again after an erasure, it is held since then and nothing is left of the out."""
    events = [shared(1, "Cart", "name"), erased(2, "Cart", "name"), shared(3, "Cart", "name")]
    found = row("Cart", "name", *events)
    assert (found.held, found.since, found.erased_at, found.why) == (True, at(3), None, "shared")


def test_an_erasure_of_what_never_came_is_no_holding() -> None:
    """Who never got a category has no row, whatever it says it erased."""
    assert rows_of(erased(1, "Cart", "name")) == []
    found = rows_of(shared(1, "Cart", "email"), erased(2, "Cart", "name"))
    assert [(h.holder.name, h.category) for h in found] == [("Cart", "email")]


def test_rows_are_sorted_by_kind_holder_and_category() -> None:
    """One row a holder and category, recipients before systems, names in order."""
    events = [
        told("data_collected", 1, categories=["name", "email"]),
        shared(1, "Zebra", "name"),
        shared(1, "Ant", "phone", "name"),
        shared(2, "Ant", "name", purpose="payment"),
    ]
    assert [(h.holder.name, h.category) for h in rows_of(*events)] == [
        ("Ant", "name"),
        ("Ant", "phone"),
        ("Zebra", "name"),
        (SHOP, "email"),
        (SHOP, "name"),
    ]


def test_a_system_and_a_recipient_of_one_name_are_two_holders() -> None:
    """The two name spaces never mix: an out of one ends nothing at the other."""
    events = [
        told("data_collected", 1, categories=["name"]),
        shared(1, SHOP, "name"),
        erased(2, SHOP, "name"),
    ]
    assert {(str(h.holder.kind), h.held) for h in rows_of(*events)} == {
        ("recipient", False),
        ("system", True),
    }


NEVER_NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("data_stored", {"host": "It", "region": "US"}, "service_provider"),
    (
        "data_transferred",
        {"recipient": "It", "deal": "merger", "bound_by_policy": True},
        "ma_transferee",
    ),
    ("public_disclosed", {"initiator": "user", "copies_uncontrolled": ["It"]}, "public_disclosure"),
    ("data_sold", {"recipient": "It"}, "other_third_party"),
    (
        "cross_border_transfer",
        {"recipient": "It", "region_from": "DE", "region_to": "US"},
        "other_third_party",
    ),
    ("reidentification_detected", {"holder": "It"}, "other_third_party"),
]


@pytest.mark.parametrize(("name", "data", "kind"), NEVER_NAMED)
def test_a_recipient_never_named_with_a_kind_has_that_of_its_hop(
    name: str, data: dict[str, Any], kind: str
) -> None:
    """Host, transferee and holder of copies have their kind; everybody else is another party."""
    event = told(name, 5, categories=["name"], **data)
    assert row("It", "name", event).recipient_kind == kind


@pytest.mark.parametrize(("name", "data", "kind"), NEVER_NAMED)
def test_a_kind_once_named_counts_whatever_hop_came_later(
    name: str, data: dict[str, Any], kind: str
) -> None:
    """A hop without a kind does not change the kind that the last share named."""
    events = [
        shared(1, "It", "name", recipient_kind="affiliate"),
        shared(2, "It", "phone", recipient_kind="payment"),
        told(name, 5, categories=["name"], **data),
    ]
    assert row("It", "name", *events).recipient_kind == "payment"


def test_the_last_share_that_names_a_kind_decides_it() -> None:
    """An onward share names a kind as well as a direct one; a late arrival changes nothing."""
    events = [passed_on(3, "Cart", "It", "name"), shared(1, "It", "name", recipient_kind="payment")]
    assert row("It", "name", *events).recipient_kind == "logistics"


def test_a_system_has_no_recipient_kind_and_the_controller_as_its_path() -> None:
    """What the controller holds itself came by no hop."""
    found = row(SHOP, "name", told("data_collected", 1, categories=["name"]))
    assert found.recipient_kind is None
    assert found.paths == (("sesiiduo",),)


def test_out_of_reach_counts_for_the_present_holding_only() -> None:
    """A real share that was erased leaves only the copies out of reach."""
    copies = told(
        "public_disclosed",
        3,
        initiator="user",
        categories=["name"],
        copies_uncontrolled=["It"],
    )
    events = [shared(1, "It", "name"), erased(2, "It", "name"), copies]
    assert row("It", "name", *events).unreachable
    assert not row("It", "name", *events[:2]).unreachable
