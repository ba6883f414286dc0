"""PostgreSQL dies, or hangs up, in the middle of recording: an error, and nothing lost or doubled.

The program lives on and records the same again with the connections it has, as a service would.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier

import pytest

from lineage import open_tracker
from lineage.generator import write
from lineage.storage.errors import StoreUnusable
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_no_gap, assert_sound
from tests.faults.damage import ANY, DAMAGES, Moment, drawn, struck
from tests.properties.stores import NOW, events_on_record
from tests.properties.worlds import differences, live, world
from tests.support.databases import Databases
from tests.support.servers import OwnServer, answers

pytestmark = pytest.mark.postgres

PEOPLE, LINES, BATCH = 20, 600, 40
STRIKES = 2
LOST = "the database cannot be reached, or has hung up"
AGAIN = "record the same input again"


def recorded_or_lost(tracker: Tracker, path: Path) -> str:
    """Record a file: what was said when it could not go on, or nothing."""
    try:
        tracker.record_file(path, batch_size=BATCH)
    except StoreUnusable as error:
        return f"{error}; {error.do}"
    return ""


def struck_once(tracker: Tracker, path: Path, moment: Moment, what: str, server: OwnServer) -> bool:
    """Record until it is struck; whether that came in the middle of something."""
    url = tracker.store.engine.url.render_as_string(hide_password=False)
    with struck(moment, lambda driver: DAMAGES[what](server, url, driver)) as done:
        said = recorded_or_lost(tracker, path)
        if moment.place != ANY:
            assert not done.is_set() or said
    if not answers(server.url):
        server.start()
    assert not said or (LOST in said and AGAIN in said), said
    return bool(said)


def one_round(seed: int, what: str, folder: Path, server: OwnServer) -> int:
    """Strike some times, then let it come to its end; how often something was lost."""
    rng = Random(f"{seed} {what}")
    _, generated = world(PEOPLE, LINES, seed)
    path = folder / f"events-{seed}.jsonl"
    write(generated, path)
    counts, url = generated.truth.counts, Databases(server).new_database()
    with open_tracker(url, keys=folder / f"keys-{seed}", clock=lambda: NOW) as tracker:
        times = 0
        for _ in range(STRIKES):
            moment = drawn(rng, LINES // BATCH)
            lost = struck_once(tracker, path, moment, what, server)
            assert_no_gap(tracker)
            print(f"seed {seed}, {what}: {moment}, lost: {lost}")
            times += lost
        before = events_on_record(tracker)
        receipt = tracker.record_file(path, batch_size=BATCH)
        assert receipt.refused == 0
        assert receipt.recorded == counts.events - before
        assert events_on_record(tracker) == counts.events
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
        assert_sound(tracker)
    return times


@pytest.mark.parametrize("what", DAMAGES)
def test_a_lost_connection_is_made_good(what: str, own_postgres: OwnServer, tmp_path: Path) -> None:
    """Struck at six moments, most of them in mid-transaction, then recorded again: every event
    once, no gap, holders equal the truth, the tree verified, and a rebuild changes nothing.
    """
    lost = [one_round(seed, what, tmp_path, own_postgres) for seed in range(3)]
    assert sum(lost) >= len(lost), "few strikes met anything"


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("what", DAMAGES)
def test_twenty_lost_connections_are_made_good(
    what: str, own_postgres: OwnServer, tmp_path: Path
) -> None:
    """As above, at forty other moments."""
    lost = [one_round(seed, what, tmp_path, own_postgres) for seed in range(100, 120)]
    assert sum(lost) >= len(lost), "few strikes met anything"


ASKING = 5


def test_all_connections_of_a_pool_may_die_at_once(own_postgres: OwnServer, tmp_path: Path) -> None:
    """A program that had many connections goes on after its server was restarted: nobody is told
    of a connection that died while it was not used.
    """
    events, generated = world(PEOPLE, LINES, 1)
    someone = generated.truth.people[0]
    url = Databases(own_postgres).new_database()
    with open_tracker(url, keys=tmp_path / "keys", clock=lambda: NOW) as tracker:
        tracker.record(events[: LINES // 2])
        hold_connections(tracker)
        own_postgres.restart()
        assert tracker.holders(someone.internal, controller=someone.controller).subject
        hold_connections(tracker)
        own_postgres.kill()
        own_postgres.start()
        assert tracker.record(events).refused == 0
        assert events_on_record(tracker) == generated.truth.counts.events


def hold_connections(tracker: Tracker) -> None:
    """Use several connections at once, so that as many stay in the pool."""
    barrier = Barrier(ASKING)

    def ask() -> None:
        with tracker.store.reading():
            barrier.wait(10)

    with ThreadPoolExecutor(ASKING) as pool:
        for asked in [pool.submit(ask) for _ in range(ASKING)]:
            asked.result()
