"""Tests of every way out of contract 4.0, of equal times, holds and retractions."""

from typing import Any

import pytest

from lineage.domain.facts import Recorded
from tests.properties.people import (
    OTHER_REF,
    REF,
    SHOP,
    at,
    erased,
    facts_of,
    held,
    row,
    shared,
    told,
)

R, S = "recipient", "system"
WEB = "/services/web"
FOR_GOOD: dict[str, Any] = {"reversible": False}
FOR_NOW: dict[str, Any] = {"reversible": True}


def collected(day: float, *categories: str, source: str = SHOP, **more: Any) -> Recorded:
    """A collection by a system."""
    return told("data_collected", day, source=source, categories=list(categories), **more)


def deleted(day: float, *categories: str, source: str = SHOP, store: str = "live") -> Recorded:
    """A deletion by a system."""
    data: dict[str, Any] = {"categories": list(categories), "store": store, "method": "erase"}
    return told("data_deleted", day, source=source, **data)


def cleared(day: float, what: str) -> Recorded:
    """The person clears something by hand, in the web shop."""
    return told("self_service_cleared", day, source=WEB, what=what)


EVERYTHING = [shared(1, "Cart", "name"), shared(1, "Bike", "name"), collected(1, "name")]
IN_CART, IN_BIKE, IN_SHOP = (R, "Cart", "name"), (R, "Bike", "name"), (S, SHOP, "name")
OUTS: list[tuple[Recorded, set[tuple[str, str, str]]]] = [
    # one event after EVERYTHING, what is held then
    (erased(2, "Cart", "name"), {IN_BIKE, IN_SHOP}),
    (erased(2, "Cart", "email"), {IN_CART, IN_BIKE, IN_SHOP}),
    (deleted(2, "name"), {IN_CART, IN_BIKE}),
    (deleted(2, "name", store="backup"), {IN_CART, IN_BIKE, IN_SHOP}),
    (deleted(2, "name", source=WEB), {IN_CART, IN_BIKE, IN_SHOP}),
    (
        told("data_deidentified", 2, categories=["name"], holder="Cart", **FOR_GOOD),
        {IN_BIKE, IN_SHOP},
    ),
    (
        told("data_deidentified", 2, categories=["name"], holder="Cart", **FOR_NOW),
        {IN_CART, IN_BIKE, IN_SHOP},
    ),
    (told("data_deidentified", 2, categories=["name"], **FOR_GOOD), {IN_CART, IN_BIKE}),
    (told("data_deidentified", 2, categories=["name"], **FOR_NOW), {IN_CART, IN_BIKE, IN_SHOP}),
    (
        told("data_deidentified", 2, source=WEB, categories=["name"], **FOR_GOOD),
        {IN_CART, IN_BIKE, IN_SHOP},
    ),
    (
        told("recipient_declined", 2, request_id="q", recipient="Cart", reason="law"),
        {IN_CART, IN_BIKE, IN_SHOP},
    ),
    (told("backup_purged", 2, backup_id="b"), {IN_CART, IN_BIKE, IN_SHOP}),
    (told("combination_ended", 2, categories=["name"]), {IN_CART, IN_BIKE, IN_SHOP}),
    (told("order_cancelled", 2, order_id="o"), {IN_CART, IN_BIKE, IN_SHOP}),
]


@pytest.mark.parametrize(("out", "left"), OUTS)
def test_each_out_ends_its_own_holding_and_no_other(
    out: Recorded, left: set[tuple[str, str, str]]
) -> None:
    """Each row of the contract's table ends one holder's holding; nothing else ends one."""
    assert held([*EVERYTHING, out]) == left


@pytest.mark.parametrize(
    ("what", "gone"),
    [
        ("search_history", {"search_history"}),
        ("cookies", {"cookie_id"}),
        ("posts", {"ugc"}),
        ("order_records", {"order_no", "email"}),
    ],
)
def test_what_the_person_clears_leaves_every_system_and_no_recipient(
    what: str, gone: set[str]
) -> None:
    """Clearing ends the holdings of all systems; for order records those of completed orders."""
    words = ("search_history", "cookie_id", "ugc", "order_no", "email", "name")
    events = [
        collected(1, *words),
        collected(1, *words, source=WEB),
        shared(1, "Cart", *words),
        told("order_completed", 2, order_id="o", categories=["order_no", "email"]),
        cleared(3, what),
    ]
    lost = {(S, system, word) for system in (SHOP, WEB) for word in gone}
    all_held = held(events[:-1])
    assert lost <= all_held
    assert held(events) == all_held - lost


