"""Reading one YAML file safely, with the line of every key. No word of a policy is known here.

Refused: too large a file, merge keys, tags, keys given twice, deep nesting, several documents, and
aliases but where the caller allows them, for so many values in all. What is refused is named by
line; values are never echoed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lineage.events.types import PATTERN_MEANING
from lineage.policy.errors import PolicyError

TAG: Final = "kind"
"""The key that says which member of a union of models a mapping is."""

MIB: Final = 1024 * 1024
SIZE_MAX: Final = MIB
DEPTH_MAX: Final = 20
_MERGE: Final = "tag:yaml.org,2002:merge"
_STRING: Final = "tag:yaml.org,2002:str"
_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
# The C loader is some ten times faster; where PyYAML was built without it the other one does.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]
"""Where something stands in a file: keys of mappings and numbers in lists, from the top"""

_ModelT = TypeVar("_ModelT", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Document:
    """What one file says, where each key stands, and the hash of its bytes."""

    file: Path
    value: Mapping[str, Any]
    lines: Mapping[Place, int]
    sha256: str

    def error(self, path: Place, *, expected: str) -> PolicyError:
        """Return an error that names the line of ``path``, or of the nearest key above it."""
        line = self.line_of(path)
        return PolicyError(self.file, line=line, key=dotted(path), expected=expected)

    def line_of(self, path: Place) -> int:
        """The line of ``path``, or of the nearest key above it."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines[known]


