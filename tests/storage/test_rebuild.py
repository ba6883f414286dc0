"""Rebuild: the facts are a function of the ledger, whatever stands in their tables before."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from lineage.generator import generate
from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.storage.dump import FACTS, RECORD, dump
from tests.storage.shop import CONTROLLER, Message, erased, linked, open_shop, share


def busy_year() -> list[Message]:
    """A generated stream with all that happens in one, and some people who are linked."""
    stream = [*generate(60, 1_500, 11, controllers=(CONTROLLER,))]
    return [
        *stream,
        *(linked(f"{n}@shop.example", subject=f"m{n}") for n in range(8)),
        *(share(subject=f"{n}@shop.example") for n in range(8)),
        *(share("BlueVan", subject=f"m{n}") for n in range(8)),
    ]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a busy year, requests, plans and late shares that widen or add a notice."""
    folder = tmp_path_factory.mktemp("year")
    with open_shop(folder) as tracker:
        tracker.record(busy_year(), batch_size=400)
        for n in range(4):
            tracker.open_request(f"m{n}", controller=CONTROLLER, request_id=f"r{n}")
            tracker.decide_request(f"r{n}", outcome="accepted", controller=CONTROLLER)
        late = [share("NordPost", subject="m1"), share("FastParcel", "phone", subject="m2")]
        tracker.record([*late, erased(subject="m3", at="2026-03-30")])
    return folder


@pytest.fixture
def busy(year: Path, tmp_path: Path) -> Iterator[Tracker]:
    """A copy of it, to be ruined."""
    shutil.copytree(year, tmp_path, dirs_exist_ok=True)
    with open_shop(tmp_path) as tracker:
        yield tracker


def test_rebuild_changes_nothing(tmp_path: Path, busy: Tracker) -> None:
    """Folded on recording and folded anew, all facts are equal byte for byte; and neither the
    ledger nor the tasks, attempts, dead letters or sources are touched.
    """
    database = tmp_path / "shop.db"
    facts, record = dump(database, FACTS), dump(database, RECORD)
    assert all(facts.values())
    assert facts["notices"]
    assert record["tasks"]
    told: list[tuple[int, int]] = []
    report = busy.rebuild(progress=lambda done, total: told.append((done, total)))
    assert dump(database, FACTS) == facts
    assert dump(database, RECORD) == record
    assert report.edges == len(facts["edges"])
    assert report.people == len(facts["persons"])
    assert told[-1][0] == told[-1][1]


RUIN = {
    "all edges": "DELETE FROM edges",
    "all of everything": "",
    "some erasures": "DELETE FROM erasures WHERE rowid_like(subject_ref)",
    "spans": "UPDATE edges SET spans = '{}', event_count = 99",
    "versions": "UPDATE persons SET ver = ver + 7",
    "links": "DELETE FROM links",
    "half of the links": "DELETE FROM links WHERE forward",
    "notices": "UPDATE notices SET state = 'erased', categories = '[]'",
    "requests": "DELETE FROM requests",
    "changes": "UPDATE changes SET at = 0",
    "facts of nobody": "UPDATE edges SET subject_ref = randomblob(16) WHERE edge_key > x'80'",
    "facts of the controller": (
        "UPDATE OR IGNORE edges SET subject_ref = (SELECT subject_ref FROM subjects"
        " WHERE kind = 'controller')"
    ),
    "facts of another": (
        "UPDATE OR IGNORE edges SET subject_ref = (SELECT min(subject_ref) FROM subjects)"
    ),
}


@pytest.mark.parametrize("what", RUIN)
def test_rebuild_restores_what_was_ruined(tmp_path: Path, busy: Tracker, what: str) -> None:
    """Fact rows deleted, changed or moved to others are as they were after a rebuild."""
    database = tmp_path / "shop.db"
    facts, record = dump(database, FACTS), dump(database, RECORD)
    with busy.store.writing() as conn:
        if what == "all of everything":
            for table in FACTS:
                conn.execute(table.delete())
        else:
            condition = "substr(hex(subject_ref), 1, 1) > '7'"
            conn.exec_driver_sql(RUIN[what].replace("rowid_like(subject_ref)", condition))
    assert dump(database, FACTS) != facts
    busy.rebuild()
    assert dump(database, FACTS) == facts
    assert dump(database, RECORD) == record


def test_recording_goes_on_after_a_ruin(tmp_path: Path, busy: Tracker) -> None:
    """What is recorded for a person and then rebuilt is what would have been recorded without the
    ruin: nothing depends on facts that happened to stand there.
    """
    with busy.store.writing() as conn:
        conn.execute(t.edges.delete())
    busy.rebuild()
    busy.record([share("HillRail", subject="m1")])
    facts = dump(tmp_path / "shop.db", FACTS)
    busy.rebuild()
    assert dump(tmp_path / "shop.db", FACTS) == facts


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_and_portions_give_the_same_facts(
    tmp_path: Path, tracker: Tracker, seed: int
) -> None:
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
    facts = dump(tmp_path / "shop.db", FACTS)
    tracker.rebuild()
    assert dump(tmp_path / "shop.db", FACTS) == facts


def test_rebuild_of_an_empty_store(tmp_path: Path, tracker: Tracker) -> None:
    """An empty store rebuilds to an empty one; facts that belong to nobody are dropped."""
    with tracker.store.writing() as conn:
        values = {"subject_ref": os.urandom(16), "other_ref": os.urandom(16), "forward": True}
        conn.execute(t.links.insert(), values)
    report = tracker.rebuild()
    assert (report.people, report.events, report.edges) == (0, 0, 0)
    with tracker.store.reading() as conn:
        assert conn.execute(sa.select(t.links)).all() == []
