"""How a plan looks: whom to tell, whom not and why, what to erase ourselves, what was wrong."""

from collections.abc import Iterator

from rich.console import RenderableType

from lineage.cli.views.findings import findings_table
from lineage.cli.views.requests import day, state
from lineage.cli.views.tables import lines, note, standing, table, title
from lineage.render.text import plain, spoken, words
from lineage.service.answers import Plan


def plan_view(answer: Plan) -> Iterator[RenderableType]:
    """Yield the parts of the plan, then what it rests on."""
    about = f"request {answer.request}" if answer.request else "all that is due"
    assumed = "as if it were accepted" if answer.if_accepted else f"state {spoken(answer.state)}"
    yield title(f"plan for {answer.subject}", about, assumed, f"ver {answer.ver}")
    for warning in answer.warnings:
        yield note(f"Order {plain(warning.order_id)} is open ({warning.rule}): {warning.says}")
    if answer.notify:
        yield table(
            *("to be told", "categories", "duty", "path", "send by", "erase by", "state"),
            rows=(
                [
                    lines(row.recipient, spoken(row.recipient_kind or "")),
                    words(row.categories),
                    lines(f"{row.duty} {row.rule}", "supplementary" if row.supplementary else ""),
                    " → ".join(plain(party) for party in row.path),
                    day(row.send_by),
                    day(row.erase_by) or "no date",
                    state(row.state),
                ]
                for row in answer.notify
            ),
            whole=("send by", "erase by", "state"),
        )
    else:
        yield note("Nobody is to be told.")
    if answer.exclude:
        yield ""
        yield table(
            *("not told", "categories", "because", "rule"),
            rows=(
                [row.recipient, words(row.categories), spoken(row.reason), row.rule or ""]
                for row in answer.exclude
            ),
        )
    if answer.erase:
        yield ""
        yield table(
            *("own system", "must erase"),
            rows=([row.system, words(row.categories)] for row in answer.erase),
        )
    if answer.findings:
        yield ""
        yield findings_table(answer.findings)
    yield ""
    yield from standing(answer)
