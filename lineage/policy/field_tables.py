"""The fields of a model as a table of a page: name, type in words, default, meaning.

For the generated pages; what stands on them is theirs.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from lineage.events import enums
from lineage.events.types import PATTERN_MEANING, Category, Id, Region, Text
from lineage.policy.rule import RULE_PATTERN, DefaultId

INLINE_WORDS_MAX: Final = 7
_HEAD: Final = "| field | type | default | meaning |\n| --- | --- | --- | --- |"
# What texts of these forms are called.
_SHORT: Final = PATTERN_MEANING | {
    TypeAdapter(Category).json_schema()["pattern"]: "word",
    TypeAdapter(Region).json_schema()["pattern"]: "region",
    TypeAdapter(Text).json_schema()["pattern"]: "text",
    TypeAdapter(Id).json_schema()["pattern"]: "name or id",
    RULE_PATTERN: "id of a rule or of a default",
    TypeAdapter(DefaultId).json_schema()["pattern"]: "id of a default",
}

Schema = Mapping[str, Any]


def field_table(
    model: type[BaseModel],
    *,
    without: Collection[str] = (),
    said: Mapping[str, str] | None = None,
) -> list[str]:
    """The fields of a model in its order, but for these; nothing where it has none.

    ``said`` gives the types that the page says in other words: of fields by their names, and of
    models in fields by the names of their classes.
    """
    rows = field_rows(model, without=without, said=said)
    return [_HEAD, *rows] if rows else []


def field_rows(
    model: type[BaseModel],
    *,
    without: Collection[str] = (),
    said: Mapping[str, str] | None = None,
) -> list[str]:
    """The rows of such a table."""
    schema = model.model_json_schema()
    words = _Words(schema.get("$defs", {}), said or {})
    return [
        f"| `{name}` | {words.of(name, field)} | {_default(name, field, schema)} "
        f"| {field.get('description', '').replace('``', '`')} |"
        for name, field in schema.get("properties", {}).items()
        if name not in without
    ]


def words_table(page: str) -> Iterator[str]:
    """The enumerations that a page names, each with its words."""
    yield "| name | words |\n| --- | --- |"
    for words, name in sorted(_named().items(), key=lambda entry: entry[1]):
        if f"[{name}](#words)" in page:
            yield f"| {name} | {', '.join(f'`{word}`' for word in words)} |"


def _default(name: str, field: Schema, schema: Schema) -> str:
    """What stands where a file says nothing: a value, nothing at all, or no file may."""
    if name in schema.get("required", ()):
        return "required"
    default = field.get("default", {} if field.get("type") == "object" else None)
    if default is None:
        return "absent"
    if default in ([], {}):
        return "empty"
    if isinstance(default, dict):
        return f"`{{{', '.join(f'{key}: {value}' for key, value in default.items())}}}`"
    return f"`{str(default).lower()}`"


class _Words:
    """The types of one model's fields in words."""

    def __init__(self, defined: Schema, said: Mapping[str, str]) -> None:
        self._defined = defined
        self._said = said

    def of(self, name: str, field: Schema) -> str:
        return self._said.get(name) or self._type(field)

    def _type(self, field: Schema) -> str:
        if "anyOf" in field:
            parts = [part for part in field["anyOf"] if part != {"type": "null"}]
            words = [word for part in parts for word in _listed(part)]
            return _of_words(words) if words else " or ".join(map(self._type, parts))
        if "$ref" in field:
            return self._nested(field["$ref"].rpartition("/")[2])
        if words := _listed(field):
            return _of_words(words)
        if field.get("type") == "array":
            return f"list: {self._type(field['items'])}"
        if field.get("type") == "object":
            (held,) = field.get(
                "patternProperties", {0: field.get("additionalProperties")}
            ).values()
            return f"mapping of names to {self._type(held)}"
        if field.get("type") == "integer":
            return _number(field)
        return _text(field)

    def _nested(self, model: str) -> str:
        """A small model inside a field: its own fields in one line."""
        if model in self._said:
            return self._said[model]
        fields = self._defined[model]["properties"].items()
        return f"mapping of {', '.join(f'`{name}` ({self._type(f)})' for name, f in fields)}"


def _number(field: Schema) -> str:
    top = field.get("maximum")
    return f"whole number, {field['minimum']} to {top}" if top and top < 2**31 else "whole number"


def _text(field: Schema) -> str:
    if "pattern" in field:
        form = field["pattern"].replace("|", "\\|")
        return str(_SHORT.get(field["pattern"], f"text of the form `{form}`"))
    if "format" in field:
        return str(field["format"])
    return {"string": "text", "boolean": "true or false"}[field["type"]]


def _listed(field: Schema) -> list[str]:
    """The words that a field may have, where they are listed."""
    return [*field.get("enum", ()), *([field["const"]] if "const" in field else ())]


def _of_words(words: Sequence[str]) -> str:
    """A few words as they are, many by the name under which they stand at the end of the page."""
    name = _named().get(tuple(words))
    if name is not None and len(words) > INLINE_WORDS_MAX:
        return f"[{name}](#words)"
    return ", ".join(f"`{word}`" for word in words)


@cache
def _named() -> dict[tuple[str, ...], str]:
    """The names of the contract's enumerations, by their words."""
    return {
        get_args(value): name for name, value in vars(enums).items() if get_origin(value) is Literal
    }
