"""The simulated world: day by day, who does what, in the order in which it happens."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import accumulate, count
from random import Random

from lineage.generator import cast
from lineage.generator.daily import join, join_as_guest
from lineage.generator.fate import Fate, draw_fate
from lineage.generator.instants import DAY, HOUR, SECOND, micros
from lineage.generator.mix import CONTROLLER_SHARE, DATE_ONLY_SHARE, WEIGHTS
from lineage.generator.people import GUEST_SHARE, Crowd
from lineage.generator.rules import RANKS
from lineage.generator.scene import Planned, Scene, Script

START = micros(datetime(2025, 1, 1, tzinfo=UTC))
DAYS = 365
JOINING_DAYS = 220  # everybody has joined by then
SCRIPTS = tuple(WEIGHTS)
CUMULATED = list(accumulate(WEIGHTS.values()))


class World:
    """Plays until exactly `lines` lines are told for, kept promises included.

    What is planned for a day is told in canonical order once the day is full, and only then enters
    the books. A retraction and the linking of a guest are promises: the books count on them from
    the start, so their place in the stream is reserved when they are made.
    """

    def __init__(
        self, name: str, *, rng: Random, crowd: Crowd, controllers: Sequence[str], lines: int
    ) -> None:
        self.name = name
        self.rng = rng
        self.crowd = crowd
        self.controllers = controllers
        self.lines = lines
        self.start = START
        self.late_limit = min(max(lines // 10, 100), 20_000)
        self.told = 0
        self.reserved = 0
        self.numbers = count(1)
        self.agenda: list[Planned] = []
        self.today: list[Planned] = []
        self.tonight = 0

    def play(self) -> Iterator[tuple[Planned, Fate]]:
        """Everything that happens, with its fate."""
        for day in count():
            if self.room() <= 0:
                break
            self.open_day(day)
            self.fill_day(day)
            for planned in sorted(self.today):
                if planned.promised or self.room() > 0:
                    yield self.happen(planned)
        while self.agenda:
            planned = heappop(self.agenda)
            if planned.promised:
                yield self.happen(planned)

    def room(self) -> int:
        """How many more lines the stream has place for."""
        return self.lines - self.told - self.reserved

    def open_day(self, day: int) -> None:
        """What was planned for this day, and who joins on it."""
        self.tonight = self.start + (day + 1) * DAY
        self.today = []
        while self.agenda and self.agenda[0].at < self.tonight:
            self.today.append(heappop(self.agenda))
        due = len(self.crowd.everybody) * (day + 1) // JOINING_DAYS
        while self.crowd.waiting() and self.crowd.here < due:
            guest = self.rng.random() < GUEST_SHARE and self.room() > 1
            self.run(join_as_guest if guest else join, day=day, newcomer=True)

    def fill_day(self, day: int) -> None:
        """Scripts play until the day has its share; one that plans nothing is passed over."""
        quota = self.lines * (day + 1) // DAYS
        if self.crowd.here == 0:
            return
        for _ in range(4 * self.lines + 100):
            if self.told + len(self.today) >= quota:
                return
            if self.rng.random() < CONTROLLER_SHARE:
                self.act_as_controller(day)
            else:
                script = SCRIPTS[
                    bisect(CUMULATED, self.rng.random() * CUMULATED[-1], 0, len(SCRIPTS) - 1)
                ]
                self.run(script, day=day)

    def run(self, script: Script, *, day: int, newcomer: bool = False) -> None:
        """One script plays with one person."""
        person = self.crowd.admit() if newcomer else self.crowd.somebody()
        second = self.rng.randrange(6 * 3600, 23 * 3600)
        scene = Scene(
            person,
            rng=self.rng,
            crowd=self.crowd,
            clock=self.start + day * DAY + second * SECOND,
            date_only=self.rng.random() < DATE_ONLY_SHARE,
            numbers=self.numbers,
            plan=self.plan,
        )
        script(scene)

    def act_as_controller(self, day: int) -> None:
        """Something about the controller alone: an agreement, an assessment."""
        partner = self.rng.choice((*cast.CARRIERS, *cast.ADVERTISERS, *cast.PROVIDERS))
        acts: tuple[tuple[str, dict[str, object]], ...] = (
            ("agreement_signed", {"recipient": partner, "agreement_kind": "data_protection"}),
            ("ad_guidelines_accepted", {"recipient": self.rng.choice(cast.ADVERTISERS)}),
            ("api_security_tested", {"recipient": partner, "result": "passed"}),
            ("impact_assessed", {"high_risk": False}),
        )
        name, data = self.rng.choice(acts)
        at = self.start + day * DAY + self.rng.randrange(24) * HOUR
        controller = self.rng.choice(self.controllers)
        number = next(self.numbers)
        self.plan(Planned(at, RANKS[name], number, name, cast.PRIVACY_DESK, data, None, controller))

    def plan(self, planned: Planned) -> None:
        """Take up an event: for today, or for its own day."""
        if planned.promised:
            self.reserved += 1
        if planned.at < self.tonight:
            self.today.append(planned)
        else:
            heappush(self.agenda, planned)

    def happen(self, planned: Planned) -> tuple[Planned, Fate]:
        """Tell one event: enter it into the books, unless it will be taken back."""
        if planned.promised:
            self.reserved -= 1
        fate = draw_fate(self.rng, planned, room=self.room(), late_limit=self.late_limit)
        self.told += len(fate.delays)
        if fate.retracted:
            self.promise_retraction(planned)
        elif planned.person is not None:
            if planned.name == "identity_linked":
                planned.person.joined = True
            planned.person.books.enter(
                planned.name, source=planned.source, at=planned.at, data=planned.data
            )
        return planned, fate

    def promise_retraction(self, wrong: Planned) -> None:
        """The service that told it takes it back, some hours or weeks later."""
        data = {
            "retracted_source": wrong.source,
            "retracted_id": self.event_id(wrong),
            "reason": self.rng.choice(("sent by mistake", "faulty deploy", "wrong person")),
        }
        at = self.tonight + self.rng.randint(1, 20 * 24) * HOUR
        self.plan(
            wrong._replace(
                at=at,
                rank=RANKS["event_retracted"],
                number=next(self.numbers),
                name="event_retracted",
                data=data,
                date_only=False,
                promised=True,
                account=None,
            )
        )

    def event_id(self, planned: Planned) -> str:
        """The id of an event, unique in the stream."""
        return f"{self.name}-{planned.number:08d}"
