"""Lanes with offsets: every message once, whoever else records from the same lane."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence

import pytest

import lineage
from lineage.events import EventClass
from lineage.service.garbage import THRESHOLDS
from lineage.service.incoming import Incoming
from lineage.service.lanes import LaneBatch, LaneBehind, Refused, Written
from lineage.storage import applying, ledger
from lineage.storage.drafts import Origin
from lineage.storage.errors import LaneMoved, StatementRefused
from lineage.tracker import Tracker
from tests.events.sample import share
from tests.support.places import StorePlace

LANE = "kafka/cluster/lineage.events/topic/0"
FACTS = Origin((), frozenset({EventClass.FACT}))


def said(number: int, **changes: object) -> bytes:
    """One message, about one of seven people."""
    data = {"categories": ["shipping_address"], "identifiers": ...}
    named = {"id": f"e{number}", "subject": f"m{number % 7}", "controller": "seestar"}
    event = share(data=data, **named, **changes)
    return json.dumps(event).encode()


def batch(offsets: Iterable[int], *, at: int | None = None, lane: str = LANE) -> LaneBatch:
    """Messages at these offsets."""
    offsets = list(offsets)
    incoming = [Incoming(n, None, f"events[0]@{n}", said(n), FACTS) for n in offsets]
    return LaneBatch(lane, offsets[0] if at is None else at, offsets[-1] + 1, incoming)


def record(tracker: Tracker, *batches: LaneBatch) -> list[Written]:
    """Record them in this order."""
    written: list[Written] = []
    tracker.lanes.record(batches, written.append)
    return written


@pytest.fixture
def tracker(store_place: StorePlace) -> Iterator[Tracker]:
    """An open tracker on a fresh store."""
    with lineage.open_tracker(store_place.url, keys=store_place.keys) as tracker:
        yield tracker


def test_lane_remembers_where_it_stands(tracker: Tracker) -> None:
    """What is recorded and where the lane stands are one transaction, in any number of batches."""
    assert tracker.lanes.next_of(LANE) is None
    written = record(tracker, batch(range(100, 150)), batch(range(150, 210)))
    assert [(one.next, one.tally.recorded) for one in written] == [(150, 50), (210, 60)]
    assert tracker.lanes.next_of(LANE) == 210
    assert [(stand.lane, stand.next) for stand in tracker.lanes.on_record()] == [(LANE, 210)]
    assert tracker.verify().ok


def test_what_is_recorded_is_dropped(tracker: Tracker) -> None:
    """A worker that lost its partition brings what another has recorded: only the rest is taken."""
    record(tracker, batch(range(50)))
    late, gone = record(tracker, batch(range(30, 80)), batch(range(80)))
    assert (late.tally.recorded, late.tally.duplicates) == (30, 0)
    assert (gone.tally.read, tracker.lanes.next_of(LANE)) == (0, 80)
    assert tracker.verify().events == 80


def test_gap_is_refused(tracker: Tracker) -> None:
    """A batch that does not follow on what is recorded is not recorded: something is missing."""
    record(tracker, batch(range(10)))
    with pytest.raises(LaneBehind, match="stands at offset 10, and what came begins at 11"):
        record(tracker, batch(range(11, 20)))
    assert tracker.lanes.next_of(LANE) == 10
    assert tracker.verify().events == 10


def test_garbage_is_collected_less_often_meanwhile(tracker: Tracker) -> None:
    """Recording from lanes goes on for days and makes no cycles: Python looks for fewer of them
    until it ends, however it ends.
    """
    before, meanwhile = gc.get_threshold(), []
    tracker.lanes.record([batch(range(5))], lambda _: meanwhile.append(gc.get_threshold()))
    with pytest.raises(LaneBehind):
        record(tracker, batch(range(6, 9)))
    assert meanwhile == [THRESHOLDS]
    assert gc.get_threshold() == before


def test_known_hole_is_passed(tracker: Tracker) -> None:
    """Who knows that the topic has nothing in between says so by where the lane stands."""
    record(tracker, batch(range(10)))
    [over] = record(tracker, batch([12, 15, 16], at=10))
    assert (over.tally.recorded, tracker.lanes.next_of(LANE)) == (3, 17)


def test_batch_without_an_event_moves_the_lane(tracker: Tracker) -> None:
    """Messages that are no events are kept and passed; else they would be read for ever."""
    bad = [Incoming(n, None, f"events[0]@{n}", b"no event", FACTS) for n in range(3)]
    [written] = record(tracker, LaneBatch(LANE, 0, 3, bad))
    assert (written.tally.refused, tracker.lanes.next_of(LANE)) == (3, 3)
    assert tracker.dead_letters().total == 1  # thrice the same
    [after] = record(tracker, batch(range(3, 6)))
    assert after.tally.recorded == 3


def test_same_event_in_two_lanes_is_one(tracker: Tracker) -> None:
    """An event that a topic has twice is recorded once, whichever lane brings it first."""
    _, again = record(tracker, batch(range(5)), batch(range(5), lane=LANE[:-1] + "1"))
    assert (again.tally.recorded, again.tally.duplicates) == (0, 5)


def test_lane_says_who_may_speak(tracker: Tracker) -> None:
    """A message that this way may not bring is kept, and replaying it allows no more."""
    answer = {
        "specversion": "1.0",
        "id": "a1",
        "source": "/recipients/payhub",
        "type": "lineage.recipient_deleted.v1",
        "time": "2026-03-04T10:00:00Z",
        "subject": "m1",
        "controller": "seestar",
        "data": {"notice_id": "ntc_1", "recipient": "PayHub", "categories": ["email"]},
    }
    raw = json.dumps(answer).encode()
    answers = frozenset({EventClass.ANSWER})
    ways = [FACTS, Origin((), answers, "AdReach"), Origin((), answers, "PayHub")]
    incoming = [Incoming(n, None, f"x[0]@{n}", raw, way) for n, way in enumerate(ways)]
    [written] = record(tracker, LaneBatch(LANE, 0, 3, incoming))
    assert (written.tally.recorded, written.tally.refused) == (1, 2)
    assert written.tally.reasons == {"not_allowed_here": 2}
    replayed = tracker.replay_dead_letters()
    assert (replayed.recorded, replayed.duplicates, replayed.refused) == (0, 0, 2)


def test_time_to_come_is_refused_on_a_lane(tracker: Tracker) -> None:
    """Over the network an event of the future is an error: it would win every comparison."""
    raw = said(1, time="2099-01-01T00:00:00Z")
    [written] = record(tracker, LaneBatch(LANE, 0, 1, [Incoming(0, None, "x[0]@0", raw, FACTS)]))
    assert written.tally.reasons == {"in_the_future": 1}


def test_message_that_the_database_refuses_is_kept(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message whose rows cannot be stored costs neither its batch nor itself."""
    append = ledger.append

    def refusing(*args: object, **options: object) -> object:
        rows = args[3]
        assert isinstance(rows, list)
        if any(row.event_key == poison for row in rows):
            raise StatementRefused("the database refused a statement")
        return append(*args, **options)  # type: ignore[arg-type]

    poison = tracker.store.hasher.event_key(share()["source"], "e13")
    monkeypatch.setattr(applying, "append", refusing)
    [written] = record(tracker, batch(range(20)))
    assert (written.tally.recorded, written.tally.refused) == (19, 1)
    assert tracker.lanes.next_of(LANE) == 20
    [letter] = tracker.dead_letters().rows
    assert (letter.reason, letter.place) == ("refused_by_database", "events[0]@13")
    monkeypatch.setattr(applying, "append", append)
    assert tracker.replay_dead_letters().recorded == 1


