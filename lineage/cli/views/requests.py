"""How a request and the list of requests look."""

from collections.abc import Iterator
from datetime import date, datetime

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import lines, note, standing, table, title
from lineage.render.text import moment, plain, spoken, words
from lineage.service.answers import NoticeRow, RequestRow, RequestStatus

_DONE = frozenset({"erased", "refused", "kept_by_law", "unreachable", "fulfilled", "forgotten"})
_OPEN = frozenset(
    {
        "planned",
        "sent",
        "acknowledged",
        "working",
        "in_progress",
        "received",
        "verified",
        "triaged",
    }
)
_LATE = frozenset({"overdue", "awaiting_person", "unfulfilled", "needs_evaluation"})


def state(word: str) -> Text:
    """Return a state in its colour: done, under way, or somebody must look."""
    style = "green" if word in _DONE else "yellow" if word in _OPEN else ""
    return Text(spoken(word), style="bold red" if word in _LATE else style)


def request_status_view(answer: RequestStatus) -> Iterator[RenderableType]:
    """Yield the request's dates, then one row per notice."""
    yield title(f"request {answer.request}", f"{answer.right} for {answer.subject}")
    line = Text("state ")
    line.append(state(answer.state))
    line.append(f" · outcome {plain(answer.outcome or 'none yet')} · ver {answer.ver}")
    yield line
    dates = (
        ("received", answer.received),
        ("decided", answer.decided),
        ("reply hoped by", answer.reply_target),
        ("reply by", answer.reply_by),
        ("outcome by", answer.outcome_by),
        ("triage by", answer.triage_by),
    )
    yield note(" · ".join(f"{name} {day(when)}" for name, when in dates if when is not None))
    if answer.overdue:
        yield Text(f"overdue: {words(answer.overdue)}", style="bold red")
    yield ""
    if answer.notices:
        yield table(
            *("recipient", "categories", "state", "send by", "erase by", "sent", "answered"),
            "attempts",
            rows=(_notice(row) for row in answer.notices),
            whole=("state", "send by", "erase by", "sent"),
        )
    else:
        yield note("No notice planned.")
    yield ""
    yield from standing(answer)


def _notice(row: NoticeRow) -> list[str | Text]:
    name = row.recipient if row.round <= 1 else f"{row.recipient} (round {row.round})"
    return [
        *(name, words(row.categories), state(row.state), day(row.send_by), day(row.erase_by)),
        day(row.sent),
        lines(day(row.answered), row.strength or ""),
        lines(str(row.attempts) if row.attempts else "", row.last_error or ""),
    ]


def request_list_view(rows: list[RequestRow]) -> Iterator[RenderableType]:
    """Yield one row per request."""
    if not rows:
        yield note("No request on record.")
        return
    yield table(
        *("request", "controller", "person", "right", "state", "received", "notices"),
        rows=(
            [
                *(row.request, row.controller, row.subject, row.right, state(row.state)),
                day(row.received),
                ", ".join(f"{count} {spoken(word)}" for word, count in sorted(row.notices.items())),
            ]
            for row in rows
        ),
    )


def day(when: date | datetime | None) -> str:
    """Return a day or a moment, or nothing."""
    if isinstance(when, datetime):
        return moment(when)
    return when.isoformat() if when is not None else ""
