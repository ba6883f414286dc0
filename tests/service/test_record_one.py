"""Callers of ``record_one`` and ``record`` beside one that fails, leaves or brings what is odd."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from lineage.events import Event
from lineage.service.grouping import Group
from lineage.service.incoming import Incoming
from lineage.service.recording import Recorder
from lineage.storage.errors import InTheWay, VersionChanged
from lineage.storage.store import Store
from lineage.tracker import Tracker
from tests.storage.shop import Message, share

SECONDS_MAX = 10


class Interrupted(Exception):
    """What the signal raises where the main thread waits."""


def wait_for(holds: Callable[[], bool]) -> None:
    """Return when it holds."""
    ends_at = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < ends_at
        time.sleep(0.001)


def interrupt(_number: int, _frame: object) -> None:
    """Handle the signal."""
    raise Interrupted


@pytest.mark.parametrize("behind", [0, 1])
def test_a_caller_that_is_interrupted_while_it_waits(behind: int) -> None:
    """Who gives up waiting is not worked for and never leads: those behind, and who comes later,
    still get their results.
    """
    worked: list[int] = []
    go = threading.Event()

    def work(brought: Sequence[int]) -> Sequence[int]:
        assert go.wait(SECONDS_MAX)
        worked.extend(brought)
        return brought

    group = Group(work, 10)
    main = threading.main_thread().ident or 0
    before = signal.signal(signal.SIGUSR1, interrupt)
    with ThreadPoolExecutor(4) as pool:
        try:
            first = pool.submit(group.bring, 1)
            wait_for(lambda: group._busy and not group._waiting)

            def interrupt_main() -> list[Future[int]]:
                wait_for(lambda: len(group._waiting) == 1)
                following = [pool.submit(group.bring, 3) for _ in range(behind)]
                wait_for(lambda: len(group._waiting) == 1 + behind)
                signal.pthread_kill(main, signal.SIGUSR1)
                return following

            interrupting = pool.submit(interrupt_main)
            with pytest.raises(Interrupted):
                group.bring(2)
            go.set()
            assert first.result(SECONDS_MAX) == 1
            for following in interrupting.result(SECONDS_MAX):
                assert following.result(SECONDS_MAX) == 3
            assert pool.submit(group.bring, 4).result(SECONDS_MAX) == 4
        finally:
            go.set()
            signal.signal(signal.SIGUSR1, before)
    assert worked == [1, *[3] * behind, 4]


def test_a_caller_that_leaves_after_it_was_named_leader() -> None:
    """The lead that somebody was given and can no longer take goes to the next."""
    group: Group[int, int] = Group(lambda brought: brought, 10)
    group._busy = True  # as if somebody worked
    with ThreadPoolExecutor(2) as pool:
        pool.submit(group.bring, 1)
        wait_for(lambda: len(group._waiting) == 1)
        second = pool.submit(group.bring, 2)
        wait_for(lambda: len(group._waiting) == 2)
        named = group._waiting[0]
        named.leads = True
        group._leave(named)
        assert second.result(SECONDS_MAX) == 2
        assert not group._busy
        named.leads = False
        named.result.append(1)
        named.turn.release()


def test_who_was_served_together_is_waited_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers who come back one after the other are one group again, not one and the rest; when
    nobody comes any more, those who are there are served.
    """
    worked: list[list[int]] = []

    def work(brought: Sequence[int]) -> Sequence[int]:
        worked.append(sorted(brought))
        return brought

    group = Group(work, 10)
    group._last = 4  # as if four had been served
    with ThreadPoolExecutor(3) as pool:
        coming = iter([1, 2])

        def sleep(_seconds: float) -> None:
            if (number := next(coming, None)) is not None:
                here = len(group._waiting)
                pool.submit(group.bring, number)
                wait_for(lambda: len(group._waiting) > here)

        monkeypatch.setattr("lineage.service.grouping.sleep", sleep)
        assert group.bring(0) == 0
    assert worked == [[0, 1, 2]]


def test_a_lone_caller_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """One caller after the other is served at once."""
    group: Group[int, int] = Group(lambda brought: brought, 10)
    monkeypatch.setattr("lineage.service.grouping.sleep", pytest.fail)
    assert [group.bring(number) for number in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("error", [InTheWay(), VersionChanged(3), KeyboardInterrupt()])
def test_each_caller_of_a_failed_group_has_an_error_of_its_own(error: BaseException) -> None:
    """The callers of a group that failed raise equal errors, and no two the same object: their
    type, text and advice are kept.
    """
    go = threading.Event()

    def work(_: Sequence[int]) -> Sequence[int]:
        assert go.wait(SECONDS_MAX)
        raise error

    group = Group(work, 10)
    with ThreadPoolExecutor(3) as pool:
        callers = [pool.submit(group.bring, 0)]
        wait_for(lambda: group._busy and not group._waiting)
        callers += [pool.submit(group.bring, n) for n in (1, 2)]
        wait_for(lambda: len(group._waiting) == 2)
        go.set()
        raised = [caller.exception(SECONDS_MAX) for caller in callers]
    assert len({id(one) for one in raised}) == 3
    for one in raised:
        assert type(one) is type(error)
        assert (str(one), vars(one)) == (str(error), vars(error))


RING: list[Any] = []
RING.append(RING)
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


class Mute:
    """An object that cannot even be shown."""

    def __repr__(self) -> str:
        """Fail."""
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "odd",
    [
        *({b"k": 1}, {1: 2}, {None: {(1, 2): 3}}, {Mute(): 1}),
        *({"a": object()}, {"a": {1, 2}}, {"a": RING}, {"a": DEEP}, {"a": Mute()}),
        *(None, 5, object(), "\ud800", Mute()),
    ],
    ids=lambda odd: type(odd).__name__,
)
def test_whatever_is_brought_can_be_kept(odd: Any) -> None:
    """Anything at all is some bytes as a dead letter."""
    assert Incoming(1, None, "item 1", odd).raw()


