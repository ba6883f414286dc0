"""How it looks what a policy says of one request."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.requests import day, state
from lineage.cli.views.tables import note, standing, table, title
from lineage.render.text import spoken
from lineage.service.policy_answers import Deadlines, Entitlement, Refusal

_LIMITS = ("reply_target", "reply_by", "outcome_by", "triage_by")


def deadlines_view(answer: Deadlines) -> Iterator[RenderableType]:
    """Yield one row per limit that there is."""
    yield title(f"request {answer.request}", "by when it must be answered")
    rows = [(name, when) for name in _LIMITS if (when := getattr(answer, name)) is not None]
    if rows:
        yield table(
            *("limit", "day", "rule", ""),
            rows=(
                [
                    *(spoken(name), day(when), answer.rules.get(name, "")),
                    Text("overdue", style="bold red") if name in answer.overdue else "",
                ]
                for name, when in rows
            ),
            whole=("day", "rule"),
        )
    else:
        yield note("The policy sets no limit for it.")
    if answer.reply_channel:
        yield note(f"The reply goes by {spoken(answer.reply_channel)}.", style="")
    yield ""
    yield from standing(answer)


def entitlement_view(answer: Entitlement) -> Iterator[RenderableType]:
    """Yield the verdict, the rule and the state."""
    yield title(f"request {answer.request}", spoken(answer.verdict))
    line = Text("state ")
    line.append(state(answer.state))
    line.append(f" · rule {answer.rule or 'none'}")
    yield line
    yield ""
    yield from standing(answer)


def refusal_view(answer: Refusal) -> Iterator[RenderableType]:
    """Yield what became of the request, each ground asked about, and the fee."""
    yield title(f"request {answer.request}", _verdict(answer))
    if answer.grounds:
        yield table(
            *("ground", "would carry a refusal", "rule"),
            rows=(
                [spoken(ground), "yes" if rule else "no", rule or ""]
                for ground, rule in answer.grounds.items()
            ),
        )
    yield note(f"A fee: {f'allowed by {answer.fee}' if answer.fee else 'none may be charged'}.")
    yield ""
    yield from standing(answer)


def _verdict(answer: Refusal) -> str:
    if answer.valid is None:
        return "nothing is refused"
    by = f" ({answer.rule})" if answer.rule else ""
    return f"refused on {'a listed ground' if answer.valid else 'no listed ground'}{by}"
