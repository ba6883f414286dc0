"""Folding forward gives what the whole fold gives, wherever it says that it can."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.domain.facts import Edge, Erasure, Facts, Hop, Recorded
from lineage.domain.fold.forward import can_go_forward, fold_forward, standing_of
from tests.properties.people import CONTROLLER, facts_of, told
from tests.properties.streams import CONTEXT, HOLDS, INS, OUTS, SOURCES, Sketch, sketches

TRANSFER: dict[str, Any] = {"recipient": "Heir", "deal": "merger", "bound_by_policy": True}


def whole(facts: Facts) -> tuple[dict[tuple[bytes, Hop], Edge], list[Erasure], int]:
    """Facts as they can be compared: edges by their hop, outs in order, changes counted."""
    edges = {(edge.ref, edge.hop): edge for edge in facts.edges}
    outs = sorted(facts.erasures, key=lambda e: (e.key, str(e.holder), e.category))
    return edges, outs, len(facts.changes)


def in_two_parts(first: list[Recorded], then: list[Recorded]) -> Facts:
    """The first part folded whole, the second forward onto it."""
    before = facts_of(*first)
    step = fold_forward(
        lambda holder: [edge for edge in before.edges if edge.hop.to == holder],
        then,
        controller=CONTROLLER,
        version_at=lambda _: "1",
    )
    edges = {(edge.ref, edge.hop): edge for edge in (*before.edges, *step.edges)}
    return Facts(
        edges=tuple(edges.values()),
        erasures=(*before.erasures, *step.erasures),
        changes=(*before.changes, *step.changes),
    )


@settings(max_examples=2 * settings().max_examples)
@given(drawn=st.lists(sketches(INS, OUTS, CONTEXT, HOLDS), min_size=2, max_size=12))
def test_going_forward_equals_folding_everything(drawn: list[Sketch]) -> None:
    """At every place where a history may be continued, the facts are those of the whole fold."""
    events = [
        told(s.name, s.day, id=f"e{n}", source=SOURCES[s.source], **s.data)
        for n, s in enumerate(drawn)
    ]
    events.sort(key=lambda e: e.order)
    for place in range(1, len(events)):
        first, then = events[:place], events[place:]
        if can_go_forward(standing_of(first), then):
            assert whole(in_two_parts(first, then)) == whole(facts_of(*events))


def test_what_comes_at_the_time_of_a_transfer_of_everything_is_folded_with_it() -> None:
    """Such a transfer takes what comes at its own time at a later rank: no way forward there."""
    transfer = told("data_transferred", 1, **TRANSFER)
    same = told("order_completed", 1, order_id="o", categories=["name"])
    later = told("order_completed", 2, order_id="o", categories=["name"])
    assert not can_go_forward(standing_of([transfer]), [same])
    assert can_go_forward(standing_of([transfer]), [later])


def test_a_plain_history_is_continued() -> None:
    """The way forward is open for a later event of a person of whom only such events are known."""
    shared = told("data_collected", 1, categories=["name"])
    assert can_go_forward(
        standing_of([shared]), [told("data_sold", 2, recipient="B", categories=["name"])]
    )
    assert can_go_forward(None, [shared])
    assert not can_go_forward(
        standing_of([shared]), [told("self_service_cleared", 2, what="posts")]
    )
    assert not can_go_forward(standing_of([told("data_transferred", 2, **TRANSFER)]), [shared])


REACHING_BACK: list[Recorded] = [
    told("data_transferred", 2, **TRANSFER),
    told("self_service_cleared", 2, what="posts"),
    told("event_retracted", 2, retracted_source="/s", retracted_id="x", reason="wrong"),
    told("identity_linked", 2, identifier={"type": "email", "value": "x@mail.example"}),
    told("request_received", 2, request_id="q", right="deletion"),
    told("request_decided", 2, request_id="q", outcome="accepted"),
    told("request_withdrawn", 2, request_id="q"),
    told("account_cancellation_requested", 2, request_id="q"),
    told("account_cancellation_approved", 2, request_id="q"),
]


@pytest.mark.parametrize("event", REACHING_BACK, ids=lambda e: e.data.event_name)
def test_what_reaches_back_is_folded_with_everything(event: Recorded) -> None:
    """A retraction, a link, a request or a transfer of everything needs all of the past; and
    whoever may still be changed by what was said before it was known is folded whole ever after.
    """
    before = told("data_collected", 1, categories=["name"])
    after = told("data_collected", 3, categories=["name"])
    assert not can_go_forward(standing_of([before]), [event])
    needs_all_once = event.data.event_name in {"data_transferred", "self_service_cleared"}
    assert can_go_forward(standing_of([before, event]), [after]) is needs_all_once
