"""The relay publishes everything, each key in order, and drops nothing whatever fails."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
import sqlalchemy as sa

from lineage.events import Event, OrderCreated, parse_event
from lineage.outbox import OutboxEmitter, Relay, Stuck, waiting
from lineage.outbox.claims import Claims, Row
from lineage.outbox.table import OUTBOX
from lineage.outbox.turn import lots_of, put_off_seconds
from tests.outbox.broker import Broker
from tests.support.engines import on_postgresql


def enqueued(service: sa.Engine, emitter: OutboxEmitter, *subjects: str) -> list[Event]:
    """Events in the outbox, one of each subject named, in this order."""
    with service.begin() as connection:
        return [
            emitter.emit(connection, OrderCreated(order_id=f"o{number}"), subject=subject)
            for number, subject in enumerate(subjects)
        ]


def left(service: sa.Engine) -> list[str]:
    """The ids of the events that are still in the outbox."""
    with service.connect() as connection:
        found = connection.scalars(sa.select(OUTBOX.c.event).order_by(OUTBOX.c.position)).all()
    return [parse_event(event).id for event in found]


def all_free(service: sa.Engine) -> None:
    """Let what was put off be due, as if the time had passed."""
    with service.begin() as connection:
        connection.execute(sa.update(OUTBOX).values(held_until=None))


def test_what_is_enqueued_is_published_and_removed(
    service: sa.Engine, emitter: OutboxEmitter
) -> None:
    """Every event once, in order, as a structured CloudEvent under its key."""
    events = enqueued(service, emitter, "m1", "m2", "m1", "m3", "m1")
    broker = Broker()
    relay = Relay(service, broker.connect)
    turn = relay.once()
    assert (turn.published, turn.failed) == (5, 0)
    assert left(service) == []
    assert broker.ids_by_key() == {
        key: [event.id for event in events if event.subject == key] for key in ("m1", "m2", "m3")
    }
    assert len(broker.events) == 5
    topic, record = broker.records[0]
    assert (topic, record.key) == ("lineage.events", b"m1")
    assert dict(record.headers)["content-type"].startswith(b"application/cloudevents+json")
    assert relay.once().published == 0
    assert broker.connections == 1


def test_a_key_has_one_event_on_its_way() -> None:
    """Lots hold no key twice and keep the order of every key."""
    keys = "aabacbad"
    rows = [Row(n, "t", key, "", 0) for n, key in enumerate(keys)]
    lots = lots_of(rows)
    assert [[row.position for row in lot] for lot in lots] == [[0, 2, 4, 7], [1, 5], [3], [6]]
    assert lots_of([]) == []


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 0.8, 1.2), (2, 1.6, 2.4), (7, 48, 72), (5_000, 48, 72)]
)
def test_a_failed_event_waits_longer_each_time(attempts: int, least: float, most: float) -> None:
    """The wait doubles up to a minute, and differs from event to event."""
    waits = [put_off_seconds(attempts, draw=draw) for draw in (0.0, 0.5, 0.999)]
    assert least <= waits[0] < waits[1] < waits[2] <= most


def test_one_event_that_cannot_be_delivered_holds_up_its_key_only(
    service: sa.Engine, emitter: OutboxEmitter
) -> None:
    """The others get through; the later events of its person wait behind it; all come in the end,
    in order.
    """
    events = enqueued(service, emitter, *["m1", "m2", "m3", "m2", "m1"] * 3)
    bad = events[1].id
    broker = Broker(lambda event: event.id == bad)
    relay = Relay(service, broker.connect)
    turn = relay.once()
    assert (turn.published, turn.failed) == (9, 1)
    assert left(service) == [event.id for event in events if event.subject == "m2"]
    assert relay.once() == type(turn)(0, 0)  # nothing of m2 is due, and nothing else is left
    broker.fails = lambda _: False
    all_free(service)
    assert relay.drain() == 6
    assert left(service) == []
    assert broker.ids_by_key() == {
        key: [event.id for event in events if event.subject == key] for key in ("m1", "m2", "m3")
    }


def test_what_failed_can_be_seen_and_names_nobody(
    service: sa.Engine, emitter: OutboxEmitter, caplog: pytest.LogCaptureFixture
) -> None:
    """Attempts and the kind of error stand with the event; what the broker quoted is nowhere."""
    enqueued(service, emitter, "ada@shop.example", "m2")
    broker = Broker(lambda event: event.subject == "ada@shop.example")
    relay = Relay(service, broker.connect)
    with caplog.at_level(logging.DEBUG, logger="lineage"):
        for _ in range(3):
            relay.once()
            all_free(service)
    with service.connect() as connection:
        found = waiting(connection)
    assert (found.events, found.failing) == (1, 1)
    assert found.stuck == (Stuck(1, 3, "Away"),)
    assert found.oldest_at is not None
    assert abs(time.time() - found.oldest_at.timestamp()) < 60
    assert "ada" not in caplog.text
    assert "could not be published: Away" in caplog.text
    assert "ada" not in repr(Row(1, "t", "ada", "ada", 0))


def test_an_empty_outbox_has_nothing_waiting(service: sa.Engine) -> None:
    """Nothing waits, since never."""
    with service.connect() as connection:
        found = waiting(connection)
    assert (found.events, found.oldest_at, found.failing, found.stuck) == (0, None, 0, ())


def test_a_broker_that_is_away_is_found_out_soon(
    service: sa.Engine, emitter: OutboxEmitter
) -> None:
    """Not every event is tried alone: a few fail, and the rest are given back."""
    events = enqueued(service, emitter, *(f"m{number}" for number in range(50)))
    broker = Broker(lambda _: True)
    relay = Relay(service, broker.connect)
    assert relay.once().failed == 3
    assert (broker.flushes, broker.connections) == (4, 1)
    broker.fails = lambda _: False
    assert relay.once().published == 47
    assert broker.connections == 2
    all_free(service)
    assert relay.drain() == 3
    assert sorted(event.id for event in broker.events) == sorted(event.id for event in events)


def test_another_relay_leaves_a_held_key_alone(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """While one relay has an event of a person in hand, none takes a later one."""
    enqueued(service, emitter, "m1", "m2")
    claims = Claims(service, OUTBOX)
    assert [row.key for row in claims.claim(by="one", limit=1, seconds=60)] == ["m1"]
    enqueued(service, emitter, "m1", "m3")
    assert [row.key for row in claims.claim(by="two", limit=9, seconds=60)] == ["m2", "m3"]
    assert claims.claim(by="two", limit=9, seconds=60) == []
    claims.release(by="one")
    assert [row.key for row in claims.claim(by="two", limit=9, seconds=60)] == ["m1", "m1"]


@on_postgresql
def test_relays_claim_one_after_the_other(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """A relay that waited for its turn sees what the one before it has taken, whatever isolation
    the service's engine has.
    """
    enqueued(service, emitter, "m1", "m2")
    strict = service.execution_options(isolation_level="REPEATABLE READ")
    claims = Claims(strict, OUTBOX)
    assert claims._turn is not None
    with ThreadPoolExecutor(1) as pool, service.connect() as connection:
        connection.execute(claims._turn)
        waits = pool.submit(claims.claim, by="two", limit=9, seconds=60)
        time.sleep(0.5)
        assert not waits.done()
        of_m1 = sa.update(OUTBOX).where(OUTBOX.c.key == "m1")
        connection.execute(of_m1.values(held_by="one", held_until=2**62))
        connection.commit()
        assert [row.key for row in waits.result(60)] == ["m2"]


def test_many_relays_publish_each_event_once(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """Where nothing fails, nothing is even repeated."""
    events = enqueued(service, emitter, *(f"m{number % 20}" for number in range(200)))
    broker = Broker()
    with ThreadPoolExecutor(4) as pool:
        relays = [Relay(service, broker.connect, batch=3) for _ in range(4)]
        done = [pool.submit(relay.drain) for relay in relays]
    assert sum(each.result() for each in done) + Relay(service, broker.connect).drain() == 200
    assert sorted(event.id for event in broker.events) == sorted(event.id for event in events)


def test_a_lease_that_ends_is_taken_over(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """A relay that was killed holds nothing up for longer than its lease; what it still says
    afterwards changes nothing of what another has in hand.
    """
    enqueued(service, emitter, "m1", "m2")
    claims = Claims(service, OUTBOX)
    (row, _) = claims.claim(by="killed", limit=9, seconds=0.3)
    assert claims.claim(by="two", limit=9, seconds=60) == []
    time.sleep(0.4)
    assert [row.key for row in claims.claim(by="two", limit=9, seconds=60)] == ["m1", "m2"]
    claims.put_off(row, by="killed", seconds=0.0, error="late")
    claims.release(by="killed")
    assert claims.claim(by="three", limit=9, seconds=60) == []
    with service.connect() as connection:
        assert waiting(connection).failing == 0


def test_nothing_is_begun_at_the_end_of_a_lease(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """A relay that was slow gives back what it has not begun, so no two publish one key."""
    events = enqueued(service, emitter, "m1", "m1", "m1")
    broker = Broker()
    ticks = iter([0.0, 10.0, 41.0])  # claimed, first lot, second lot
    relay = Relay(service, broker.connect, lease_seconds=60, clock=lambda: next(ticks))
    assert relay.once().published == 1
    assert left(service) == [event.id for event in events[1:]]
    assert Relay(service, broker.connect).drain() == 2
    assert broker.ids_by_key() == {"m1": [event.id for event in events]}


def test_a_position_is_never_given_twice(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """A relay that is late removes by position: another event must not stand there by then."""
    enqueued(service, emitter, "m1")
    Relay(service, Broker().connect).drain()
    enqueued(service, emitter, "m1")
    with service.connect() as connection:
        assert connection.scalar(sa.select(OUTBOX.c.position)) == 2


@pytest.mark.parametrize("seed", range(3))
def test_many_relays_and_a_bad_broker_lose_nothing(
    service: sa.Engine, emitter: OutboxEmitter, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four relays at once, a service that goes on enqueueing, and one delivery in five failing:
    everything arrives, and the first arrivals of every key are in order.
    """
    print(f"seed {seed}")
    monkeypatch.setattr("lineage.outbox.turn.PUT_OFF_SECONDS", (0.01, 0.05))
    rng = Random(seed)
    broker = Broker(lambda _: rng.random() < 0.2)
    stop = threading.Event()
    relays = [
        Relay(service, broker.connect, batch=7, lease_seconds=20, random=Random(seed + n))
        for n in range(4)
    ]
    threads = [
        threading.Thread(target=relay.run, args=(stop,), kwargs={"idle_seconds": 0.01})
        for relay in relays
    ]
    for thread in threads:
        thread.start()
    events: list[Event] = []
    for _ in range(30):
        events += enqueued(service, emitter, *(f"m{rng.randrange(6)}" for _ in range(5)))
    deadline = time.monotonic() + 60
    while left(service) and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    assert left(service) == []
    assert broker.ids_by_key() == {
        key: [event.id for event in events if event.subject == key]
        for key in {event.subject for event in events}
    }


def test_a_database_that_is_away_is_waited_for(
    service: sa.Engine, emitter: OutboxEmitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relay goes on when its database is back."""
    monkeypatch.setattr("lineage.outbox.relay.DATABASE_AWAY_SECONDS", 0.01)
    enqueued(service, emitter, "m1")
    broker = Broker()
    faults = iter([True, True])
    stop = threading.Event()

    def fail_twice(*_: object) -> None:
        if next(faults, False):
            raise sa.exc.OperationalError("SELECT 1", None, OSError("m1 is not reachable"))

    sa.event.listen(service, "begin", fail_twice)
    relay = Relay(service, broker.connect)
    threading.Timer(0.5, stop.set).start()
    assert relay.run(stop, idle_seconds=0.01) == 1
    relay.close()


def test_other_databases_are_refused() -> None:
    """An engine whose locks were never tried is no place for an outbox."""
    engine = sa.create_mock_engine("mysql://", executor=lambda *_: None)
    with pytest.raises(ValueError, match="not on mysql"):
        Claims(engine, OUTBOX)  # type: ignore[arg-type]