def dotted(path: Place) -> str:
    """Write a path as ``a.b[0].c``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_document(
    file: Path, *, size_max: int = SIZE_MAX, aliased_max: int | None = None
) -> Document:
    """Read one file; raise ``PolicyError`` where it is not one plain YAML mapping.

    ``size_max`` counts bytes and is whole MiB. ``aliased_max`` allows aliases, in a file of at most
    so many values once they are written out; without it there may be none.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(size_max + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PolicyError(file, line=0, key="", expected=f"a readable file ({reason})") from error
    if len(raw) > size_max:
        raise PolicyError(file, line=0, key="", expected=f"a file of at most {size_max // MIB} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyError(file, line=line, key="", expected="text in UTF-8") from error
    try:
        return _Reader(file, text, aliased_max).document(sha256(raw).hexdigest())
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(file, text, error) from error
    except yaml.YAMLError as error:
        raise PolicyError(
            file, line=0, key="", expected="text without control characters"
        ) from error


def validate(
    model: type[_ModelT],
    document: Document,
    value: Mapping[str, Any] | None = None,
    *,
    at: Place = (),
) -> _ModelT:
    """Build the model from the document, or from a value of it that stands ``at`` a path.

    The first fault by line becomes the ``PolicyError``.
    """
    try:
        return model.model_validate(document.value if value is None else value)
    except ValidationError as error:
        raise faults_of(error, document, at=at)[0] from error


def faults_of(error: ValidationError, document: Document, *, at: Place = ()) -> list[PolicyError]:
    """Every fault that a model found in the document, or in a value of it that stands ``at`` a
    path, by line.
    """
    faults = [_fault(document, at, details) for details in _telling(error)]
    return sorted(faults, key=lambda fault: fault.line)


class _Reader:
    """Turns the nodes of one document into plain values and remembers their lines."""

    def __init__(self, file: Path, text: str, aliased_max: int | None) -> None:
        self._file = file
        self._text = text
        self._aliased_max = aliased_max
        self._values = 0
        self._lines: dict[Place, int] = {(): 1}

    def document(self, digest: str) -> Document:
        self._check_events()
        loader = _Loader(self._text)
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise PolicyError(
                    self._file, line=1, key="", expected="a mapping of keys to values"
                )
            value = self._mapping(node, (), loader)
        finally:
            loader.dispose()
        return Document(file=self._file, value=value, lines=self._lines, sha256=digest)

    def _check_events(self) -> None:
        """Refuse what may not even be built: events come one at a time and nothing nests yet."""
        depth = documents = 0
        for event in yaml.parse(self._text, Loader=_Loader):
            if type(event) is yaml.ScalarEvent:  # most of them, and nothing to look for
                continue
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.AliasEvent) and self._aliased_max is None:
                raise PolicyError(
                    self._file, line=line, key="", expected="no alias: write the value out"
                )
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            documents += isinstance(event, yaml.DocumentStartEvent)
            if depth > DEPTH_MAX:
                expected = f"at most {DEPTH_MAX} levels of nesting"
                raise PolicyError(self._file, line=line, key="", expected=expected)
            if documents > 1:
                raise PolicyError(
                    self._file, line=line, key="", expected="one document in the file"
                )

    def _value(self, node: yaml.Node, path: Place, loader: Any) -> Any:
        if node.tag not in _TAGS:
            raise self._error(node, path, "a plain value without a tag")
        self._check_aliased(node, path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, loader)
        if isinstance(node, yaml.SequenceNode):
            return [
                self._item(item, (*path, index), loader) for index, item in enumerate(node.value)
            ]
        try:
            return loader.construct_object(node)
        except ValueError as error:
            raise self._error(node, path, "a date or number that exists") from error

    def _check_aliased(self, node: yaml.Node, path: Place) -> None:
        """Refuse aliases that write out to too much, or to themselves without an end."""
        self._values += 1
        if self._aliased_max is not None and self._values > self._aliased_max:
            raise self._error(node, (), f"at most {self._aliased_max} values, aliases written out")
        if isinstance(node, yaml.CollectionNode) and len(path) >= DEPTH_MAX:
            raise self._error(node, (), f"at most {DEPTH_MAX} levels of nesting")

    def _item(self, node: yaml.Node, path: Place, loader: Any) -> Any:
        self._lines[path] = node.start_mark.line + 1
        return self._value(node, path, loader)

    def _mapping(self, node: yaml.MappingNode, path: Place, loader: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                raise self._error(key_node, path, "no merge key: write the values out")
            if key_node.tag != _STRING or not isinstance(key_node, yaml.ScalarNode):
                raise self._error(
                    key_node, path, "a key that is text (numbers, dates, yes and no in quotes)"
                )
            key = cast("str", key_node.value)
            if key in found:
                raise self._error(key_node, (*path, key), "each key once")
            self._lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = self._value(value_node, (*path, key), loader)
        return found

    def _error(self, node: yaml.Node, path: Place, expected: str) -> PolicyError:
        line = node.start_mark.line + 1
        return PolicyError(self._file, line=line, key=dotted(path), expected=expected)


def _syntax_error(file: Path, text: str, error: yaml.MarkedYAMLError) -> PolicyError:
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    lines = text.splitlines()
    line = lines[number] if number < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        expected = "spaces for indentation, not tabs"
    else:
        expected = f"valid YAML ({error.problem})"
    return PolicyError(file, line=number + 1, key="", expected=expected)


_EXPECTED: Final = {
    "missing": "this key, which is required",
    "extra_forbidden": "only known keys, and this one is unknown",
    "string_type": "text (in quotes where it looks like a number, a date, yes or no)",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "date_type": "a date such as 2026-03-04",
}


def _telling(error: ValidationError) -> list[ErrorDetails]:
    """The faults, less what is missing where a key is unknown: most likely it is written wrong."""
    found = error.errors(include_url=False)
    unknown = {details["loc"][:-1] for details in found if details["type"] == "extra_forbidden"}
    return [d for d in found if d["type"] != "missing" or d["loc"][:-1] not in unknown]


def _fault(document: Document, at: Place, details: ErrorDetails) -> PolicyError:
    kind, context = details["type"], details.get("ctx", {})
    path = _place(document, at, details["loc"])
    if kind == "value_error":
        expected = str(context["error"])
    elif kind == "literal_error":
        expected = f"one of {context['expected']}"
    elif kind == "union_tag_invalid":
        path, expected = (*path, TAG), f"one of {context['expected_tags']}"
    elif kind == "union_tag_not_found":
        path, expected = (*path, TAG), _EXPECTED["missing"]
    elif kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        expected = PATTERN_MEANING.get(pattern, f"text of the form {pattern}")
    else:
        expected = _EXPECTED.get(kind) or details["msg"].removeprefix("Input should be ")
    return document.error(path, expected=expected)


def _place(document: Document, at: Place, loc: Place) -> Place:
    """Where a fault stands in the file: pydantic also names which member of a union it tried."""
    value: Any = document.value
    for part in at:
        value = _inside(value, part)
    path = [*at]
    tagged = False
    for part in loc:
        if part == "[key]":
            continue
        if not tagged and isinstance(value, dict) and value.get(TAG) == part:
            tagged = True
            continue
        path.append(part)
        value, tagged = _inside(value, part), False
    return tuple(path)


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
