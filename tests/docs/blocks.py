"""The commands that a page shows, as it shows them; what runs them is in `session`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = frozenset({"docs/cli.md", "docs/demo.md", "docs/generator.md", "docs/benchmarks.md"})
"""Pages with tests of their own: generated, or about runs too long to repeat here."""

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT_CODE = re.compile(r"\s+# exit code (\d+)$")
RUN = frozenset({"sh", "console", "python"})


@dataclass(frozen=True)
class Step:
    """One command (or Python snippet) with what the page says comes of it."""

    text: str
    exit_code: int = 0
    output: tuple[str, ...] | None = None
    python: bool = False

    @property
    def is_make(self) -> bool:
        """A run of the Makefile: repeated without its recipes, for it would run these tests."""
        return self.text.startswith("make ")


def pages() -> list[str]:
    """Every page whose commands are run, as paths from the root."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if name not in ELSEWHERE]


def steps_of(page: str) -> list[Step]:
    """The steps of a page in its order; the text block after a Python block is its output."""
    text = (ROOT / page).read_text(encoding="utf-8")
    steps: list[Step] = []
    ends_at = -1
    for match in FENCE.finditer(text):
        kind, body = match[1], match[2]
        if (
            kind == "text"
            and steps
            and steps[-1].python
            and not text[ends_at : match.start()].strip()
        ):
            steps[-1] = Step(steps[-1].text, 0, tuple(body.splitlines()), python=True)
        elif kind == "python":
            steps.append(Step(body, python=True))
        elif kind == "console":
            steps += _console(body)
        elif kind == "sh":
            steps += [Step(line) for line in body.replace("\\\n", " ").splitlines() if line]
        ends_at = match.end()
    return steps


def _console(body: str) -> list[Step]:
    steps: list[Step] = []
    for line in body.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            code = EXIT_CODE.search(line)
            text = EXIT_CODE.sub("", line.removeprefix("$ "))
            steps.append(Step(text, int(code[1]) if code else 0, ()))
        else:
            last = steps[-1]
            steps[-1] = Step(last.text, last.exit_code, (*(last.output or ()), line))
    return steps
