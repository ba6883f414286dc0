"""Looking after the store: verify, rebuild, dead letters, doctor. Never plans or sends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from lineage.events.times import format_time, from_micros
from lineage.service import answers
from lineage.service.checking import FUTURE_MICROS_MAX
from lineage.service.dead_types import of_type, type_of
from lineage.service.errors import InvalidInput, NotFound
from lineage.service.garbage import fewer_collections
from lineage.service.incoming import Incoming, joined
from lineage.service.policy_answers import RejudgeReport
from lineage.service.querying import Questions
from lineage.service.recording import Recorder
from lineage.storage.dead_letters import StoredDeadLetter
from lineage.storage.engines import Connection
from lineage.storage.freshness import newest_recording, read_freshness
from lineage.storage.policies_used import other_policies
from lineage.storage.rebuilding import rebuild
from lineage.storage.rejudging import pending_rejudging, rejudge
from lineage.storage.shared_ids import count_shared_ids
from lineage.storage.store import Store
from lineage.storage.tasks import AWAITING_PERSON
from lineage.storage.verifying import Verifier

LIST_MAX = 1000
LIST_PAGE = 100
REPLAY_BATCH = 500


class Upkeep:
    """The use cases of whoever runs the tracker."""

    def __init__(self, questions: Questions, recorder: Recorder) -> None:
        """Upkeep reads by asking and records again by recording."""
        self._ask = questions
        self._store: Store = questions.store
        self._recorder = recorder

    def verify(self, progress: Callable[[int], None] | None) -> answers.VerifyReport:
        """Hold every row of the ledger against keys and tree."""
        started = time.monotonic()
        verifier = Verifier(self._store.keyring, self._store.hasher, progress)
        with fewer_collections(), self._store.reading() as conn:
            found = verifier.verify(conn)
        return answers.VerifyReport(
            ok=not found.faults,
            events=found.events,
            roots={lane: root.hex() for lane, root in found.roots.items()},
            faults=[answers.Fault(table=t, row=r, what=w) for t, r, w in found.faults],
            seconds=time.monotonic() - started,
        )

    def rebuild(self, progress: Callable[[int, int], None] | None) -> answers.RebuildReport:
        """Fold everybody anew."""
        started = time.monotonic()
        with fewer_collections():
            done = rebuild(self._store, progress, now=self._ask.now)
        return answers.RebuildReport(
            people=done.people,
            events=done.events,
            edges=done.edges,
            seconds=time.monotonic() - started,
        )

    def rejudge(self) -> RejudgeReport:
        """Judge anew whom the controllers' own late events concern."""
        started = time.monotonic()
        with fewer_collections():
            people = rejudge(self._store, self._store, now=self._ask.now)
        return RejudgeReport(people=people, seconds=time.monotonic() - started)

    def dead_letters(
        self, *, reason: str | None, event_type: str | None, limit: int
    ) -> answers.DeadLetters:
        """The oldest dead letters, without their messages."""
        if not 1 <= limit <= LIST_MAX:
            raise InvalidInput(f"the limit must lie between 1 and {LIST_MAX}")
        box, wanted = self._store.dead_letters, of_type(event_type)
        with self._store.reading() as conn:
            found = (x for x in self._letters(conn, reason) if wanted(x))
            return answers.DeadLetters(
                total=box.count(conn),
                reasons=box.reasons(conn),
                rows=[_letter_row(letter) for letter in islice(found, limit)],
            )

    def _letters(self, conn: Connection, reason: str | None) -> Iterator[StoredDeadLetter]:
        """All of them in order, a page in memory at a time."""
        after = 0
        while page := list(
            self._store.dead_letters.letters(conn, reason=reason, after=after, limit=LIST_PAGE)
        ):
            yield from page
            after = page[-1].id

    def dead_letter(self, number: int) -> answers.DeadLetterRow:
        """One dead letter, its message in clear."""
        with self._store.reading() as conn:
            for letter in self._store.dead_letters.letters(conn, number=number):
                message = letter.message.decode("utf-8", "replace")
                return _letter_row(letter).model_copy(update={"message": message})
        raise NotFound(
            f"there is no dead letter {number}",
            do="lineage dead-letters list shows those there are",
        )

    def replay(self, *, reason: str | None, event_type: str | None) -> answers.RecordReceipt:
        """Record the kept messages again; those on record now are dropped from the box."""
        started, wanted = time.monotonic(), of_type(event_type)
        receipts, after = [], 0
        while True:
            with self._store.reading() as conn:
                letters = list(
                    self._store.dead_letters.letters(
                        conn, reason=reason, after=after, limit=REPLAY_BATCH
                    )
                )
            if not letters:
                break
            after = letters[-1].id
            incoming = [
                Incoming(x.id, None, f"dead letter {x.id}", x.message, x.origin)
                for x in letters
                if wanted(x)
            ]
            if not incoming:
                continue
            receipt, accepted = self._recorder.replay(incoming)
            receipts.append(receipt)
            self._store.run(partial(self._store.dead_letters.drop, ids=accepted))
        return joined(receipts, time.monotonic() - started)

    def doctor(self) -> answers.DoctorReport:
        """Whether store, keys and lanes are sound, and what waits for somebody."""
        now = self._ask.now()
        with self._store.reading() as conn:
            letters = self._store.dead_letters.count(conn)
            tasks = self._store.tasks.counts(conn)
            shared = count_shared_ids(conn)
            newest = newest_recording(conn)
            behind = sorted(pending_rejudging(conn))
            others = other_policies(conn, self._store.digest_of)
            silent = {
                c: self._ask.silent_sources(c, read_freshness(conn, c), now)
                for c in self._ask.library.controllers
            }
        waiting = tasks.get(AWAITING_PERSON, 0)
        quiet = [f"{c}: {', '.join(sources)}" for c, sources in silent.items() if sources]
        checks = [
            _check("store", ok=True, says=f"opened, schema fits, keys fit ({self._store.address})"),
            _check(
                "dead letters",
                ok=letters == 0,
                says=f"{letters} messages were refused"
                + (": lineage dead-letters list" if letters else ""),
            ),
            _check(
                "notices",
                ok=waiting == 0,
                says=f"{waiting} notices wait for a person"
                + (": lineage request list" if waiting else ""),
            ),
            _check(
                "sources",
                ok=not quiet,
                says="silent for too long: " + "; ".join(quiet) if quiet else "none is silent",
            ),
            _check(
                "event ids",
                ok=True,
                says=f"{shared} ids are used for events of several people",
            ),
            _check(
                "findings",
                ok=not behind,
                says=f"people of {', '.join(behind)} must be judged anew: lineage rejudge"
                if behind
                else "everybody has been judged by what is on record",
            ),
            _check(
                "policies",
                ok=not others,
                says=f"people of {', '.join(others)} were folded by other policies: lineage rebuild"
                if others
                else "everybody was folded by the policies in use",
            ),
            _clock_check(newest, now),
        ]
        return answers.DoctorReport(ok=all(check.ok for check in checks), checks=checks)


