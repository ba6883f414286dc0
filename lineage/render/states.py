"""Write the life cycles into docs/states.md, between marks: ``python -m lineage.render.states``.

With ``--check`` nothing is written; status 1 says that the page is stale.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lineage.domain.lifecycles.notice import NOTICE
from lineage.domain.lifecycles.request import REQUEST
from lineage.domain.lifecycles.table import Lifecycle

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "states.md"
LIFECYCLES: Final = (REQUEST, NOTICE)


def section(lifecycle: Lifecycle) -> str:
    """The states, what moves them, every step, and the picture, as Markdown."""
    parts = (_states(lifecycle), _acts(lifecycle), _steps(lifecycle), _picture(lifecycle))
    return "\n\n".join("\n".join(lines) for lines in parts)


def _states(lifecycle: Lifecycle) -> Iterator[str]:
    yield "| state | means |"
    yield "| --- | --- |"
    for state, means in lifecycle.means.items():
        yield f"| `{state}` | {means} |"


def _acts(lifecycle: Lifecycle) -> Iterator[str]:
    yield "| moved by | said by |"
    yield "| --- | --- |"
    for act, who in lifecycle.acts.items():
        yield f"| {_name(act)} | {who} |"


def _steps(lifecycle: Lifecycle) -> Iterator[str]:
    """A row for each state and mover: what may follow."""
    follows: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for step in lifecycle.steps:
        follows[step.state, step.by].append(step.to)
    yield "| in | by | to |"
    yield "| --- | --- | --- |"
    for state in (None, *lifecycle.means):
        for (at, by), goals in follows.items():
            if at == state:
                to = ", ".join("the same" if goal == at else f"`{goal}`" for goal in goals)
                yield f"| {'none yet' if at is None else f'`{at}`'} | {_name(by)} | {to} |"


def _picture(lifecycle: Lifecycle) -> Iterator[str]:
    """Each pair of states once."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state, to in dict.fromkeys((step.state, step.to) for step in lifecycle.steps):
        if state != to:
            yield f"  {state or '[*]'} --> {to}"
    moved = {step.state for step in lifecycle.steps if step.state != step.to}
    for state in lifecycle.means:
        if state not in moved:
            yield f"  {state} --> [*]"
    yield "```"


def _name(act: str) -> str:
    return f"`{act}`" if "_" in act else act


def written(page: str) -> str:
    """The page with every section anew; it has the marks of each once, else ``ValueError``."""
    for lifecycle in LIFECYCLES:
        name = lifecycle.name.lower()
        mark = f"<!-- {name}: written by python -m lineage.render.states -->"
        pattern = re.compile(f"{re.escape(mark)}\n.*?<!-- end of {name} -->", re.DOTALL)
        before, after = pattern.split(page)
        page = f"{before}{mark}\n\n{section(lifecycle)}\n\n<!-- end of {name} -->{after}"
    return page


def main(arguments: Sequence[str]) -> int:
    """Write the page, or say whether it is what would be written."""
    page = PAGE.read_text(encoding="utf-8")
    fresh = written(page)
    if "--check" in arguments:
        if fresh != page:
            sys.stderr.write(f"stale: {PAGE.name} (run python -m lineage.render.states)\n")
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
