"""The mapping of orders to events: the same every time, whole, and in the order of time."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lineage.demo.mapping import EVENTS_TOTAL, events
from lineage.demo.orders import Order, read_orders
from lineage.demo.places import DESTINATIONS, DOMESTIC
from lineage.demo.table import mapping_table
from lineage.events import parse_event
from lineage.policy.loader import load_library

DOCUMENT = Path(__file__).parents[2] / "docs" / "demo.md"
# sha256 over all events, one canonical JSON line each. It changes only with the documented mapping.
DIGEST = "6c1c1978433452eb7ab5de11f01eb469918c104c0be0aa15b057f62c41496883"


@pytest.fixture(scope="module")
def mapped() -> list[dict[str, Any]]:
    """All events of the demo, mapped once."""
    return list(events())


def named(mapped: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    """Those of one type."""
    return (event for event in mapped if event["type"] == f"lineage.{name}.v1")


def test_the_file_is_the_one_that_its_note_describes() -> None:
    """22,190 orders, 3,654 of them cancellations, of 4,372 customers in 37 countries."""
    orders = list(read_orders())
    assert len(orders) == 22_190
    assert sum(order.cancelled for order in orders) == 3_654
    assert all(order.cancelled == order.invoice.startswith("C") for order in orders)
    assert len({order.customer for order in orders}) == 4_372
    countries = {order.country for order in orders}
    assert len(countries) == 37
    assert countries == DOMESTIC | set(DESTINATIONS)
    assert [order.time for order in orders] == sorted(order.time for order in orders)


def test_the_events_are_the_same_on_every_machine(mapped: list[dict[str, Any]]) -> None:
    """Byte for byte: another digest means another mapping, which the document must then tell."""
    digest = hashlib.sha256()
    for event in mapped:
        digest.update(json.dumps(event, sort_keys=True).encode() + b"\n")
    assert digest.hexdigest() == DIGEST


def test_they_come_in_the_order_of_time_each_under_its_own_id(
    mapped: list[dict[str, Any]],
) -> None:
    """As a shop would send them: nothing late, nothing twice."""
    times = [event["time"] for event in mapped]
    assert times == sorted(times)
    assert len({(event["source"], event["id"]) for event in mapped}) == len(mapped)


def test_each_order_becomes_what_the_document_says(mapped: list[dict[str, Any]]) -> None:
    """The counts of the document, taken once from the orders and once from the events."""
    counts = Counter(event["type"].split(".")[1] for event in mapped)
    orders = list(read_orders())
    delivered = [order for order in orders if not order.cancelled]
    assert counts["user_registered"] == len({order.customer for order in orders})
    assert counts["order_cancelled"] == sum(order.cancelled for order in orders)
    for name in ("order_created", "order_completed", "data_stored"):
        assert counts[name] == len(delivered)
    assert counts["cross_border_transfer"] == sum(
        order.country not in DOMESTIC for order in delivered
    )
    assert len(mapped) == EVENTS_TOTAL
    assert f"{len(mapped):,} events" in DOCUMENT.read_text(encoding="utf-8")


def test_consent_comes_before_what_rests_on_it(mapped: list[dict[str, Any]]) -> None:
    """Whatever names a consent names one that the same person gave before."""
    given: set[tuple[str, str]] = set()
    relied = 0
    for event in mapped:
        consent = event["data"].get("consent_id")
        if event["type"] == "lineage.consent_granted.v1":
            given.add((event["subject"], consent))
        elif consent is not None:
            relied += 1
            assert (event["subject"], consent) in given
    assert relied > 0


def test_events_parse_and_use_words_of_their_controller(mapped: list[dict[str, Any]]) -> None:
    """Every kind of event at every shop is one that the contract and the policy accept."""
    library = load_library()
    kinds: Counter[tuple[str, str, str]] = Counter()
    for event in mapped:
        step = event["id"].split("-", 1)[1]
        kinds[event["controller"], event["type"], step] += 1
        if kinds[event["controller"], event["type"], step] > 3:
            continue
        parsed = parse_event(event)
        assert parsed.subject == event["subject"]
        words = event["data"].get("categories", [])
        assert library.categories(event["controller"]).issuperset(words)
    assert {controller for controller, _, _ in kinds} == set(library.controllers)
    assert len(kinds) > 70


@pytest.mark.slow
def test_all_events_parse(mapped: list[dict[str, Any]]) -> None:
    """None of them is refused."""
    for event in mapped:
        parse_event(event)


def test_an_order_may_be_mapped_alone() -> None:
    """A first order abroad of a customer of the shop that needs consent to ship abroad."""
    order = Order("500001", 12344, datetime(2011, 1, 1, 9, tzinfo=UTC), "Norway", cancelled=False)
    mapped = list(events([order]))
    shares = [event["data"]["recipient"] for event in named(mapped, "data_onward_shared")]
    assert shares == ["NordPost"]
    assert [event["data"]["consent_id"] for event in named(mapped, "consent_granted")][-1:] == [
        "shipping_abroad"
    ]
    assert {event["controller"] for event in mapped} == {"easydser"}


def test_the_document_prints_the_table_that_the_demo_runs_on() -> None:
    """docs/demo.md cannot fall behind the data."""
    assert mapping_table().strip() in DOCUMENT.read_text(encoding="utf-8")
