"""A tracker with canned answers that notes how it was called: the commands are tested, not it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lineage.service import answers
from tests.cli.fake_policy import finding, policy_answers
from tests.cli.standing import DAY, ID, STANDING
from tests.render.examples import NOW, typical


def receipt(*, refused: int = 0, problems_kept: int = 100) -> answers.RecordReceipt:
    """Return the receipt of a file with ``refused`` wrong lines."""
    problems = [
        answers.Problem(
            item=None,
            line=line,
            field="data.recipient_kind",
            reason="wrong_value",
            expected="one of logistics, payment",
        )
        for line in range(7, 7 + min(refused, problems_kept))
    ]
    return answers.RecordReceipt(
        read=100 + refused,
        recorded=97,
        duplicates=3,
        refused=refused,
        warnings=[],
        problems=problems,
        reasons={"wrong_value": refused} if refused else {},
        seconds=0.5,
    )


def holders(*, unknown: bool = False) -> answers.Holders:
    """Return the holders of the example, or that too little is known."""
    rows = [] if unknown else typical().holders
    return answers.Holders(**STANDING, subject=ID, holders=rows, unknown=unknown)


def plan() -> answers.Plan:
    """Return a plan with one row of each kind."""
    return answers.Plan(
        **STANDING,
        request="r1",
        subject=ID,
        ver=7,
        state="accepted",
        if_accepted=False,
        notify=[
            answers.NotifyRow(
                recipient="FastParcel",
                recipient_kind="logistics",
                categories=["buyer_address"],
                duty="policy",
                rule="000.F.3",
                path=["sesiiduo", "FastParcel"],
                supplementary=True,
                send_by=DAY,
                erase_by=None,
                state="planned",
            )
        ],
        exclude=[
            answers.ExcludeRow(
                recipient="MailBlast",
                categories=["email"],
                reason="already_erased",
                rule="000.F.4",
            )
        ],
        erase=[answers.EraseRow(system="/services/checkout", categories=["email"])],
        findings=[finding()],
    )


def status() -> answers.RequestStatus:
    """Return a request in progress with one notice that was answered and one that was not."""
    common: dict[str, Any] = {"categories": ["email"], "round": 1, "send_by": DAY, "erase_by": DAY}
    return answers.RequestStatus(
        **STANDING,
        request="r1",
        subject=ID,
        right="deletion",
        state="in_progress",
        outcome="accepted",
        received=NOW,
        decided=NOW,
        reply_target=None,
        reply_by=DAY,
        outcome_by=None,
        triage_by=None,
        overdue=[],
        reply_channel=None,
        ver=8,
        notices=[
            answers.NoticeRow(
                **common,
                notice_id="n1",
                recipient="FastParcel",
                state="erased",
                sent=NOW,
                answered=NOW,
                strength="authenticated",
                attempts=1,
                last_error=None,
            ),
            answers.NoticeRow(
                **common,
                notice_id="n2",
                recipient="GoneCo",
                state="overdue",
                sent=None,
                answered=None,
                strength=None,
                attempts=4,
                last_error="HTTP 503",
            ),
        ],
    )


def letter(message: str | None = None) -> answers.DeadLetterRow:
    """Return one dead letter."""
    return answers.DeadLetterRow(
        id=17,
        recorded_at=NOW,
        lane="local",
        place="line 7",
        type="lineage.data_shared.v1",
        reason="unknown_category",
        field="data.categories[0]",
        expected="a category of the controller",
        message=message,
    )


def round_of(claimed: int) -> answers.DispatchReport:
    """Return one round of the dispatcher."""
    return answers.DispatchReport(
        claimed=claimed,
        delivered=claimed,
        answered=claimed,
        failed=0,
        awaiting_person=0,
        left=claimed,
        seconds=0.1,
    )


def canned() -> dict[str, Any]:
    """Return the answer to every call; a function is called, an error raised."""
    rounds = iter([round_of(5), round_of(2), round_of(0)])
    return {
        "record_file": receipt(),
        "lineage": typical(),
        "holders": holders(),
        "recipient_subjects": answers.RecipientSubjects(
            **STANDING,
            recipient="FastParcel",
            rows=[answers.SubjectRow(subject=ID, category="email", since=NOW)],
            next="page-2",
        ),
        "plan": plan(),
        **policy_answers(),
        "open_request": status(),
        "decide_request": plan(),
        "request_status": status(),
        "requests": [
            answers.RequestRow(
                request="r1",
                controller="sesiiduo",
                subject=ID,
                right="deletion",
                state="in_progress",
                received=NOW,
                notices={"erased": 3, "sent": 1},
            )
        ],
        "dispatch": lambda: next(rounds),
        "rebuild": answers.RebuildReport(people=3, events=40, edges=9, seconds=0.1),
        "verify": answers.VerifyReport(
            ok=True, events=40, roots={"local": "ab" * 32}, faults=[], seconds=0.1
        ),
        "dead_letters": answers.DeadLetters(
            total=1, reasons={"unknown_category": 1}, rows=[letter()]
        ),
        "dead_letter": letter('{"id":"e1"}\x1b[31m'),
        "replay_dead_letters": receipt(),
        "doctor": answers.DoctorReport(
            ok=True, checks=[answers.Check(name="keys", ok=True, says="all epochs present")]
        ),
    }


class FakeTracker:
    """Answers every method of the tracker from a table."""

    def __init__(self) -> None:
        self.answers = canned()
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.closed = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a method that notes its call."""
        if name not in self.answers:
            raise AttributeError(name)

        def method(*args: Any, **options: Any) -> Any:
            self.calls.append((name, args, options))
            answer = self.answers[name]
            if isinstance(answer, BaseException):
                raise answer
            return answer() if callable(answer) else answer

        return method

    def close(self) -> None:
        """Note that the command let go of the store."""
        self.closed = True

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of the last call."""
        return self.calls[-1][2]


class Opened:
    """What the commands open in place of a store: notes the place, hands out one fake."""

    def __init__(self) -> None:
        self.tracker = FakeTracker()
        self.places: list[Any] = []

    def __call__(self, place: Any) -> FakeTracker:
        """Stand in for ``lineage.cli.place.make_tracker``."""
        self.places.append(place)
        return self.tracker


def events_file(folder: Path) -> str:
    """Return the path of a file that a command may name."""
    path = folder / "events.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    return str(path)
