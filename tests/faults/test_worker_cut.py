"""The network between a worker and PostgreSQL fails, with the COMMIT under way or before it.

The worker ends, and the next one goes on where the lane stands: it does not matter whether what was
under way is on record. A failing round says the command that replays it.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.faults.replaying import replayed_by
from tests.properties.worlds import world
from tests.streams.shipping import Shipping, copies
from tests.streams.whole import assert_whole
from tests.support.cutting import Failure, network_to
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

SECONDS_MAX = 180.0
STILL_SECONDS = 30.0
"""When a worker of which the network has fallen silent ends: half of what it waits elsewhere."""

ANSWER_LOST = Failure(transaction=2, sent=None, taken=True)
NEVER_SENT = Failure(transaction=2, sent=None, taken=False)
BEFORE_IT = Failure(transaction=1, sent=3, taken=True)


def drawn(rng: Random) -> Failure:
    """A failure of any kind; half of them are at a COMMIT."""
    sent = rng.choice([None, rng.randint(1, 12)])
    return Failure(rng.randint(1, 4), sent, taken=rng.random() < 0.5, silent=rng.random() < 0.25)


def one_round(kafka: Kafka, place: StorePlace, seed: int, failures: list[Failure]) -> None:
    """Let the network fail some times while a worker records a world; then hold it to the truth."""
    events, generated = world(20, 500, seed)
    sent = copies(events, seed)
    shipping = Shipping(kafka, place, partitions=2, batch=10)
    shipping.make(*map(shipping.topic_of, sent))  # none is made behind a worker that fails
    part = len(sent) // (len(failures) + 1) + 1
    with place.open() as tracker, network_to(place.url) as (url, network):
        with shipping.supervised(store=url, still_seconds=STILL_SECONDS) as started:
            for number, failure in enumerate(failures):
                network.fail(failure)
                shipping.send_events(sent[number * part : (number + 1) * part])
                assert network.failed.wait(SECONDS_MAX), failure
                print(failure)
                shipping.wait_until_read(tracker)
            shipping.send_events(sent[len(failures) * part :])
            shipping.wait_until_read(tracker)
            assert started() == len(failures) + 1
        assert_whole(tracker, events, generated)


def test_lost_answer_to_a_commit_doubles_nothing(kafka: Kafka, postgres_place: StorePlace) -> None:
    """Nobody tells the worker that its batch is on record; nor that one is not."""
    with replayed_by(1):
        one_round(kafka, postgres_place, 1, [ANSWER_LOST, NEVER_SENT, BEFORE_IT])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2, 12))
def test_network_fails_anywhere(kafka: Kafka, postgres_place: StorePlace, seed: int) -> None:
    """As above at ten places of each round; one in four falls silent and does not hang up."""
    rng = Random(seed)
    with replayed_by(seed):
        one_round(kafka, postgres_place, seed, [drawn(rng) for _ in range(10)])
