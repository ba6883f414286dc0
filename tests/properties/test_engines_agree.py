"""Both engines come to the same: the same events make the same edges, holdings and answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.tracker import Tracker
from tests.conftest import PlaceIn
from tests.properties.stores import emptied, facts_dump, holdings_dump, opened, record_in
from tests.properties.streams import CONTROLLER, HOLDS, PEOPLE, Sketch, streams, wires
from tests.properties.worlds import CONTROLLERS, shuffled, world
from tests.support.places import StorePlace

pytestmark = pytest.mark.postgres

PREFIXES = count()
RECIPIENTS = ("Cart", "Bike", "Vault")

Both = tuple[Tracker, Tracker]
sizes = st.lists(st.integers(1, 5), max_size=12)


@pytest.fixture(scope="module")
def places(
    place_in: PlaceIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[StorePlace, StorePlace]]:
    """A place on each engine, with one key folder for both."""
    folder: Path = tmp_path_factory.mktemp("both")
    with place_in(folder, "sqlite") as file, place_in(folder, "postgresql") as server:
        assert file.keys == server.keys
        yield file, server


@pytest.fixture(scope="module")
def both(places: tuple[StorePlace, StorePlace]) -> Iterator[Both]:
    """A store on each engine, with the same keys."""
    with opened(places[0]) as file, opened(places[1]) as server:
        yield file, server


@given(drawn=streams(HOLDS), batches=sizes, others=sizes, by_time=st.booleans())
def test_dumps_and_answers_are_equal_between_the_engines(
    both: Both, drawn: list[Sketch], batches: list[int], others: list[int], by_time: bool
) -> None:
    """A drawn stream, in other batches on each engine: facts, holdings, graphs and reverse answers
    are equal, row by row and in the same order.
    """
    prefix = f"e{next(PREFIXES)}"
    events = wires(drawn, prefix)
    if by_time:
        events.sort(key=lambda e: e["time"])
    file, server = both
    for tracker, portions in ((file, batches), (server, others)):
        emptied(tracker)
        record_in(tracker, events, portions)
    people = sorted({str(event["subject"]) for event in events})
    assert facts_dump(file) == facts_dump(server)
    assert holdings_dump(file, people) == holdings_dump(server, people)
    assert graphs(file, people) == graphs(server, people)
    assert whom(file) == whom(server)


@given(drawn=streams(HOLDS), shuffling=st.data(), batches=sizes, others=sizes)
def test_dumps_are_equal_in_another_order_and_after_a_rebuild(
    both: Both,
    drawn: list[Sketch],
    shuffling: st.DataObject,
    batches: list[int],
    others: list[int],
) -> None:
    """In order of time on one engine and shuffled on the other, facts and holdings are equal; and
    they are after a rebuild on each.
    """
    prefix = f"f{next(PREFIXES)}"
    events = sorted(wires(drawn, prefix), key=lambda e: str(e["time"]))
    mixed = shuffling.draw(st.permutations(events))
    file, server = both
    for tracker, sent, portions in ((file, events, batches), (server, mixed, others)):
        emptied(tracker)
        record_in(tracker, sent, portions)
    people = [f"{prefix}-p{n}" for n in range(PEOPLE)] if events else []
    facts, held = facts_dump(file), holdings_dump(file, people)
    for tracker in (server, file, server):
        assert facts_dump(tracker) == facts
        assert holdings_dump(tracker, people) == held
        tracker.rebuild()


def test_a_long_stream_makes_equal_dumps(places: tuple[StorePlace, StorePlace]) -> None:
    """4,000 generated events about 200 people, in another order and other batches on each engine:
    facts and holdings are equal between them, now and after a rebuild on each.
    """
    events, generated = world(200, 4_000, 23)
    with opened(places[0].another()) as file, opened(places[1].another()) as server:
        file.record(events, batch_size=333)
        server.record(shuffled(events, 5), batch_size=1_999)
        dumps = []
        for tracker in (file, server):
            before = facts_dump(tracker)
            dumps.append((before, holdings_of_all(tracker, generated.truth.people)))
            tracker.rebuild()
            assert facts_dump(tracker) == before
            assert holdings_of_all(tracker, generated.truth.people) == dumps[-1][1]
        assert dumps[0] == dumps[1]
        assert all(dumps[0][0][name] for name in ("edges", "erasures", "changes"))


def holdings_of_all(tracker: Tracker, people: object) -> list[object]:
    """The holdings of everybody in a generated world."""
    found: list[object] = []
    for controller in CONTROLLERS:
        ids = [p.internal for p in people if p.controller == controller]  # type: ignore[attr-defined]
        found.append(holdings_dump(tracker, ids, controller=controller))
    return found


def graphs(tracker: Tracker, people: list[str]) -> list[object]:
    """The graph of each person as it is answered, rows in their order."""
    return [
        [row.model_dump(mode="json") for row in tracker.lineage(one, controller=CONTROLLER).edges]
        for one in people
    ]


def whom(tracker: Tracker) -> list[object]:
    """Whom each recipient holds: pages follow refs, which each store draws for itself."""
    return [
        sorted(
            (row.subject, row.category, str(row.since))
            for row in tracker.recipient_subjects(name, controller=CONTROLLER).rows
        )
        for name in RECIPIENTS
    ]