def test_fence_holds_inside_the_transaction(tracker: Tracker, store_place: StorePlace) -> None:
    """The lane is looked at under its lock: of two that bring the same, one finds it moved."""
    recorder = tracker.lanes._recorder
    first, second = batch(range(5)), batch(range(5))
    record(tracker, first)
    checked = recorder.check(second.incoming)
    prepared = recorder.prepare(checked)
    with pytest.raises(LaneMoved) as moved:
        recorder.apply(checked, prepared, stretch=ledger.Stretch(LANE, 0, 5))
    assert moved.value.next == 5


def test_header_without_a_value_is_kept(tracker: Tracker) -> None:
    """Kafka has headers with a name and no value; a message with one can be dead, and replayed."""
    origin = Origin((("x", None), ("y", b"1")), frozenset({EventClass.FACT}))
    bad = said(1).replace(b"seestar", b"nobody1")
    [written] = record(tracker, LaneBatch(LANE, 0, 1, [Incoming(0, None, "x[0]@0", bad, origin)]))
    assert written.tally.reasons == {"unknown_controller": 1}
    assert tracker.replay_dead_letters().reasons == {"unknown_controller": 1}


def test_dead_letters_are_told_before_they_are_kept(tracker: Tracker) -> None:
    """Whoever wants to know of them hears of each, also of ids that only the store finds used."""
    record(tracker, batch(range(3)))
    told: list[Refused] = []
    kept: list[int] = []

    def tell(refused: Sequence[Refused]) -> None:
        told.extend(refused)
        kept.append(tracker.dead_letters().total)

    other = [said(n, time="2026-01-05T10:00:00Z") for n in (1, 2)]
    raw = [b"{ cut off", *other, said(9)]
    incoming = [Incoming(n, None, f"x[0]@{n}", one, FACTS) for n, one in enumerate(raw, start=3)]
    [written] = record(tracker, LaneBatch(LANE, 3, 7, incoming, tell))
    assert [(one.item, one.reason) for one in told] == [
        (3, "bad_json"),
        (4, "id_reused"),
        (5, "id_reused"),
    ]
    assert kept == [0, 0]
    assert (written.tally.recorded, written.tally.refused) == (1, 3)
    assert tracker.dead_letters().total == 3
    assert tracker.verify().ok


def test_who_cannot_be_told_keeps_the_batch_from_being_recorded(tracker: Tracker) -> None:
    """Nothing is passed over of which somebody was to hear."""

    def tell(refused: Sequence[Refused]) -> None:
        raise ConnectionError

    bad = Incoming(1, None, "x[0]@1", b"no event", FACTS)
    good = Incoming(0, None, "x[0]@0", said(1), FACTS)
    with pytest.raises(ConnectionError):
        record(tracker, LaneBatch(LANE, 0, 2, [good, bad], tell))
    assert tracker.lanes.next_of(LANE) is None
    assert (tracker.verify().events, tracker.dead_letters().total) == (0, 0)
