"""Rounds in which the example service and its relay are killed again and again."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from signal import SIGKILL

import sqlalchemy as sa

from lineage import open_tracker
from lineage.events import DataShared, parse_event
from lineage.outbox import run_relay, what_waits
from tests.outbox.relay_worker import NEVER, POINTS
from tests.outbox.sinks import Sink

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "docs" / "examples" / "checkout" / "service.py"
LEASE_SECONDS = 1.0
SECONDS_MAX = 60
ENDLESS = "1000000"


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running process of Python; killed afterwards, if it has not been."""
    running = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        running.communicate(timeout=SECONDS_MAX)
        assert running.returncode == -SIGKILL, "it ended before it was killed"


def service(database: str) -> tuple[str, ...]:
    """The example, placing orders without an end."""
    return (str(SERVICE), database, ENDLESS)


def relay(database: str, sink: Sink, point: str = NEVER, count: int = 0) -> tuple[str, ...]:
    """A relay of its own, which ends by itself at a point, or lives until it is killed."""
    worker = ("-m", "tests.outbox.relay_worker", database, str(LEASE_SECONDS))
    return (*worker, point, str(count), *sink.arguments)


def started(running: subprocess.Popen[str]) -> None:
    """Wait for a process to be at work."""
    assert running.stdout is not None
    assert running.stdout.readline(), "it ended before it was at work"


def killed_at_random(rng: Random, database: str, sink: Sink) -> None:
    """Run service and relay together, and kill both, each at a moment of its own."""
    with process(*relay(database, sink)) as relaying, process(*service(database)) as selling:
        started(selling)
        started(relaying)
        time.sleep(rng.random() * 0.2)
        os.kill(rng.choice([selling, relaying]).pid, SIGKILL)
        time.sleep(rng.random() * 0.1)


def killed_at_a_point(rng: Random, database: str, sink: Sink) -> None:
    """Let the relay die between claiming and removing, and the service soon after."""
    words = relay(database, sink, rng.choice(POINTS), rng.randrange(8))
    with process(*words) as relaying, process(*service(database)):
        relaying.wait(SECONDS_MAX)
        time.sleep(rng.random() * 0.1)


def make_tables(database: str) -> None:
    """Let the example make its tables, so that the relay need not wait for them."""
    engine = sa.create_engine(database)
    runpy.run_path(str(SERVICE))["metadata"].create_all(engine)
    engine.dispose()


def order_ids(database: str) -> list[str]:
    """The orders that the service has committed."""
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        found = connection.scalars(sa.text("SELECT order_id FROM orders ORDER BY order_id")).all()
    engine.dispose()
    return list(found)


def one_round(seed: int, *, database: str, sink: Sink, folder: Path, kills: int) -> None:
    """Kill both some times; then every committed order has exactly one event on record, and no
    event is without its order.
    """
    print(f"seed {seed}")
    rng = Random(seed)
    make_tables(database)
    for number in range(kills):
        if number % 2:
            killed_at_random(rng, database, sink)
        else:
            killed_at_a_point(rng, database, sink)
    orders = order_ids(database)
    assert orders, "no kill came late enough"
    deadline = time.monotonic() + SECONDS_MAX
    while what_waits(database).events and time.monotonic() < deadline:
        run_relay(database, sink.connect, lease_seconds=LEASE_SECONDS)
        time.sleep(0.1)  # what a killed relay had in hand is free when its lease ends
    assert what_waits(database).events == 0
    raw = sink.events()
    with open_tracker(f"sqlite:///{folder / 'tracker.db'}") as tracker:
        receipt = tracker.record(raw)
    assert (receipt.recorded, receipt.refused) == (len(orders), 0)
    assert events_by_order(raw) == dict.fromkeys(orders, 1)


def events_by_order(raw: Iterable[bytes]) -> Counter[str]:
    """How many different events there are of each order."""
    found = {}
    for event in map(parse_event, raw):
        assert isinstance(event.data, DataShared)
        assert event.data.order_id is not None
        found[event.id] = event.data.order_id
    return Counter(found.values())
