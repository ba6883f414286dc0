"""Rebuild: the facts are a function of the ledger, whatever stands in their tables before."""

import os
from collections.abc import Callable, Iterator
from random import Random

import pytest
import sqlalchemy as sa

from lineage.generator import generate
from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.conftest import PlaceIn
from tests.storage.dump import FACTS, RECORD, dump
from tests.storage.shop import CONTROLLER, Message, erased, linked, open_shop, share
from tests.support.engines import ENGINES

Ruin = Callable[[sa.Connection], None]


def busy_year() -> list[Message]:
    """A generated stream with all that happens in one, and some people who are linked."""
    stream = [*generate(60, 1_500, 11, controllers=(CONTROLLER,))]
    return [
        *stream,
        *(linked(f"{n}@shop.example", subject=f"m{n}") for n in range(8)),
        *(share(subject=f"{n}@shop.example") for n in range(8)),
        *(share("BlueVan", subject=f"m{n}") for n in range(8)),
    ]


@pytest.fixture(scope="module", params=ENGINES)
def year(
    request: pytest.FixtureRequest, place_in: PlaceIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tracker]:
    """A store with a busy year, requests, plans and late shares that widen or add a notice."""
    folder = tmp_path_factory.mktemp("year")
    with place_in(folder, request.param) as place, open_shop(place) as tracker:
        tracker.record(busy_year(), batch_size=400)
        for n in range(4):
            tracker.open_request(f"m{n}", controller=CONTROLLER, request_id=f"r{n}")
            tracker.decide_request(f"r{n}", outcome="accepted", controller=CONTROLLER)
        late = [share("NordPost", subject="m1"), share("FastParcel", "phone", subject="m2")]
        tracker.record([*late, erased(subject="m3", at="2026-03-30")])
        yield tracker


@pytest.fixture
def busy(year: Tracker) -> Iterator[Tracker]:
    """It, to be ruined: a rebuild mends it, and where rebuild is at fault its tests have failed."""
    yield year
    year.rebuild()


def test_rebuild_changes_nothing(busy: Tracker) -> None:
    """Folded on recording and folded anew, all facts are equal byte for byte; and neither the
    ledger nor the tasks, attempts, dead letters or sources are touched.
    """
    facts, record = dump(busy, FACTS), dump(busy, RECORD)
    assert all(facts.values())
    assert facts["notices"]
    assert record["tasks"]
    told: list[tuple[int, int]] = []
    report = busy.rebuild(progress=lambda done, total: told.append((done, total)))
    assert dump(busy, FACTS) == facts
    assert dump(busy, RECORD) == record
    assert report.edges == len(facts["edges"])
    assert report.people == len(facts["persons"])
    assert told[-1][0] == told[-1][1]


def to_nobody(conn: sa.Connection) -> None:
    """Half of the edges under refs that belong to nobody."""
    for edge in conn.execute(sa.select(t.edges)).all():
        if edge.edge_key > b"\x80":
            where = (t.edges.c.subject_ref == edge.subject_ref) & (
                t.edges.c.edge_key == edge.edge_key
            )
            conn.execute(t.edges.update().where(where), {"subject_ref": os.urandom(16)})


def to(whom: sa.ColumnElement[bool] | None) -> Ruin:
    """All edges moved to one subject, as far as it can have them."""

    def ruin(conn: sa.Connection) -> None:
        ref = sa.select(sa.func.min(t.subjects.c.subject_ref))
        if whom is not None:
            ref = ref.where(whom)
        [new] = conn.execute(ref).scalars()
        rows = {row.edge_key: dict(row._mapping) for row in conn.execute(sa.select(t.edges))}
        conn.execute(t.edges.delete())
        conn.execute(t.edges.insert(), [row | {"subject_ref": new} for row in rows.values()])

    return ruin


def all_of_everything(conn: sa.Connection) -> None:
    """No fact is left."""
    for table in FACTS:
        conn.execute(table.delete())


def ran(statement: sa.Executable) -> Ruin:
    """What one statement does."""

    def ruin(conn: sa.Connection) -> None:
        conn.execute(statement)

    return ruin


RUIN: dict[str, Ruin] = {
    "all edges": ran(t.edges.delete()),
    "all of everything": all_of_everything,
    "some erasures": ran(t.erasures.delete().where(t.erasures.c.subject_ref > b"\x80")),
    "spans": ran(t.edges.update().values(spans="{}", event_count=99)),
    "versions": ran(t.persons.update().values(ver=t.persons.c.ver + 7)),
    "links": ran(t.links.delete()),
    "half of the links": ran(t.links.delete().where(t.links.c.forward)),
    "notices": ran(t.notices.update().values(state="erased", categories="[]")),
    "requests": ran(t.requests.delete()),
    "changes": ran(t.changes.update().values(at=0)),
    "facts of nobody": to_nobody,
    "facts of the controller": to(t.subjects.c.kind == "controller"),
    "facts of another": to(None),
}


@pytest.mark.parametrize("what", RUIN)
def test_rebuild_restores_what_was_ruined(busy: Tracker, what: str) -> None:
    """Fact rows deleted, changed or moved to others are as they were after a rebuild."""
    facts, record = dump(busy, FACTS), dump(busy, RECORD)
    with busy.store.writing() as conn:
        RUIN[what](conn)
    assert dump(busy, FACTS) != facts
    busy.rebuild()
    assert dump(busy, FACTS) == facts
    assert dump(busy, RECORD) == record


def test_recording_goes_on_after_a_ruin(busy: Tracker) -> None:
    """What is recorded for a person and then rebuilt is what would have been recorded without the
    ruin: nothing depends on facts that happened to stand there.
    """
    with busy.store.writing() as conn:
        conn.execute(t.edges.delete())
    busy.rebuild()
    busy.record([share("HillRail", subject="m1")])
    facts = dump(busy, FACTS)
    busy.rebuild()
    assert dump(busy, FACTS) == facts


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_and_portions_give_the_same_facts(tracker: Tracker, seed: int) -> None:
    """Shuffled, repeated and in portions of any size, the same events of a person end in the same
    facts as those a rebuild folds.
    """
    rng = Random(seed)
    messages = busy_year()
    messages += rng.sample(messages, 200)
    rng.shuffle(messages)
    while messages:
        size = rng.choice([1, 5, 300])
        tracker.record(messages[:size])
        del messages[:size]
    facts = dump(tracker, FACTS)
    tracker.rebuild()
    assert dump(tracker, FACTS) == facts


def test_rebuild_of_an_empty_store(tracker: Tracker) -> None:
    """An empty store rebuilds to an empty one; facts that belong to nobody are dropped."""
    with tracker.store.writing() as conn:
        values = {"subject_ref": os.urandom(16), "other_ref": os.urandom(16), "forward": True}
        conn.execute(t.links.insert(), values)
    report = tracker.rebuild()
    assert (report.people, report.events, report.edges) == (0, 0, 0)
    with tracker.store.reading() as conn:
        assert conn.execute(sa.select(t.links)).all() == []
