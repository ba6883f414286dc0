"""kill -9 of workers, seeded, at every place of the sink: each event is recorded once.

A plain run kills some; ``make faults`` kills over two hundred. A round that fails says what replays
it.
"""

from __future__ import annotations

import time
from random import Random
from signal import SIGKILL

import pytest

from tests.faults.replaying import replayed_by
from tests.properties.worlds import world
from tests.streams.run import FAILPOINTS
from tests.streams.shipping import Shipping, copies
from tests.streams.whole import assert_whole
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


def killed(shipping: Shipping, rng: Random, failpoint: str | None) -> bool:
    """Run a worker until it kills itself at this place, or is killed somewhere; whether it was."""
    place = None if failpoint is None else (failpoint, rng.randint(1, 3))
    with shipping.worker(failpoint=place) as worker:
        if failpoint is None:
            time.sleep(rng.uniform(1, 4))
            worker.kill()
        with shipping.place.open() as tracker:
            while worker.poll() is None and not shipping.is_read(tracker):
                time.sleep(0.05)
            worker.kill()
        return worker.wait() == -SIGKILL


def one_round(kafka: Kafka, place: StorePlace, seed: int, *, chosen_by_nobody: int) -> None:
    """Kill a worker at every place, and at moments that nobody has chosen; let one finish."""
    rng = Random(seed)
    events, generated = world(20, 500, seed)
    sent = copies(events, seed)
    shipping = Shipping(kafka, place, partitions=rng.randint(1, 4), batch=rng.choice([7, 20, 60]))
    places = [*FAILPOINTS, *[None] * chosen_by_nobody]
    rng.shuffle(places)
    print(f"seed {seed}: {shipping.partitions} partitions, batches of {shipping.batch}, {places}")
    part = len(sent) // len(places) + 1
    for number, failpoint in enumerate(places):
        shipping.send_events(sent[number * part : (number + 1) * part])
        assert killed(shipping, rng, failpoint), f"it was not killed {failpoint}"
    with place.open() as tracker:
        with shipping.worker() as worker:
            shipping.wait_until_read(tracker, worker)
            assert shipping.stop(worker) == 0
        assert_whole(tracker, events, generated)


def test_killed_workers_lose_nothing(kafka: Kafka, postgres_place: StorePlace) -> None:
    """Wherever a worker dies, the next goes on: nothing is lost, doubled or out of the tree."""
    with replayed_by(1):
        one_round(kafka, postgres_place, 1, chosen_by_nobody=0)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 24))
def test_two_hundred_killed_workers_lose_nothing(
    kafka: Kafka, postgres_place: StorePlace, seed: int
) -> None:
    """The same over and over, each time with other events, batches and places."""
    with replayed_by(seed):
        one_round(kafka, postgres_place, seed, chosen_by_nobody=3)
