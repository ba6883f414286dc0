"""Errors of the contract: what is wrong with an event, by field. No value is ever repeated."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from lineage.events.types import PATTERN_MEANING

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_QUOTED = re.compile(r"'([^']*)'")

# pydantic's error type: our reason, what was expected.
_TABLE: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("missing_field", "a value"),
    "extra_forbidden": ("unknown_field", "no field of this name"),
    "invalid_key": ("unknown_field", "field names that are strings"),
    "string_type": ("wrong_type", "a string"),
    "string_unicode": ("wrong_form", "valid Unicode"),
    "string_too_short": ("wrong_form", "at least one character"),
    "bool_type": ("wrong_type", "true or false"),
    "int_type": ("wrong_type", "an integer"),
    "int_parsing_size": ("wrong_value", "an integer that is not that long"),
    "greater_than_equal": ("wrong_value", "an integer that is not negative"),
    "less_than_equal": ("wrong_value", "an integer below 2 to the power of 63"),
    "date_type": ("wrong_type", "a date of the form YYYY-MM-DD"),
    "tuple_type": ("wrong_type", "an array"),
    "model_type": ("wrong_type", "an object"),
    "model_attributes_type": ("wrong_type", "an object"),
    "dict_type": ("wrong_type", "an object"),
}
# Errors that our own validators raise: the kind is the reason, the message what was expected.
OWN_KINDS: Final = frozenset(
    {
        "missing_field",
        "not_allowed_here",
        "repeated_item",
        "unknown_type",
        "wrong_form",
        "wrong_scope",
        "wrong_type",
        "wrong_value",
    }
)


@dataclass(frozen=True)
class Problem:
    """One fault of an event: the field, a short code, and what was expected instead."""

    field: str
    reason: str
    expected: str

    def __str__(self) -> str:
        """Say the problem in one line."""
        place = f"{self.field}: " if self.field else ""
        return f"{place}expected {self.expected} ({self.reason})"


class EventError(Exception):
    """An event that the contract does not allow, with every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems; the message lists them."""
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["EventError"], tuple[tuple[Problem, ...]]]:
        """Let the error pass between processes."""
        return type(self), (self.problems,)


def problems_of(error: ValidationError, *, under: tuple[str, ...] = ()) -> tuple[Problem, ...]:
    """Turn pydantic's errors into ours; ``under`` names the place the model stands at."""
    return tuple(
        _problem(dict(line), under=under)
        for line in error.errors(include_url=False, include_context=True, include_input=True)
    )


def _problem(line: dict[str, Any], *, under: tuple[str, ...]) -> Problem:
    kind, context = str(line["type"]), line.get("ctx", {})
    loc: tuple[str | int, ...] = (*under, *line["loc"])
    if "field" in context:
        loc = (str(context["field"]),)
    elif "index" in context:
        loc = (*loc, int(context["index"]))
    if kind in OWN_KINDS:
        return Problem(field_path(loc), kind, str(line["msg"]))
    reason, expected = _reason(kind, context, value=line["input"], named=isinstance(loc[-1], str))
    return Problem(field_path(loc), reason, expected)


def _reason(
    kind: str, context: Mapping[str, Any], *, value: object, named: bool
) -> tuple[str, str]:
    if kind.endswith("_type") and value is None and named:
        return _TABLE["missing"]  # null equals an absent field
    if kind == "literal_error":
        allowed = _QUOTED.findall(str(context["expected"]))
        sentence = allowed[0] if len(allowed) == 1 else "one of " + ", ".join(allowed)
        return ("wrong_value" if isinstance(value, str) else "wrong_type"), sentence
    if kind == "string_too_long":
        return "too_long", f"at most {context['max_length']} characters"
    if kind == "string_pattern_mismatch":
        nul = isinstance(value, str) and "\0" in value
        meaning = PATTERN_MEANING.get(str(context["pattern"]), "another form")
        return ("nul_character" if nul else "wrong_form"), meaning
    return _TABLE.get(kind, ("wrong_value", "another value"))


def field_path(loc: Iterable[str | int]) -> str:
    """Write a place as ``data.categories[0]``; a name that is no plain word is not repeated."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
            continue
        name = part if _PLAIN_NAME.fullmatch(part) else "(a name that is not shown)"
        path += f".{name}" if path else name
    return path