def test_clearing_order_records_takes_orders_completed_by_then() -> None:
    """An order completed later keeps its records; one completed at that very time loses them."""
    same = told("order_completed", 3, order_id="a", categories=["order_no"])
    later = told("order_completed", 4, order_id="b", categories=["order_no"])
    assert held([same, cleared(3, "order_records")]) == set()
    assert held([later, cleared(3, "order_records")]) == {(S, SHOP, "order_no")}


def hold(day: float, **more: Any) -> Recorded:
    """A hold on the posts."""
    return told("retention_hold_placed", day, **({"law": "court", "categories": ["ugc"]} | more))


def released(day: float, **more: Any) -> Recorded:
    """A hold ends."""
    return told("retention_hold_released", day, **more)


HOLDS: list[tuple[list[Recorded], bool]] = [
    # holds before the person clears the posts on day 5; whether the posts are kept
    ([], False),
    ([hold(2)], True),
    ([hold(5)], True),
    ([hold(6)], False),
    ([hold(2, categories=["name"])], False),
    ([hold(2, holder="Cart")], False),
    ([hold(2, until="2026-03-06")], False),
    ([hold(2, until="2026-03-07")], True),
    ([hold(2), released(3, law="court")], False),
    ([hold(2), released(3)], False),
    ([hold(2), released(5)], False),
    ([hold(2), released(6)], True),
    ([hold(2), released(3, law="tax")], True),
    ([hold(2), released(3, categories=["name"])], True),
    ([hold(2), released(3, categories=["ugc"])], False),
    ([hold(2), released(3, holder="Cart")], True),
    ([hold(2, hold_id="h"), released(3, hold_id="h")], False),
    ([hold(2, hold_id="h"), released(3, hold_id="g")], True),
    ([hold(2, id="e7"), released(3, hold_id="e7")], False),
    ([hold(2, hold_id="h"), hold(2, hold_id="g"), released(3, hold_id="h")], True),
    ([released(1), hold(2)], True),
    ([hold(1, hold_id="h"), released(2, hold_id="h"), hold(3, hold_id="h")], True),
]


@pytest.mark.parametrize(("holds", "kept"), HOLDS)
def test_what_a_hold_keeps_stays_held_when_the_person_clears(
    holds: list[Recorded], kept: bool
) -> None:
    """A hold of ours on the category, in force at that moment, keeps it; a release or its last day
    ends it, and a release counts for holds placed before it only.
    """
    events = [collected(1, "ugc"), *holds, cleared(5, "posts")]
    assert held(events) == ({(S, SHOP, "ugc")} if kept else set())


RANKS: list[tuple[str, list[Recorded], set[tuple[str, str, str]]]] = [
    (
        "a recipient erases (2), then gets it again (3)",
        [shared(1, "Cart", "name"), erased(1, "Cart", "name")],
        {IN_CART},
    ),
    ("collected (3), then deleted (6)", [collected(1, "name"), deleted(1, "name")], set()),
    (
        "shared (3), then de-identified (6)",
        [
            shared(1, "Cart", "name"),
            told("data_deidentified", 1, categories=["name"], holder="Cart", **FOR_GOOD),
        ],
        set(),
    ),
    (
        "de-identified (6), then re-identified (7)",
        [
            told("data_deidentified", 1, categories=["name"], holder="Cart", **FOR_GOOD),
            told("reidentification_detected", 1, categories=["name"], holder="Cart"),
        ],
        {IN_CART},
    ),
    (
        "order completed (4), then deleted (6)",
        [told("order_completed", 1, order_id="o", categories=["name"]), deleted(1, "name")],
        set(),
    ),
]


@pytest.mark.parametrize(
    ("events", "left"), [case[1:] for case in RANKS], ids=[c[0] for c in RANKS]
)
@pytest.mark.parametrize("step", [1, -1])
def test_at_equal_times_the_rank_decides(
    events: list[Recorded], left: set[tuple[str, str, str]], step: int
) -> None:
    """Where in and out share their time, the later rank has the last word, however they arrive."""
    assert held(events[::step]) == left


@pytest.mark.parametrize("keys", [(1, 2), (2, 1)])
def test_inside_a_rank_the_order_means_nothing(keys: tuple[int, int]) -> None:
    """Two outs of one moment end one holding, and both say when it began."""
    first = deleted(2, "ugc")
    outs = [first, cleared(2, "posts")]
    numbered = [
        Recorded(e.ref, bytes([key]) * 16, e.occurred_at, e.recorded_at, e.source, e.id, e.data)
        for key, e in zip(keys, outs, strict=True)
    ]
    erasures = facts_of(collected(1, "ugc"), *numbered).erasures
    assert {(e.kind, e.started) for e in erasures} == {
        ("deleted", at(1)),
        ("self_service_cleared", at(1)),
    }


