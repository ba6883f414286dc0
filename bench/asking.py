"""What a question of a policy about one person costs beyond reading that person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bench.harness import ENGINES, NAMES, Row, middle, ms, percentile, seconds
from bench.reading import TIMES, asked_people, store_of
from bench.stores import Stores
from lineage.service.histories import Histories
from lineage.service.people import People, view_at
from lineage.tracker import Tracker

MS_MAX = 1.0
"""Beyond the time of reading the person."""

SHOWN_MIN_MS = 0.001


def measure(stores: Stores) -> Iterator[Row]:
    for engine in ENGINES:
        tracker = store_of(stores, engine, min(stores.size.graphs))
        people = asked_people(stores.size)
        beyond: dict[str, list[float]] = {}
        read: list[float] = []
        for subject, controller in people:
            read_alone = partial(_read, tracker, subject, controller)
            if not read_alone():
                continue  # not everybody of the stream came to every shop
            for name, ask in _questions(tracker, subject, controller).items():
                ask()
                pairs = [(seconds(ask), seconds(read_alone)) for _ in range(TIMES)]
                beyond.setdefault(name, []).append(middle([ours - bare for ours, bare in pairs]))
                read.append(middle([bare for _, bare in pairs]))
        assert len(read) > len(beyond) * len(people) // 2, "most of them are on record"
        p50s = {name: percentile(found, 0.5) * 1000 for name, found in beyond.items()}
        slowest = max(p50s, key=lambda name: p50s[name])
        yield Row(
            f"question about one person, beyond reading that person, p50, {NAMES[engine]}",
            ms(p50s[slowest] / 1000),
            ms(percentile(read, 0.5)),
            max(p50s[slowest], SHOWN_MIN_MS),
            MS_MAX,
            at_most=True,
            unit="ms",
            note=f"{slowest}; " + ", ".join(f"{name} {p50s[name]:.2f}" for name in sorted(p50s)),
        )


def _questions(tracker: Tracker, subject: str, controller: str) -> Mapping[str, Callable[[], None]]:
    """The questions that a policy is asked about a person, each without an answer."""

    def asking(question: Callable[..., object]) -> Callable[[], None]:
        def ask() -> None:
            question(subject=subject, controller=controller)

        return ask

    questions: list[Callable[..., object]] = [
        tracker.check,
        tracker.retention,
        tracker.status,
        tracker.minors,
        tracker.cancellation,
        tracker.plan,
    ]
    return {question.__name__: asking(question) for question in questions}


def _read(tracker: Tracker, subject: str, controller: str) -> int:
    """What every question does first: who it is, all of its events, opened and in order, and the
    controller's own; in one snapshot. Gives how many events.
    """
    people = People(tracker.store, tracker.library.controllers)
    histories = Histories(tracker.store, people, tracker.library)
    view = view_at(time.time_ns() // 1000, None, None)
    with tracker.store.reading() as conn:
        seen = histories.of_subject(conn, controller, subject, view)
    return len(seen.history.events)
