"""Dead letters by the type of event that they would have been."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import lineage
from lineage.events import EventClass
from lineage.service.errors import InvalidInput
from lineage.service.incoming import Incoming
from lineage.service.lanes import LaneBatch
from lineage.storage.drafts import Origin
from lineage.tracker import Tracker
from tests.events.sample import share
from tests.support.places import StorePlace

SHARED, COLLECTED = "lineage.data_shared.v1", "lineage.data_collected.v1"
FACTS = frozenset({EventClass.FACT})
JSON = ("content-type", b"application/json")


class Clock:
    """A clock that a test sets."""

    now = datetime(2026, 4, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The tracker's clock."""
    return Clock()


@pytest.fixture
def tracker(store_place: StorePlace, clock: Clock) -> Iterator[Tracker]:
    """An open tracker on a fresh store."""
    with lineage.open_tracker(store_place.url, keys=store_place.keys, clock=clock) as tracker:
        yield tracker


def types(tracker: Tracker, **asked: str) -> list[str]:
    """The types of the letters that are listed."""
    return [row.type for row in tracker.dead_letters(**asked).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (json.dumps(share() | {"shoe": 1}).encode(), SHARED),
        (b'{"id": "e1", "type" : "lineage.data_collected.v1", "subj', COLLECTED),
        (b'{"type": "lineage.data_shared.v9"}', "unknown"),
        (b'{"type": "anna@shop.example"}', "unknown"),
        (b'{"type": ["lineage.data_shared.v1"]}', "unknown"),
        (b'{"data": {"type": "lineage.data_shared.v1"}}', "unknown"),
        (b'["lineage.data_shared.v1"]', "unknown"),
        (b"\xff\xfe", "unknown"),
        (b"[" * 5000, "unknown"),
    ],
)
def test_type_is_read_as_far_as_it_can_be(tracker: Tracker, message: bytes, expected: str) -> None:
    """From a whole message or one that is cut off; what is no word of the contract is not told."""
    assert tracker.record([message]).refused == 1
    assert types(tracker) == [expected]
    assert types(tracker, event_type=expected) == [expected]
    [row] = tracker.dead_letters().rows
    assert tracker.dead_letter(row.id).type == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [(b"lineage.data_shared.v1", SHARED), (b"\xff", "unknown"), (None, "unknown")],
)
def test_type_of_a_message_in_binary_mode(
    tracker: Tracker, header: bytes | None, expected: str
) -> None:
    """It stands in a header of what came over Kafka."""
    origin = Origin((JSON, ("ce_type", header)), FACTS)
    bad = Incoming(0, None, "x[0]@0", b'{"type": 1}', origin)
    tracker.lanes.record([LaneBatch("kafka/c/t/i/0", 0, 1, [bad])], lambda _: None)
    assert types(tracker) == [expected]


def test_letters_are_listed_by_type(tracker: Tracker) -> None:
    """By full name or by the event's, in any version, beside the reason, however many others lie
    between; the counts are of all there are.
    """
    others = [b"{ %d" % n for n in range(150)]
    shares = [json.dumps(share() | {"id": f"e{n}", "shoe": 1}).encode() for n in range(3)]
    tracker.record([shares[0], *others, *shares[1:], b'{"type": "lineage.data_shared.v1", '])
    for name in (SHARED, "data_shared"):
        found = tracker.dead_letters(event_type=name)
        assert [row.place for row in found.rows] == ["item 1", "item 152", "item 153", "item 154"]
        assert (found.total, found.reasons["bad_json"]) == (154, 151)
    assert len(tracker.dead_letters(event_type=SHARED, reason="unknown_field").rows) == 3
    assert len(tracker.dead_letters(event_type=SHARED, limit=2).rows) == 2
    assert len(tracker.dead_letters(event_type="unknown", limit=1000).rows) == 150
    assert types(tracker, event_type=COLLECTED) == []


def test_type_that_there_is_not_is_refused(tracker: Tracker) -> None:
    """A misspelt name would list nothing, as if there were nothing."""
    for ask in (tracker.dead_letters, tracker.replay_dead_letters):
        with pytest.raises(InvalidInput, match="no event type of this name") as caught:
            ask(event_type="data_shard")
        assert "data_shared" in caught.value.do


def test_letters_are_replayed_by_type(tracker: Tracker, clock: Clock) -> None:
    """After the cause is mended, those of one type are recorded and the others left."""
    ahead = "2026-05-01T10:00:00Z"
    tell = {"categories": ["email"], "identifiers": ...}
    early = share(data=tell, controller="seestar", subject="m1", time=ahead)
    named = [json.dumps(early | {"id": f"e{n}"}).encode() for n in range(3)]
    raw = [*named, b"{ cut off", b'{"type": "lineage.data_collected.v1"}']
    way = Origin((), FACTS)
    incoming = [Incoming(n, None, f"x[0]@{n}", one, way) for n, one in enumerate(raw)]
    tracker.lanes.record([LaneBatch("kafka/c/t/i/0", 0, 5, incoming)], lambda _: None)
    assert tracker.dead_letters().reasons["in_the_future"] == 3
    clock.now = datetime(2026, 5, 2, tzinfo=UTC)
    assert tracker.replay_dead_letters(event_type=COLLECTED).read == 1
    assert tracker.replay_dead_letters(event_type="data_shared", reason="bad_json").read == 0
    receipt = tracker.replay_dead_letters(event_type="data_shared")
    assert (receipt.read, receipt.recorded, receipt.refused) == (3, 3, 0)
    assert types(tracker) == ["unknown", COLLECTED]
