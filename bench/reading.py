"""One person's graph and the reverse question, against the very statements they send, run bare.

The people asked have comparable histories at every size: the first events in the store are a
shop's, ten thousand about some hundred people; what makes a store larger are other people.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.crowd import Crowd, crowds, whole_crowd
from bench.harness import (
    BATCH,
    ENGINES,
    NAMES,
    Engine,
    Row,
    Size,
    middle,
    ms,
    percentile,
    say,
    seconds,
)
from bench.stores import Stores
from bench.streams import controllers, shop
from bench.watching import Sent, Watch, watched
from lineage.storage import drafts, keyring
from lineage.storage.engines import driver_of
from lineage.tracker import Tracker

PAGE = 100
PAGE_SECONDS_MAX = 0.050
P99_TARGETS = (1.5, 1.2)
TIMES = 3
"""Each question is asked so often and the middle counts: the rest is what else the machine does."""

SEED = 99
"""Its people are in no other stream."""

START = datetime(2016, 1, 4, tzinfo=UTC)
"""So early that all of it has happened when it is asked about: of what is to come, stored facts
tell nothing, and a person of whom there is such a thing is folded anew from the ledger.
"""

OPENING = (drafts, keyring)
"""Modules that open what is sealed."""

Ask = Callable[[], None]


@dataclass(frozen=True)
class Asked:
    """What a question sends, and how many sealed values it opens."""

    sent: list[Sent]
    opened: int


def measure(stores: Stores) -> Iterator[Row]:
    for engine in ENGINES:
        p50s = []
        for events in (*stores.size.graphs, stores.size.crowd * stores.size.each):
            tracker = store_of(stores, engine, events)
            rows, p50 = _graph(tracker, stores.size, f"{events:,} events, {NAMES[engine]}")
            p50s.append(p50)
            yield from rows
        what = f"graph of one person, p50, largest store / smallest, {NAMES[engine]}"
        growth = p50s[-1] / p50s[0]
        yield Row(what, ms(p50s[-1]), ms(p50s[0]), growth, 1.5, 1.2, at_most=True)
        yield _reverse(whole_crowd(stores)[engine], stores.size, NAMES[engine])


def store_of(stores: Stores, engine: Engine, events: int) -> Tracker:
    """A store of so many events, of which the first are those of the people to be asked about.

    The largest also holds what was recorded by other measurements, some hundred thousand more.
    """
    asked = _asked_events(stores.size)
    if events == stores.size.crowd * stores.size.each:
        tracker = whole_crowd(stores)[engine].tracker
    else:
        tracker = crowds(stores, max(1, events - len(asked)))[engine].tracker
    assert tracker.record(asked, batch_size=BATCH).refused == 0
    _settle(tracker)
    return tracker


def _asked_events(size: Size) -> list[bytes]:
    events = shop(min(size.graphs), seed=SEED, shoppers=size.asked, start=START)
    assert datetime.fromisoformat(json.loads(events[-1])["time"]) < datetime.now(UTC)
    return events


def _settle(tracker: Tracker) -> None:
    with tracker.store.engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("ANALYZE")


def _graph(tracker: Tracker, size: Size, of: str) -> tuple[list[Row], float]:
    asks = [_asking(tracker, *person) for person in asked_people(size)]
    ours, bare = compared(tracker, asks)
    rows = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        a, b = percentile(ours, share), percentile(bare, share)
        target, moonshot = P99_TARGETS if name == "p99" else (None, None)
        what = f"graph of one person, {name}, {of}"
        rows.append(Row(what, ms(a), ms(b), a / b, target, moonshot, at_most=True))
    say(f"graph of one person, {of}: p50 {rows[0].ours}, p99 {rows[1].ours}")
    return rows, percentile(ours, 0.5)


def asked_people(size: Size) -> list[tuple[str, str]]:
    """Id and controller of people of the stream, some who come often and some who came once."""
    slugs = controllers()
    people = [(f"s{SEED}-new{n}", slugs[n % len(slugs)]) for n in range(size.asked)]
    Random(5).shuffle(people)
    return people


def _asking(tracker: Tracker, subject: str, controller: str) -> Ask:
    def ask() -> None:
        assert tracker.lineage(subject, controller=controller).subject == subject

    return ask


def _reverse(crowd: Crowd, size: Size, name: str) -> Row:
    slugs = controllers()

    def asking(number: int) -> Ask:
        def ask() -> None:
            page = crowd.tracker.recipient_subjects(
                "EveryParcel", controller=slugs[number % len(slugs)], limit=PAGE
            )
            assert page.rows

        return ask

    asks = [asking(number) for number in range(max(5, size.asked // 4))]
    ours, _ = compared(crowd.tracker, asks)
    page = percentile(ours, 0.5)
    return Row(
        f"first page of a recipient's people, p50, {crowd.people:,} people, {name}",
        ms(page),
        "",
        page * 1000,
        PAGE_SECONDS_MAX * 1000,
        at_most=True,
        unit="ms",
        note=f"p99 {ms(percentile(ours, 0.99))}; no ratio: the target is a time",
    )


def compared(tracker: Tracker, asks: Sequence[Ask]) -> tuple[list[float], list[float]]:
    """Seconds of each question, and of its own statements and openings of sealed values alone.

    One after the other, person by person, so that what disturbs one disturbs both.
    """
    statements = _asked_by(tracker, asks)
    ours, bare = [], []
    cipher, nonce = AESGCM(os.urandom(32)), os.urandom(12)
    sealed = cipher.encrypt(nonce, b"m" * 20, b"subjects")
    with ExitStack() as stack:
        conn = stack.enter_context(tracker.store.engine.connect())
        driver = driver_of(conn)

        def run(found: Asked) -> None:
            for one in found.sent:
                options = {} if one.binary is None else {"binary": one.binary}
                cursor = driver.cursor(**options)
                cursor.execute(one.sql, *([one.parameters] if one.parameters else []))
                if cursor.description:
                    cursor.fetchall()
            driver.commit()
            for _ in range(found.opened):
                cipher.decrypt(nonce, sealed, b"subjects")

        for ask, found in zip(asks, statements, strict=True):
            ask()
            run(found)
        for ask, found in zip(asks, statements, strict=True):
            pairs = [(seconds(ask), seconds(partial(run, found))) for _ in range(TIMES)]
            ours.append(middle([pair[0] for pair in pairs]))
            bare.append(middle([pair[1] for pair in pairs]))
    return ours, bare


def _asked_by(tracker: Tracker, asks: Sequence[Ask]) -> list[Asked]:
    """What each question sends, BEGIN included, and how many sealed values it opens."""
    found = []
    with watched(tracker.store.engine) as watch, _counted() as opened:
        for ask in asks:
            ask()  # what is cached is cached, and connected
            with _noting(watch):
                before = len(opened)
                ask()
            sent = [one for one in watch.sent if one.sql != "COMMIT"]
            assert sent, "a question asks"
            found.append(Asked(sent, len(opened) - before))
    return found


@contextmanager
def _counted() -> Iterator[list[None]]:
    """Grows by one for each sealed value that is opened."""
    opened: list[None] = []
    plain = {module: module.unseal for module in OPENING}

    def counting(call: Callable[..., bytes]) -> Callable[..., bytes]:
        def unseal(*args: Any) -> bytes:
            opened.append(None)
            return call(*args)

        return unseal

    for module, call in plain.items():
        module.unseal = counting(call)  # type: ignore[attr-defined]
    try:
        yield opened
    finally:
        for module, call in plain.items():
            module.unseal = call  # type: ignore[attr-defined]


@contextmanager
def _noting(watch: Watch) -> Iterator[None]:
    watch.sent = []
    watch.on = True
    yield
    watch.on = False
