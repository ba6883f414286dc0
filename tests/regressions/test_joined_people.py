"""People joined by links keep their facts, their holders' rows, and the price of a question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lineage.tracker import Tracker
from tests.properties.stores import raw_dump
from tests.regressions.asking import asked, decided, held, listed, record, rounds
from tests.storage.shop import (
    CONTROLLER,
    Clock,
    collected,
    linked,
    moment,
    open_shop,
    retracted,
    share,
)
from tests.support.places import StorePlace
from tests.support.statements import statements_of

GUEST = "guest@shop.example"
MEMBER = "m1"


def test_a_link_and_a_decision_in_one_call_keep_the_guests_facts(tracker: Tracker) -> None:
    """The guest's share, the link, the request and its decision in one call: the recipient is a
    holder under both ids, it gets a notice, and a rebuild changes no byte.
    """
    record(
        tracker,
        share("FastParcel", subject=GUEST),
        linked(MEMBER, subject=GUEST),
        asked(),
        decided(),
    )
    assert held(tracker) == held(tracker, GUEST) == {("FastParcel", "email")}
    assert rounds(tracker) == [("FastParcel", 1, "planned")]
    assert len(listed(tracker, "FastParcel")) == 1
    before = raw_dump(tracker)
    assert before["edges"]
    tracker.rebuild()
    assert raw_dump(tracker) == before


@pytest.mark.parametrize("linker", [GUEST, MEMBER])
def test_who_is_joined_after_the_decision_has_its_recipients_told(
    tracker: Tracker, linker: str
) -> None:
    """A guest found to be somebody whose request is accepted already, whichever of the two ids
    the link is recorded under: the guest's recipient gets a notice too.
    """
    record(tracker, share("PayWay", subject=GUEST), share("FastParcel"), asked(), decided())
    assert rounds(tracker) == [("FastParcel", 1, "planned")]
    record(tracker, linked(MEMBER if linker == GUEST else GUEST, subject=linker))
    assert rounds(tracker) == [("FastParcel", 1, "planned"), ("PayWay", 1, "planned")]
    assert held(tracker) == {("FastParcel", "email"), ("PayWay", "email")}
    before = raw_dump(tracker)
    tracker.rebuild()
    assert raw_dump(tracker) == before


def test_what_was_known_counts_a_share_retracted_since_under_the_other_id(
    tracker: Tracker, clock: Clock
) -> None:
    """A share under one id, taken back later under the id that links to it: asked what was known
    before, the recipient still has the person.
    """
    wrong = share("FastParcel", subject=GUEST)
    record(tracker, wrong, collected(), linked(GUEST, subject=MEMBER))
    before, known_at = listed(tracker, "FastParcel"), clock.now
    assert len(before) == 1
    clock.now += timedelta(days=1)
    record(tracker, retracted(wrong, subject=MEMBER))
    clock.now += timedelta(days=1)
    assert listed(tracker, "FastParcel") == []
    assert listed(tracker, "FastParcel", known_at=known_at) == before
    assert ("FastParcel", "email") in held(tracker, known_at=known_at)


def test_one_hop_reported_under_two_linked_ids_is_one_row(tracker: Tracker) -> None:
    """The same hop under both ids: one edge row that counts both and spans both times."""
    record(
        tracker,
        share("FastParcel", subject=GUEST, at="2026-03-04"),
        share("FastParcel", subject=MEMBER, at="2026-03-09"),
        linked(MEMBER, subject=GUEST),
    )
    (edge,) = tracker.lineage(MEMBER, controller=CONTROLLER).edges
    assert (edge.to, edge.count) == ("FastParcel", 2)
    assert (edge.first, edge.last) == (moment("2026-03-04"), moment("2026-03-09"))


def _statements(place: StorePlace, links: int) -> dict[str, int]:
    """Statements per kind of read of one person, in a store with so many links of other people."""
    clock = Clock()
    with open_shop(place, clock) as tracker:
        others = [linked(f"h{n}", subject=f"g{n}") for n in range(links)]
        record(tracker, *others, share(), linked(GUEST, subject=MEMBER))
        found = {}
        for name, view in (
            ("live", {}),
            ("as_of", {"as_of": clock.now}),
            ("known_at", {"known_at": clock.now}),
        ):
            tracker.store.keyring.clear()
            with statements_of(tracker.store.engine) as sent:
                assert ("FastParcel", "email") in held(tracker, MEMBER, **view)
            found[name] = len(sent)
    return found


def test_the_statements_of_a_read_do_not_grow_with_other_peoples_links(
    store_place: StorePlace,
) -> None:
    """A live, an as-of and a known-at read take as many statements beside 3 links of other people
    as beside 60.
    """
    few, many = _statements(store_place, 3), _statements(store_place.another(), 60)
    assert few == many
    assert few["live"] > 0
