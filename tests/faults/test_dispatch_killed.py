"""kill -9 in the middle of dispatch loses no notice and changes none that goes out again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.events import RecipientNotified
from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_sound
from tests.faults.book import ANSWERS, SECRET, SECRET_NAME, STATES, Book
from tests.faults.killing import SECONDS_MAX, kill, lines, worker
from tests.support.places import StorePlace

PEOPLE, KILLS, CONCURRENCY = 10, 3, 4
NOTICES = PEOPLE * len(ANSWERS)
LEASE_SECONDS = 0.5


def shares(person: str) -> list[dict[str, Any]]:
    """A share of one person's data with each recipient."""
    return [
        {
            "specversion": "1.0",
            "id": f"{person}-{name}",
            "source": "/services/shop",
            "type": "lineage.data_shared.v1",
            "time": "2026-03-02T10:00:00Z",
            "controller": "sesiiduo",
            "subject": person,
            "data": {
                "recipient": name,
                "recipient_kind": "logistics",
                "categories": ["name", "email"],
            },
        }
        for name in ANSWERS
    ]


def plan_notices(tracker: Tracker) -> dict[str, tuple[str, str]]:
    """Record people and accepted requests; every notice by its id: (request, recipient)."""
    found: dict[str, tuple[str, str]] = {}
    for number in range(PEOPLE):
        person = f"p{number}"
        tracker.record(shares(person))
        request = tracker.open_request(person, controller="sesiiduo").request
        tracker.decide_request(request, outcome="accepted", controller="sesiiduo")
        for notice in tracker.request_status(request, controller="sesiiduo").notices:
            assert notice.notice_id is not None
            found[notice.notice_id] = (request, notice.recipient)
    return found


def killed_once(rng: Random, book: Book, place: StorePlace, registry: Path) -> bool:
    """Start a dispatch and kill it a moment after some more notices have come."""
    target = book.deliveries + 1 + rng.randrange(NOTICES // KILLS - CONCURRENCY)
    arguments = [place.url, str(place.keys), str(registry), str(LEASE_SECONDS)]
    with worker("dispatch", *arguments) as process:
        assert next(lines(process)) == "ready"
        book.wait_for(min(target, NOTICES), 5)
        time.sleep(rng.random() * 0.02)
        return kill(process)


def dispatch_the_rest(
    tracker: Tracker, *, limit: int = 500, lease_seconds: float = LEASE_SECONDS
) -> None:
    """Dispatch until nothing is left: what the killed had claimed is free after its lease."""
    deadline = time.monotonic() + SECONDS_MAX
    while tracker.dispatch(limit=limit, lease_seconds=lease_seconds).left:
        assert time.monotonic() < deadline, "notices are left"
        time.sleep(0.05)


def count_of(tracker: Tracker, event_type: str) -> int:
    """How many events of a type are on record."""
    what = sa.select(sa.func.count()).where(t.events.c.type == event_type)
    with tracker.store.reading() as conn:
        return int(conn.execute(what).scalar_one())


def one_round(seed: int, place: StorePlace, folder: Path) -> None:
    """Kill a dispatch some times, then let it run to its end."""
    print(f"seed {seed}")
    rng = Random(seed)
    registry = folder / "recipients.yaml"
    with Book(rng) as book:
        book.write_registry(registry)
        with place.open(recipients=registry) as tracker:
            planned = plan_notices(tracker)
        assert len(planned) == NOTICES
        killed = [killed_once(rng, book, place, registry) for _ in range(KILLS)]
        assert any(killed), "no kill came in time"
        with place.open(recipients=registry) as tracker:
            dispatch_the_rest(tracker)
            assert set(book.bodies) == set(planned)
            assert all(len(set(bodies)) == 1 for bodies in book.bodies.values())
            assert book.deliveries - NOTICES <= sum(killed) * CONCURRENCY * 2
            for request in {request for request, _ in planned.values()}:
                for notice in tracker.request_status(request, controller="sesiiduo").notices:
                    assert notice.state == STATES[notice.recipient]
            assert count_of(tracker, RecipientNotified.event_type()) == NOTICES
            assert tracker.verify().ok


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signing secret, for this process and for those it starts."""
    monkeypatch.setenv(SECRET_NAME, SECRET)


@pytest.mark.parametrize("seed", [1])
def test_a_killed_dispatch_is_made_good_by_dispatching_again(
    seed: int, store_place: StorePlace, tmp_path: Path
) -> None:
    """Killed at three moments, then dispatched again: each notice is delivered, repeated only
    under the same id with the same body, recorded once, and in the state it was answered with.
    """
    one_round(seed, store_place, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_killed_dispatches_are_made_good(
    seed: int, store_place: StorePlace, tmp_path: Path
) -> None:
    """As above, at sixty other moments."""
    one_round(seed, store_place, tmp_path)


def test_two_dispatchers_at_once_deliver_each_notice_once(
    store_place: StorePlace, tmp_path: Path
) -> None:
    """Two programs dispatch at the same time: no notice is sent by both, and none by neither."""
    registry = tmp_path / "recipients.yaml"
    with Book(Random(1)) as book:
        book.write_registry(registry)
        with (
            store_place.open(recipients=registry) as one,
            store_place.open(recipients=registry) as other,
            ThreadPoolExecutor(2) as pool,
        ):
            planned = plan_notices(one)
            dispatch = partial(dispatch_the_rest, limit=5, lease_seconds=60.0)
            dispatching = [pool.submit(dispatch, each) for each in (one, other)]
            for dispatched in dispatching:
                dispatched.result(SECONDS_MAX)
            assert {notice: len(bodies) for notice, bodies in book.bodies.items()} == dict.fromkeys(
                planned, 1
            )
            assert count_of(one, RecipientNotified.event_type()) == NOTICES
            assert_sound(one)
