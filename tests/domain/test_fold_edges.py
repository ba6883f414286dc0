"""Tests of edges: what makes a hop distinct, and its first, last, count and spans."""

from typing import Any

import pytest

from lineage.domain.facts import Hop, Span
from lineage.domain.fold import fold
from tests.properties.people import (
    CONTROLLER,
    OTHER_REF,
    REF,
    at,
    erased,
    facts_of,
    passed_on,
    shared,
    told,
)

PLAIN = shared(1, "Cart", "name", purpose="delivery")


@pytest.mark.parametrize(
    "other",
    [
        {"recipient": "Bike"},
        {"recipient_kind": "payment"},
        {"purpose": "payment"},
        {"purpose": None},
        {"legal_basis": "contract"},
        {"functions": ["delivery"]},
        {"region": "US"},
        {"deidentified": True, "reidentifiable": False},
    ],
)
def test_whatever_a_share_says_otherwise_makes_another_hop(other: dict[str, Any]) -> None:
    """Recipient, kind, purpose, basis, functions, region and form each make a hop distinct."""
    fields: dict[str, Any] = {
        "recipient": "Cart",
        "recipient_kind": "logistics",
        "purpose": "delivery",
    }
    event = told("data_shared", 2, categories=["name"], **(fields | other))
    assert len(facts_of(PLAIN, event).edges) == 2


@pytest.mark.parametrize(
    "same",
    [
        {"categories": ["email"]},
        {"order_id": "o2"},
        {"consent_id": "c1"},
        {"identifiers": [{"type": "email", "value": "x@mail.example"}]},
        {"deidentified": True},
    ],
)
def test_what_is_no_part_of_a_hop_adds_to_the_same_edge(same: dict[str, Any]) -> None:
    """Categories, orders and consents of a share do not make another hop."""
    fields: dict[str, Any] = {
        "recipient": "Cart",
        "recipient_kind": "logistics",
        "purpose": "delivery",
    }
    event = told("data_shared", 2, **({"categories": ["name"]} | fields | same))
    (edge,) = facts_of(PLAIN, event).edges
    assert (edge.first, edge.last, edge.count) == (at(1), at(2), 2)


def test_functions_make_a_hop_as_a_set() -> None:
    """The order in which functions are listed means nothing."""
    events = [
        shared(1, "Cart", "name", functions=["email", "sms"]),
        shared(2, "Cart", "name", functions=["sms", "email"]),
    ]
    (edge,) = facts_of(*events).edges
    assert edge.hop.functions == ("email", "sms")


def test_kind_sender_system_and_person_make_a_hop_distinct() -> None:
    """A sale is no share, another sender another hop; so are another system and another ref."""
    shares = [passed_on(1, "Cart", "Bike", "name"), passed_on(1, "Post", "Bike", "name")]
    sold = told("data_sold", 1, recipient="Cart", categories=["name"])
    collected = [
        told("data_collected", 1, source=source, categories=["name"])
        for source in ("/services/a", "/services/b")
    ]
    again = shared(1, "Cart", "name", ref=OTHER_REF, purpose="delivery", id="again")
    assert len(facts_of(PLAIN, again, sold, *shares, *collected).edges) == 7


def test_a_new_policy_version_makes_a_new_edge() -> None:
    """An edge names the version in force when its events occurred."""
    events = [shared(1, "Cart", "name"), shared(3, "Cart", "name")]
    facts = fold(
        events, controller=CONTROLLER, version_at=lambda moment: "2" if moment >= at(2) else "1"
    )
    assert {(e.hop.policy_version, e.first) for e in facts.edges} == {("1", at(1)), ("2", at(3))}


def test_an_edge_keeps_the_whole_hop() -> None:
    """All that an event says of the hop stands on the edge."""
    event = shared(
        1,
        "Cart",
        "name",
        purpose="delivery",
        legal_basis="contract",
        functions=["delivery"],
        region="US",
    )
    (edge,) = facts_of(event).edges
    assert (edge.ref, edge.spans) == (REF, {"name": Span(at(1), at(1), 3, at(1), 1)})
    expected = Hop(
        kind="shared",
        from_party=CONTROLLER,
        to=edge.hop.to,
        recipient_kind="logistics",
        unnamed_kind=None,
        purpose="delivery",
        legal_basis="contract",
        functions=("delivery",),
        region="US",
        source_kind=None,
        deidentified=False,
        policy_version="1",
    )
    assert edge.hop == expected


def test_each_category_has_its_own_span() -> None:
    """First, last and count are of the category, not of the edge."""
    events = [
        shared(1, "Cart", "name"),
        shared(2, "Cart", "name", "email"),
        shared(4, "Cart", "email"),
    ]
    (edge,) = facts_of(*events).edges
    assert edge.spans == {
        "name": Span(at(1), at(2), 3, at(1), 2),
        "email": Span(at(2), at(4), 3, at(2), 2),
    }
    assert (edge.first, edge.last, edge.count) == (at(1), at(4), 3)


def test_after_an_out_a_span_begins_anew() -> None:
    """``since`` is the first time after the last out; first, last and count are over all."""
    events = [
        shared(1, "Cart", "name"),
        erased(2, "Cart", "name"),
        shared(3, "Cart", "name"),
        shared(4, "Cart", "name"),
    ]
    (edge,) = facts_of(*events).edges
    assert edge.spans["name"] == Span(at(3), at(4), 3, at(1), 3)


def test_where_nothing_came_after_the_out_a_span_has_no_since() -> None:
    """An out ends the span of every edge to this holder, and of this category only."""
    events = [
        shared(1, "Cart", "name", "email"),
        shared(1, "Cart", "name", purpose="payment"),
        erased(2, "Cart", "name"),
        shared(3, "Cart", "name", purpose="payment"),
    ]
    spans = {e.hop.purpose: e.spans for e in facts_of(*events).edges}
    assert spans[None]["name"].since is None
    assert spans[None]["email"].since == at(1)
    assert spans["payment"]["name"].since == at(3)


def test_an_out_says_which_holding_it_ended() -> None:
    """An erasure carries the start of its holding, or none where nothing was held."""
    events = [
        erased(0, "Cart", "name"),
        shared(1, "Cart", "name"),
        shared(2, "Cart", "name"),
        erased(3, "Cart", "name"),
        erased(4, "Cart", "name"),
    ]
    erasures = [(e.at, e.started, e.kind) for e in facts_of(*events).erasures]
    kind = "recipient_deleted"
    assert erasures == [(at(0), None, kind), (at(3), at(1), kind), (at(4), None, kind)]


def test_an_out_under_one_id_ends_what_came_under_another() -> None:
    """A person is all its linked ids: holdings are the person's, edges stay with their id."""
    link = told(
        "identity_linked",
        0,
        linked=OTHER_REF,
        identifier={"type": "email", "value": "guest@mail.example"},
    )
    facts = facts_of(link, shared(1, "Cart", "name", ref=OTHER_REF), erased(2, "Cart", "name"))
    (edge,) = facts.edges
    assert edge.ref == OTHER_REF
    assert edge.spans["name"].since is None
    assert facts.links == ((REF, OTHER_REF),)
