"""Going through everybody on record under two policies: a chunk at a time, nothing is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from lineage.events.times import from_micros
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.service.errors import InvalidInput
from lineage.service.histories import Histories
from lineage.service.people import View, view_at
from lineage.service.querying import Questions
from lineage.service.simulation.both import Both
from lineage.service.simulation.outcomes import ChangeRow, Simulation
from lineage.service.simulation.spool import Mark, Spool, open_file, open_spool, rows_of
from lineage.storage.keyring import PERSON, Who
from lineage.storage.subjects import count_refs

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of whom it is asked, from where, and under which other policies."""

    controller: str
    subject: str | None
    other: Library
    view: View


class Simulator:
    """Asks the record what another policy would have said."""

    def __init__(self, questions: Questions, histories: Histories) -> None:
        """The policies of ``questions`` are those in use."""
        self._ask = questions
        self._histories = histories

    def simulate(
        self,
        policy: Policy,
        *,
        to: Path,
        controller: str | None,
        subject: str | None,
        since: date | None,
        as_of: datetime | None,
        progress: Progress | None,
    ) -> Simulation:
        """Write every difference to a file; what was broken off goes on.

        ``policy`` takes the place of what is in force from ``since`` on, or always. ``progress`` is
        told (ids gone through, ids in all). Raises ``InvalidInput`` for an unknown controller, and
        for a file that is of something else.
        """
        known = self._ask.library.controllers
        if controller is None and policy.id not in known:
            raise InvalidInput(
                f"{policy.id} has no policy in use, and no record of its own",
                do=f"say whose record with --controller: {', '.join(known)}",
            )
        controller = controller or policy.id
        self._ask.people.check_controller(controller)
        other = self._ask.library.with_policy(policy, controller=controller, since=since)
        head = {
            "store": self._ask.store.hasher.event_key("simulation", controller).hex(),
            "controller": controller,
            "subject": subject,
            "since": None if since is None else since.isoformat(),
            "as_of": None if as_of is None else as_of.isoformat(),
            "policies": _digest(self._ask.library, controller),
            "other": _digest(other, controller),
        }
        with open_file(to) as file:
            spool = open_spool(to, file, head, known_at=self._ask.now())
            known_at = from_micros(spool.known_at)
            view = view_at(spool.known_at, as_of, known_at)
            if not spool.mark.ended:
                self._go_on(_Asked(controller, subject, other, view), spool, progress)
        return Simulation(
            controller=controller,
            version=policy.version,
            since=since,
            as_of=from_micros(view.as_of),
            known_at=known_at,
            people=spool.mark.people,
            events=spool.mark.events,
            concerned=spool.mark.concerned,
            counts=_counts(rows_of(to)),
        )

    def _go_on(self, asked: _Asked, spool: Spool, progress: Progress | None) -> None:
        if asked.subject is not None:
            self._one(asked, asked.subject, spool)
            return
        total = self._begin(asked, spool)
        while self._next_chunk(asked, spool):
            if progress is not None:
                progress(spool.mark.ids, total)
        spool.add((), replace(spool.mark, ended=True))

    def _one(self, asked: _Asked, subject: str, spool: Spool) -> None:
        ask, view = self._ask, asked.view
        with ask.store.reading() as conn:
            known = ask.store.keyring.find(conn, Who(asked.controller, PERSON, subject))
            rows, events = [], 0
            if known is not None:
                person = ask.people.read_events(conn, asked.controller, known.ref, view)
                both = Both(ask, asked.other, conn, view)
                rows = list(both.person(subject, asked.controller, person.refs, person.events))
                events = len(person.events)
        mark = Mark(people=int(events > 0), events=events, concerned=int(bool(rows)), ended=True)
        spool.add(rows, mark)

    def _begin(self, asked: _Asked, spool: Spool) -> int:
        """What the controller did itself comes first; gives how many ids there are."""
        with self._ask.store.reading() as conn:
            if not spool.mark.after:
                own = self._histories.of_controller(conn, asked.controller, asked.view)
                both = Both(self._ask, asked.other, conn, asked.view)
                spool.add(both.controller(own), spool.mark)
            return count_refs(conn, asked.controller)

    def _next_chunk(self, asked: _Asked, spool: Spool) -> bool:
        """Whether there was one."""
        mark, controller, view = spool.mark, asked.controller, asked.view
        with self._ask.store.reading() as conn:
            after = bytes.fromhex(mark.after)
            chunk = self._histories.chunk(conn, controller, after, view)
            if not chunk.refs:
                return False
            both = Both(self._ask, asked.other, conn, view)
            found = [
                list(both.person(subject, controller, person.refs, person.events))
                for subject, person in chunk.people
            ]
        now = Mark(
            after=chunk.refs[-1].hex(),
            ids=mark.ids + len(chunk.refs),
            people=mark.people + len(chunk.people),
            events=mark.events + sum(len(person.events) for _, person in chunk.people),
            concerned=mark.concerned + sum(1 for rows in found if rows),
        )
        spool.add((row for rows in found for row in rows), now)
        return True


def _digest(library: Library, controller: str) -> str:
    return (library.digest(controller) or b"").hex()


def _counts(rows: Iterator[ChangeRow]) -> dict[str, dict[str, int]]:
    """How many rows of each sort there are, by what happens to them."""
    counted = Counter((row.what, row.change) for row in rows)
    found: dict[str, dict[str, int]] = {}
    for (what, change), number in sorted(counted.items()):
        found.setdefault(what, {})[change] = number
    return found
