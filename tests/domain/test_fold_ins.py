"""Tests of every way in of contract 4.0."""

from typing import Any

import pytest

from lineage.domain.facts import Edge
from tests.properties.people import CONTROLLER, SHOP, at, facts_of, held, row, shared, told

R, S = "recipient", "system"
INS: list[tuple[str, dict[str, Any], tuple[str, str], str | None]] = [
    # event type, its data, the holder it makes, the party it came from
    ("data_shared", {"recipient": "Cart", "recipient_kind": "payment"}, (R, "Cart"), CONTROLLER),
    (
        "data_onward_shared",
        {"sender": "Cart", "recipient": "Bike", "recipient_kind": "logistics"},
        (R, "Bike"),
        "Cart",
    ),
    ("data_sold", {"recipient": "Bazaar"}, (R, "Bazaar"), CONTROLLER),
    (
        "data_transferred",
        {"recipient": "Heir", "deal": "merger", "bound_by_policy": True},
        (R, "Heir"),
        CONTROLLER,
    ),
    (
        "cross_border_transfer",
        {"recipient": "Abroad", "region_from": "DE", "region_to": "US"},
        (R, "Abroad"),
        CONTROLLER,
    ),
    (
        "cross_border_transfer",
        {"host": "Vault", "region_from": "DE", "region_to": "US"},
        (R, "Vault"),
        CONTROLLER,
    ),
    ("data_stored", {"host": "Vault", "region": "US"}, (R, "Vault"), CONTROLLER),
    ("reidentification_detected", {"holder": "Lens"}, (R, "Lens"), "Lens"),
    (
        "public_disclosed",
        {"initiator": "user", "copies_uncontrolled": ["Mirror"]},
        (R, "Mirror"),
        CONTROLLER,
    ),
    ("data_collected", {"source_party": "Broker"}, (S, SHOP), "Broker"),
    ("data_collected", {}, (S, SHOP), None),
    ("data_inbound_received", {"sender": "Plaza"}, (S, SHOP), "Plaza"),
    ("log_recorded", {}, (S, SHOP), None),
    ("order_completed", {"order_id": "o1"}, (S, SHOP), None),
    ("data_stored", {"region": "DE"}, (S, SHOP), None),
]
NO_INS: list[tuple[str, dict[str, Any]]] = [
    ("counterparty_disclosure_requested", {"requester": "Buyer"}),
    ("public_disclosed", {"initiator": "user", "categories": ["name"]}),
    ("cross_border_transfer", {"region_from": "DE", "region_to": "US", "categories": ["name"]}),
    ("data_processed", {"purpose": "statistics", "categories": ["name"]}),
    ("order_created", {"order_id": "o1", "chosen_parties": ["Cart"]}),
    ("consent_granted", {"recipient": "Cart", "categories": ["name"]}),
    ("purpose_changed", {"recipient": "Cart", "purpose_from": "a", "purpose_to": "b"}),
]


def only_edge(*events: Any) -> Edge:
    """The one edge that the events fold to."""
    (edge,) = facts_of(*events).edges
    return edge


@pytest.mark.parametrize(("name", "data", "holder", "sender"), INS)
def test_each_in_makes_a_holding_and_a_hop(
    name: str, data: dict[str, Any], holder: tuple[str, str], sender: str | None
) -> None:
    """Each row of the contract's table makes its holder hold all of it, by a hop of its kind."""
    event = told(name, 1, categories=["name", "email"], **data)
    edge = only_edge(event)
    assert held([event]) == {(*holder, "name"), (*holder, "email")}
    assert edge.hop.kind == name.removeprefix("data_")
    assert edge.hop.from_party == sender
    assert (edge.first, edge.last, edge.count) == (at(1), at(1), 1)


@pytest.mark.parametrize(("name", "data"), NO_INS)
def test_nothing_else_makes_a_holding(name: str, data: dict[str, Any]) -> None:
    """A request alone is no share; nor is a use, an order or a consent."""
    assert facts_of(told(name, 1, **data)).edges == ()


