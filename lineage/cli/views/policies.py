"""How policies and their rules look."""

import json
from collections.abc import Iterator

from rich.console import RenderableType

from lineage.cli.views.requests import day
from lineage.cli.views.tables import Cell, lines, note, standing, table, title
from lineage.render.text import spoken, words
from lineage.service.policy_answers import PolicyFacts, PolicyRow, RuleRow


def policy_list_view(rows: list[PolicyRow]) -> Iterator[RenderableType]:
    """Yield one row per version."""
    yield table(
        *("controller", "name", "ids", "version", "from", "rules", "our defaults", "not checkable"),
        rows=(
            [
                *(row.controller, row.name, f"{row.prefix}.*", row.version),
                day(row.effective_from) or "ever",
                *(str(row.rules), str(row.defaults), str(row.not_machine_checkable)),
            ]
            for row in rows
        ),
        right=("rules", "our defaults", "not checkable"),
    )


def policy_view(answer: PolicyFacts) -> Iterator[RenderableType]:
    """Yield the version in force, what it says of itself, and one row per rule."""
    yield title(f"{answer.name} ({answer.controller})", f"{len(answer.rules)} rules")
    for name, fact in answer.facts:
        yield note(f"{spoken(name)}: {_fact(fact)}")
    yield table(
        *("rule", "kind", "says", "section", "filled by"),
        rows=(_short(row) for row in answer.rules),
        whole=("rule",),
    )
    yield ""
    yield from standing(answer)


def _fact(value: bool | str | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "the text does not say" if value is None else f"the {value}"


def _short(row: RuleRow) -> list[Cell]:
    return [
        *(row.rule, spoken(row.kind or ""), row.says),
        *(row.section or "", words(row.completed_by)),
    ]


def rules_view(rows: list[RuleRow]) -> Iterator[RenderableType]:
    """Yield each rule with what it says, whose it is, and what its kind demands."""
    for row in rows:
        whose = "the policy's own text" if row.basis == "policy" else "our default"
        where = f"{whose}, section {row.section}" if row.section else whose
        yield title(f"{row.rule} · {row.controller}", spoken(row.kind or ""))
        yield note(row.says, style="")
        yield note(where + (f"; filled by {words(row.completed_by)}" if row.completed_by else ""))
        if row.demands:
            yield table(
                *("field", "value"),
                rows=([lines(name), _value(value)] for name, value in row.demands.items()),
            )
        yield ""


def _value(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return words(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