def test_keys_that_are_no_text_are_kept_as_text() -> None:
    """A mapping with odd keys is kept with all that it says."""
    odd: Any = {b"k": 1, "data": ({2: "two"},)}
    assert Incoming(1, None, "item 1", odd).raw() == b'{"b\'k\'": 1, "data": [{"2": "two"}]}'


def in_one_group(tracker: Tracker, messages: Sequence[Any]) -> list[Any]:
    """What callers get who come while another one is recorded: the receipt, or the error."""
    group, go = tracker._recorder._group, threading.Event()
    work = group._work

    def held(brought: Sequence[Incoming]) -> Any:
        assert go.wait(SECONDS_MAX)
        return work(brought)

    group._work = held
    with ThreadPoolExecutor(len(messages) + 1) as pool:
        pool.submit(tracker.record_one, share("First"))
        wait_for(lambda: group._busy and not group._waiting)
        callers = [pool.submit(tracker.record_one, message) for message in messages]
        wait_for(lambda: len(group._waiting) == len(messages))
        go.set()
        return [caller.exception(SECONDS_MAX) or caller.result() for caller in callers]


def test_an_odd_message_is_refused_to_its_own_caller(tracker: Tracker) -> None:
    """A message that no JSON can say is refused and kept; those beside it are recorded."""
    odd = share("Odd") | {"data": {b"k": 1}}
    good, refused, also = in_one_group(tracker, [share("A"), odd, share("B")])
    assert (good.recorded, refused.refused, also.recorded) == (1, 1, 1)
    [letter] = tracker.dead_letters().rows
    assert "b'k'" in (tracker.dead_letter(letter.id).message or "")


def test_a_message_that_breaks_the_program_fails_its_own_caller_only(tracker: Tracker) -> None:
    """Where recording a message raises what is no error of the store, only its caller hears."""
    make: Any = Event.model_construct  # which checks nothing
    broken = make(controller="sesiiduo")
    one, failed, other = in_one_group(tracker, [share("A"), broken, share("B")])
    assert (one.recorded, other.recorded) == (1, 1)
    assert isinstance(failed, AttributeError)
    assert tracker.verify().events == 3


def test_events_are_read_in_the_thread_of_the_caller(tracker: Tracker) -> None:
    """A generator over the cursor of a database, which belongs to one thread, can be recorded."""
    shop = sqlite3.connect(":memory:")
    shop.execute("CREATE TABLE orders (id)")
    shop.executemany("INSERT INTO orders VALUES (?)", [(n,) for n in range(10)])
    told: list[int] = []
    rows = shop.execute("SELECT id FROM orders")
    events = (share(f"R{n}") for (n,) in rows)
    assert tracker.record(events, batch_size=3, progress=told.append).recorded == 10
    assert told == [3, 6, 9, 10]
    shop.close()


def test_a_full_batch_does_not_wait_for_more_events(tracker: Tracker) -> None:
    """While the caller's generator waits for more, the batch before it is recorded already."""

    def slowly() -> Iterator[Message]:
        yield from (share("A"), share("B"))
        wait_for(lambda: len(tracker.holders("m1", controller="sesiiduo").holders) == 2)
        yield share("C")

    assert tracker.record(slowly(), batch_size=2).recorded == 3


@pytest.mark.parametrize("batch_size", [2, 100])
def test_what_the_callers_events_raise(tracker: Tracker, batch_size: int) -> None:
    """What the generator raises comes to the caller, with the full batches before it on record."""
    told: list[int] = []

    def failing() -> Iterator[Message]:
        yield from (share(f"R{n}") for n in range(5))
        raise LookupError

    with pytest.raises(LookupError):
        tracker.record(failing(), batch_size=batch_size, progress=told.append)
    assert tracker.verify().events == 5 // batch_size * batch_size
    assert told == ([2, 4] if batch_size == 2 else [])


def test_new_people_in_each_batch_that_are_made_elsewhere_meanwhile(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch whose people another program made in the meantime is made over again, and so is
    what was prepared after it: everything is recorded once.
    """
    prepare, other = Store.prepare, tracker._recorder.record_one
    done = threading.Event()

    def raced(store: Store, *args: Any, **kwargs: Any) -> Any:
        batch = prepare(store, *args, **kwargs)
        if not done.is_set():
            done.set()
            other(Incoming(1, None, "item 1", share("Other", subject="n1")))
        return batch

    monkeypatch.setattr(Store, "prepare", raced)
    events = [share(f"R{n}", subject=f"n{n // 2}") for n in range(9)]
    assert tracker.record(events, batch_size=2).recorded == 9
    assert isinstance(tracker._recorder, Recorder)
    report = tracker.verify()
    assert (report.ok, report.events) == (True, 10)
    assert len(tracker.holders("n1", controller="sesiiduo").holders) == 3