def test_a_transfer_across_a_border_reaches_recipient_and_host() -> None:
    """Who gets the data and who stores it there each hold it, once even where they are the same."""
    fields: dict[str, Any] = {"region_from": "DE", "region_to": "US", "categories": ["name"]}
    two = told("cross_border_transfer", 1, recipient="Abroad", host="Vault", **fields)
    one = told("cross_border_transfer", 1, recipient="Vault", host="Vault", **fields)
    assert held([two]) == {(R, "Abroad", "name"), (R, "Vault", "name")}
    assert only_edge(one).count == 1


def test_each_holder_of_uncontrolled_copies_is_out_of_reach() -> None:
    """Copies out of reach are holdings that nobody can be told of, until a real share comes."""
    copy = told(
        "public_disclosed",
        1,
        initiator="user",
        categories=["ugc"],
        copies_uncontrolled=["Mirror", "Archive"],
    )
    assert held([copy]) == {(R, "Mirror", "ugc"), (R, "Archive", "ugc")}
    assert row("Mirror", "ugc", copy).unreachable
    assert not row("Mirror", "ugc", copy, shared(2, "Mirror", "ugc")).unreachable


TRANSFER: dict[str, Any] = {"recipient": "Heir", "deal": "merger", "bound_by_policy": True}


def test_a_transfer_without_categories_takes_all_on_record_up_to_its_time() -> None:
    """Everything recorded as come in by then moves: also what was erased since, nothing later,
    and what comes at the same time at a later rank.
    """
    events = [
        told("data_collected", 1, categories=["name"]),
        told("data_deleted", 2, categories=["name"], store="live", method="erase"),
        shared(2, "Cart", "email"),
        told("order_completed", 3, order_id="o1", categories=["order_no"]),
        told("data_transferred", 3, **TRANSFER),
        told("data_collected", 4, categories=["phone"]),
    ]
    heirs = {category for _, holder, category in held(events) if holder == "Heir"}
    assert heirs == {"name", "email", "order_no"}


def test_a_transfer_with_categories_takes_those() -> None:
    """Named categories are all that a transfer counts for."""
    events = [
        told("data_collected", 1, categories=["name", "email"]),
        told("data_transferred", 3, categories=["email"], **TRANSFER),
    ]
    assert (R, "Heir", "email") in held(events)
    assert (R, "Heir", "name") not in held(events)


def test_a_category_that_was_taken_back_does_not_move_with_a_transfer() -> None:
    """What a retraction took off the record is on no record that could be transferred."""
    events = [
        told("data_collected", 1, id="wrong", categories=["name"]),
        told("data_transferred", 3, **TRANSFER),
        told("event_retracted", 9, retracted_source=SHOP, retracted_id="wrong", reason="wrong"),
    ]
    assert held(events) == set()


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ({"deidentified": True, "reidentifiable": False}, True),
        ({"deidentified": True}, False),
        ({"deidentified": False, "reidentifiable": False}, False),
    ],
)
def test_a_share_counts_as_deidentified_only_if_it_cannot_be_undone(
    said: dict[str, bool], left_out: bool
) -> None:
    """De-identified data that the recipient could re-identify is data about the person."""
    found = row("Cart", "name", shared(1, "Cart", "name", **said))
    assert found.held
    assert found.deidentified is left_out


def test_an_identified_share_or_a_reidentification_ends_being_deidentified() -> None:
    """One hop with identifying data is enough, as is a recipient that put the name back on."""
    blurred = shared(1, "Cart", "name", deidentified=True, reidentifiable=False)
    named = shared(2, "Cart", "name")
    undone = told("reidentification_detected", 2, holder="Cart", categories=["name"])
    assert not row("Cart", "name", blurred, named).deidentified
    assert not row("Cart", "name", blurred, undone).deidentified
