"""What every channel promises to dispatch, whatever its protocol: one function per promise.

A new channel needs a `Bench` of its own, and no line here. A promise takes a bench whose recipient
takes what it gets without a word, and fails by an assertion.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol

from lineage.channels.port import Answer, Channel, Delivery, Outcome

PERSON: Final = "m-4711"
"""The person that every notice here is about."""

HASTY_SECONDS: Final = 0.5
"""The time limit that a bench gives the channel which is held to its limit."""

THREADS: Final = 4

_CODE: Final = re.compile(r"[a-z][a-z_]{2,40}")


@dataclass(frozen=True, slots=True)
class Got:
    """A notice as the recipient has it."""

    notice_id: str
    body: bytes


class Bench(Protocol):
    """A channel with a real recipient at its other end, which behaves as it is told to."""

    channel: Channel
    hasty: Channel
    """The same channel, with a short time limit."""

    def delivery(self, notice_id: str, body: bytes, **changed: Any) -> Delivery:
        """A notice on its way to the recipient."""
        ...

    def got(self) -> list[Got]:
        """What has arrived, in its order."""
        ...

    def answers(self) -> Answer:
        """From now on the recipient answers; returns what it says."""
        ...

    def mumbles(self) -> None:
        """From now on the recipient takes notices with words that are no answer."""
        ...

    def fails(self) -> None:
        """From now on the recipient takes nothing, for a fault of its own."""
        ...

    def closes(self) -> None:
        """From now on the recipient says that it is told nothing here any more."""
        ...

    def hangs(self) -> None:
        """From now on the recipient does not come to an end."""
        ...

    def leaves(self) -> None:
        """From now on there is nobody."""
        ...

    def hides_secret(self) -> None:
        """From now on the secret, or whatever lets us in, cannot be had."""
        ...


Promise = Callable[[Bench], None]


def _body(word: str = "email") -> bytes:
    return f'{{"type":"lineage.notice.v1","data":{{"person":"{PERSON}","{word}":"ü"}}}}'.encode()


def _send(bench: Bench, notice_id: str = "ntc_1", body: bytes | None = None) -> Outcome:
    return bench.channel.send(bench.delivery(notice_id, _body() if body is None else body))


def a_notice_arrives_as_it_is(bench: Bench) -> None:
    """Under its own id, byte for byte, also where it is large."""
    bodies = {"ntc_1": _body(), "ntc_2": _body("x" * 20_000)}
    for notice_id, body in bodies.items():
        assert _send(bench, notice_id, body).kind == "delivered"
    assert {got.notice_id: got.body for got in bench.got()} == bodies


def every_attempt_is_the_same_notice(bench: Bench) -> None:
    """A second attempt has the id and the bytes of the first."""
    for _ in range(2):
        assert _send(bench).kind == "delivered"
    assert bench.got() == [Got("ntc_1", _body())] * 2


def delivered_is_not_erased(bench: Bench) -> None:
    """Who takes a notice without a word has answered nothing."""
    assert _send(bench).answer is None


def an_answer_is_what_was_said(bench: Bench) -> None:
    """The answer comes back whole, and with it the notice counts as delivered."""
    said = bench.answers()
    outcome = _send(bench)
    assert (outcome.kind, outcome.answer) == ("delivered", said)


def what_cannot_be_read_is_no_answer(bench: Bench) -> None:
    """The notice has arrived all the same, and is not sent again for it."""
    bench.mumbles()
    outcome = _send(bench)
    assert (outcome.kind, outcome.answer) == ("delivered", None)
    assert outcome.error is not None


def trouble_is_an_outcome(bench: Bench) -> None:
    """A fault of the other side is a failure with a code, and never an exception."""
    for trouble in (bench.fails, bench.leaves):
        trouble()
        outcome = _send(bench)
        assert (outcome.kind, outcome.answer) == ("failed", None)
        assert outcome.error is not None
        assert _CODE.fullmatch(outcome.error)


def an_attempt_ends(bench: Bench) -> None:
    """Within its time, whatever the other side does, and as a failure."""
    bench.hangs()
    began = time.monotonic()
    assert bench.hasty.send(bench.delivery("ntc_1", _body())).kind == "failed"
    assert time.monotonic() - began < HASTY_SECONDS * 6


def a_closed_endpoint_is_told_from_a_fault(bench: Bench) -> None:
    """It needs a person, and no further attempt."""
    bench.closes()
    assert _send(bench).kind == "gone"


def nothing_leaves_unsigned(bench: Bench) -> None:
    """Without its secret nothing is sent, and the outcome says so."""
    bench.hides_secret()
    outcome = _send(bench)
    assert (outcome.kind, outcome.status) == ("failed", None)
    assert outcome.error is not None
    assert bench.got() == []


def many_at_once_are_not_mixed_up(bench: Bench) -> None:
    """From several threads each notice arrives once, with its own body."""
    bodies = {f"ntc_{number}": _body(f"field_{number}") for number in range(24)}
    ready = threading.Barrier(THREADS)

    def send(notice_id: str) -> Outcome:
        ready.wait(10)
        return _send(bench, notice_id, bodies[notice_id])

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(send, bodies))
    assert {outcome.kind for outcome in outcomes} == {"delivered"}
    assert Counter(bench.got()) == Counter(Got(name, body) for name, body in bodies.items())


def nobody_is_named_in_a_log(bench: Bench) -> None:
    """With every logger at its loudest neither log nor outcome nor delivery names the person."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(self.format(record))

    ear, root = Ear(), logging.getLogger()
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        said = [repr(_send(bench)), repr(bench.delivery("ntc_1", _body()))]
        bench.leaves()
        said.append(repr(_send(bench)))
    finally:
        root.setLevel(before)
        root.removeHandler(ear)
    assert [line for line in (*heard, *said) if PERSON in line] == []


PROMISES: Final[tuple[Promise, ...]] = (
    a_notice_arrives_as_it_is,
    every_attempt_is_the_same_notice,
    delivered_is_not_erased,
    an_answer_is_what_was_said,
    what_cannot_be_read_is_no_answer,
    trouble_is_an_outcome,
    an_attempt_ends,
    a_closed_endpoint_is_told_from_a_fault,
    nothing_leaves_unsigned,
    many_at_once_are_not_mixed_up,
    nobody_is_named_in_a_log,
)
