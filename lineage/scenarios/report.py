"""How the outcome of scenarios is said: lines for people, one object for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from lineage.events.times import format_time
from lineage.scenarios.comparing import NOTHING
from lineage.scenarios.running import Found, Outcome

INDENT = " " * 7


def lines(outcome: Outcome) -> Iterator[str]:
    """One line of the scenario, and one of each difference below it."""
    form = outcome.scenario.form
    yield f"{'ok  ' if outcome.passed else 'FAIL'} {form.id}  {form.title}"
    for found in outcome.found:
        where = f"{found.controller}: " if form.controller.is_list else ""
        difference = found.difference
        yield (
            f"{INDENT}{where}{difference.path}: expected {_said(difference.expected)}, "
            f"got {_said(difference.actual)}"
        )


def count_line(outcomes: Sequence[Outcome]) -> str:
    """How many passed and how many did not."""
    passed = sum(outcome.passed for outcome in outcomes)
    return f"{passed} passed, {len(outcomes) - passed} failed"


def as_object(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The same as one object."""
    passed = sum(outcome.passed for outcome in outcomes)
    return {
        "passed": passed,
        "failed": len(outcomes) - passed,
        "scenarios": [
            {
                "id": outcome.scenario.id,
                "file": outcome.scenario.file,
                "passed": outcome.passed,
                "differences": [_difference(found) for found in outcome.found],
            }
            for outcome in outcomes
        ],
    }


def _difference(found: Found) -> dict[str, Any]:
    return {
        "controller": found.controller,
        "path": found.difference.path,
        "expected": _plain(found.difference.expected),
        "actual": _plain(found.difference.actual),
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if value is NOTHING:
        return None
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def _said(value: Any) -> str:
    """A value as it stands in a line, in the form of the scenario file."""
    value = "nothing" if value is NOTHING else _plain(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_said(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_said(item) for item in value) + "]"
    return str(value)