def _check(name: str, *, ok: bool, says: str) -> answers.Check:
    return answers.Check(name=name, ok=ok, says=says)


def _clock_check(newest: tuple[str, int] | None, now: int) -> answers.Check:
    """Whether anything was recorded later than now. Along a lane the time of recording never goes
    back, so it stays ahead until the clock has caught up.
    """
    if newest is None or newest[1] <= now + FUTURE_MICROS_MAX:
        return _check("clock", ok=True, says="nothing was recorded later than now")
    lane, at = newest
    then, ours = (format_time(from_micros(us - us % 1_000_000)) for us in (at, now))
    return _check(
        "clock",
        ok=False,
        says=f"lane {lane} was last recorded at {then}, by this machine's clock it is {ours}:"
        " this clock is behind, or that of a machine that recorded was ahead. Set the clocks"
        " right. What is recorded until then gets a time after the newest one; nothing is lost,"
        " but --known-at a time before it does not see it",
    )


def _letter_row(letter: StoredDeadLetter) -> answers.DeadLetterRow:
    field, _, expected = letter.problems[0] if letter.problems else ("", "", "")
    return answers.DeadLetterRow(
        id=letter.id,
        recorded_at=from_micros(letter.recorded_at),
        lane=letter.lane,
        place=letter.place,
        type=type_of(letter),
        reason=letter.reason,
        field=field,
        expected=expected,
    )
