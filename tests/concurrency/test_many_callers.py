"""Many callers of ``record_one`` at once: each gets its own receipt, and nothing is lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any

from lineage.service.answers import RecordReceipt
from lineage.storage.applying import Applying
from lineage.storage.errors import StorageError
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_sound
from tests.concurrency.stage import POLL_SECONDS, SECONDS_MAX, Halt, Stage
from tests.properties.stores import events_on_record
from tests.storage.shop import Message, event, share

CALLERS, PEOPLE, SEED = 24, 12, 7
BAD = {
    "unknown_type": event("data_shred"),
    "missing_field": event("data_collected", {}),
    "unknown_category": event("data_collected", {"categories": ["shoe_size"]}),
}


def drawn(rng: Random, number: int) -> tuple[str, Any]:
    """What one caller brings, and what is to become of it."""
    good = share(f"R{number}", subject=f"m{rng.randrange(PEOPLE)}") | {"id": f"one-{number}"}
    kind = rng.choice(["new", "new", "new", "twice", "bad", "no event"])
    if kind == "bad":
        reason = rng.choice(list(BAD))
        return reason, BAD[reason] | {"id": f"bad-{number}"}
    return kind, b'{"cut off' + str(number).encode() if kind == "no event" else good


def test_each_caller_gets_its_own_receipt(stage: Stage) -> None:
    """Four hundred events of two dozen callers, good, bad and sent by two at once: each caller
    hears of its own event and no other, what is good is on record once, what is bad is kept.
    """
    print(f"seed {SEED}")
    rng = Random(SEED)
    brought = [drawn(rng, number) for number in range(400)]
    brought += [("twice", message) for kind, message in brought if kind == "twice"]
    rng.shuffle(brought)
    with stage.open() as tracker:
        with ThreadPoolExecutor(CALLERS) as pool:
            receipts = list(pool.map(tracker.record_one, [message for _, message in brought]))
        assert all(receipt.read == 1 for receipt in receipts)
        became: Counter[tuple[str, str]] = Counter()
        for (kind, _), receipt in zip(brought, receipts, strict=True):
            became[kind, outcome(receipt)] += 1
        kinds = Counter(kind for kind, _ in brought)
        half = kinds["twice"] // 2
        assert became == {
            ("new", "recorded"): kinds["new"],
            ("twice", "recorded"): half,
            ("twice", "duplicate"): half,
            ("no event", "bad_json"): kinds["no event"],
            **{(reason, reason): kinds[reason] for reason in BAD},
        }
        assert events_on_record(tracker) == kinds["new"] + half
        assert tracker.dead_letters().total == kinds["no event"] + sum(kinds[r] for r in BAD)
        assert_sound(tracker)


def outcome(receipt: RecordReceipt) -> str:
    """What a receipt for one event says became of it."""
    if receipt.refused:
        (reason,) = receipt.reasons
        assert {problem.item for problem in receipt.problems} == {1}
        return reason
    return "recorded" if receipt.recorded else "duplicate"


@contextmanager
def together(
    stage: Stage, tracker: Tracker, brought: Sequence[Any]
) -> Iterator[list[Future[RecordReceipt]]]:
    """Bring all these while another event is being recorded, so that they share a transaction;
    in the block all of them wait.
    """
    halt = Halt()
    append = Applying._append

    def halted(self: Applying, *args: Any) -> None:
        if not halt.reached.is_set():
            halt.stop()
        append(self, *args)

    stage.patch.setattr(Applying, "_append", halted)
    group = tracker._recorder._group
    with ThreadPoolExecutor(len(brought) + 1) as pool:
        first = pool.submit(tracker.record_one, share("First"))
        assert halt.reached.wait(SECONDS_MAX)
        calls = [pool.submit(tracker.record_one, message) for message in brought]
        ends_at = time.monotonic() + SECONDS_MAX
        while len(group._waiting) < len(brought):
            assert time.monotonic() < ends_at
            time.sleep(POLL_SECONDS)
        yield calls
        halt.go.set()
        assert first.result(SECONDS_MAX).recorded == 1


def test_every_caller_hears_of_a_database_error(stage: Stage) -> None:
    """The database fails in the middle of a transaction that many callers share: each of them gets
    the error, none of their events is on record, nobody else is concerned, and sent again all are.
    """
    events = [share("Cart", subject=f"m{n}") for n in range(CALLERS)]
    with stage.open() as tracker:
        with together(stage, tracker, events) as calls:
            fail_once_after_the_first(stage)
        errors = [call.exception(SECONDS_MAX) for call in calls]
        assert all(error is not None for error in errors), errors
        if stage.place.engine == "postgresql":
            assert all(isinstance(error, StorageError) for error in errors)
        assert events_on_record(tracker) == 1
        with ThreadPoolExecutor(CALLERS) as pool:
            assert (
                sum(receipt.recorded for receipt in pool.map(tracker.record_one, events)) == CALLERS
            )
        assert_sound(tracker)


def fail_once_after_the_first(stage: Stage) -> None:
    """Let the database refuse a statement of the next batch, its events just written."""
    later: list[Applying] = []
    began, append = Applying.__init__, Applying._append

    def begin(self: Applying, *args: Any, **more: Any) -> None:
        began(self, *args, **more)
        later.append(self)

    def failing(self: Applying, *args: Any) -> None:
        append(self, *args)
        if later[:1] == [self]:
            self._conn.exec_driver_sql("SELECT no_such_column FROM events")

    stage.patch.setattr(Applying, "__init__", begin)
    stage.patch.setattr(Applying, "_append", failing)


NO_EVENTS: list[Any] = [
    None,
    5,
    [],
    {},
    {1: 2},
    {"data": float("nan")},
    {"id": object()},
    b"",
    b"\xff\xfe",
    "\ud800",
    '{"id": "\\ud800"}',
    b"[" * 100_000,
    share("Cart") | {"subject": "\ud800"},
    share("Cart") | {"subject": "nul\0"},
    share("Cart") | {"data": {"recipient": {}}},
    share("Cart") | {"time": 10**30},
    share("\ud800"),
]


def test_what_is_no_event_harms_nobody_else(stage: Stage) -> None:
    """Whatever some callers bring, those who share the transaction have theirs recorded."""
    good: list[Message] = [share("Cart", subject=f"m{n}") for n in range(len(NO_EVENTS))]
    brought = [one for pair in zip(NO_EVENTS, good, strict=True) for one in pair]
    with stage.open() as tracker:
        with together(stage, tracker, brought) as calls:
            pass
        receipts = [call.result(SECONDS_MAX) for call in calls]
        assert [receipt.refused for receipt in receipts[::2]] == [1] * len(NO_EVENTS)
        assert [receipt.recorded for receipt in receipts[1::2]] == [1] * len(good)
        assert events_on_record(tracker) == 1 + len(good)
        assert tracker.dead_letters().total == len(NO_EVENTS)
        assert_sound(tracker)