@pytest.mark.parametrize("keys", [(1, 2), (2, 1)])
def test_a_system_that_never_held_has_nothing_cleared(keys: tuple[int, int]) -> None:
    """An out of what never came in opens no holding that a clearing could end."""
    outs = [deleted(2, "ugc"), cleared(2, "posts")]
    numbered = [
        Recorded(e.ref, bytes([key]) * 16, e.occurred_at, e.recorded_at, e.source, e.id, e.data)
        for key, e in zip(keys, outs, strict=True)
    ]
    assert [e.kind for e in facts_of(*numbered).erasures] == ["deleted"]


def retracted(day: float, id: str, *, source: str = SHOP, ref: bytes = REF) -> Recorded:
    """An event is taken back."""
    data: dict[str, Any] = {
        "retracted_source": source,
        "retracted_id": id,
        "reason": "sent by mistake",
    }
    return told("event_retracted", day, ref=ref, **data)


def test_a_retracted_in_never_happened() -> None:
    """Taking an in back takes the holding and its hop back, whenever it is taken back."""
    event = shared(3, "Cart", "name", id="x")
    for day in (1, 3, 9):
        facts = facts_of(event, retracted(day, "x"))
        assert facts.edges == ()


def test_a_retracted_out_never_happened() -> None:
    """Taking an out back makes the holder hold again, since its first receipt."""
    events = [shared(1, "Cart", "name"), erased(2, "Cart", "name", id="x"), retracted(3, "x")]
    found = row("Cart", "name", *events)
    assert found.held
    assert found.since == at(1)
    assert facts_of(*events).erasures == ()


def test_a_retraction_takes_back_only_what_it_names() -> None:
    """Another source's event of that id stays, and one of another id; a person's other events."""
    event = shared(1, "Cart", "name", id="x")
    assert held([event, retracted(2, "x", source=WEB)]) == {IN_CART}
    assert held([event, retracted(2, "y")]) == {IN_CART}


def test_a_retraction_under_one_id_of_a_person_takes_back_what_came_under_another() -> None:
    """A service that knows the guest by the account now takes back what it sent of the guest."""
    event = shared(1, "Cart", "name", id="x")
    assert held([event, retracted(2, "x", ref=OTHER_REF)]) == set()


def test_a_link_is_taken_back_under_its_own_id_only() -> None:
    """Else a link would decide whether it may be taken back."""
    guest = {"type": "email", "value": "guest@mail.example"}
    link = told("identity_linked", 1, id="x", linked=OTHER_REF, identifier=guest)
    assert facts_of(link, retracted(2, "x", ref=OTHER_REF)).links == ((REF, OTHER_REF),)
    assert facts_of(link, retracted(2, "x")).links == ()


def test_a_retraction_cannot_be_taken_back() -> None:
    """The way back is to send the event again under a new id."""
    back = told(
        "event_retracted", 2, id="r", retracted_source=SHOP, retracted_id="x", reason="wrong"
    )
    events = [shared(1, "Cart", "name", id="x"), back, retracted(3, "r")]
    assert held(events) == set()
    assert held([*events, shared(1, "Cart", "name", id="z")]) == {IN_CART}


CHANGES: list[tuple[Recorded, tuple[str, str, tuple[str, ...]]]] = [
    (
        told("purpose_changed", 2, purpose_from="delivery", purpose_to="own_ads"),
        ("purpose_changed", "sesiiduo", ()),
    ),
    (
        told(
            "purpose_changed",
            2,
            recipient="Cart",
            purpose_from="delivery",
            purpose_to="own_ads",
            categories=["phone", "name"],
        ),
        ("purpose_changed", "Cart", ("name", "phone")),
    ),
    (
        told("data_combined", 2, categories=["name"], combined_with=["email"], identifies=True),
        ("combined", "sesiiduo", ("name",)),
    ),
    (
        told("combination_ended", 2, categories=["name"]),
        ("combination_ended", "sesiiduo", ("name",)),
    ),
    (
        told("data_deidentified", 2, categories=["name"], holder="Cart", **FOR_NOW),
        ("deidentified", "Cart", ("name",)),
    ),
    (
        told("reidentification_detected", 2, categories=["name"], holder="Cart"),
        ("reidentification_detected", "Cart", ("name",)),
    ),
]


@pytest.mark.parametrize(("event", "expected"), CHANGES)
def test_a_change_in_place_is_on_record(
    event: Recorded, expected: tuple[str, str, tuple[str, ...]]
) -> None:
    """Purpose, combination and form change without a hop, and each change says whose data it is."""
    (change,) = facts_of(event).changes
    assert (change.kind, change.party, change.categories) == expected
    assert change.at == at(2)
    if expected[0] == "purpose_changed":
        assert (change.purpose_from, change.purpose_to) == ("delivery", "own_ads")
