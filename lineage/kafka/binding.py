"""The Kafka binding of CloudEvents, both modes, both ways; no broker is spoken to here.

Whether the event is one of the contract is for ``lineage.events.parse_event`` to say: here it is
only found out which bytes are the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from pydantic_core import from_json, to_json

from lineage.events import Event, EventError, event_to_json
from lineage.events.cloudevents import STRUCTURED
from lineage.events.errors import Problem, field_path

CONTENT_TYPE: Final = "content-type"
PREFIX: Final = "ce_"
JSON: Final = "application/json"

_STRUCTURED_HEADERS: Final = ((CONTENT_TYPE, STRUCTURED.encode()),)
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii"})
# What a header may not say: the value of the message and its content type do.
_NOT_BY_HEADER: Final = frozenset({"data", "data_base64", "datacontenttype"})


class Mode(StrEnum):
    """Where the attributes are: in headers, or in the value together with the data."""

    BINARY = "binary"
    STRUCTURED = "structured"


class Record(NamedTuple):
    """One message without its topic."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def to_record(event: Event, *, mode: Mode = Mode.STRUCTURED) -> Record:
    """Write an event as a message, keyed so that all of one person keep their order."""
    key = event.ordering_key.encode()
    if mode is Mode.STRUCTURED:
        return Record(key, event_to_json(event), _STRUCTURED_HEADERS)
    members = event.model_dump(mode="json", exclude_none=True)
    data = members.pop("data")
    # Whoever reads by content type must not have to guess, so it is said even if the event did not.
    content_type = members.pop("datacontenttype", JSON)
    headers = ((PREFIX + name, text.encode()) for name, text in members.items())
    return Record(key, to_json(data), ((CONTENT_TYPE, content_type.encode()), *headers))


def to_structured(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Give what came as the bytes of an event in structured mode; raises EventError.

    A value in structured mode is passed on as it is and not looked into. So is one that begins
    with a brace where there is neither a content type nor an attribute among the headers: many
    producers can send JSON and no header. In binary mode the event is put together from headers
    and value; other headers are nobody's business here.
    """
    pairs = tuple(headers)
    if value is None:
        raise _refused("", "missing_field", "a value: a tombstone is no event")
    if pairs == _STRUCTURED_HEADERS:
        return value
    content_type = _content_type(pairs)
    if content_type == STRUCTURED:
        return value
    attributes = [(name, text) for name, text in pairs if name.startswith(PREFIX)]
    if attributes:
        return _put_together(attributes, value, content_type=content_type)
    if content_type is None and value.startswith(b"{"):
        return value
    reason = "missing_field" if content_type is None else "wrong_value"
    raise _refused(CONTENT_TYPE, reason, f"{STRUCTURED}, or attributes in {PREFIX} headers")


def _put_together(
    pairs: Sequence[tuple[str, bytes | None]], value: bytes, *, content_type: str | None
) -> bytes:
    attributes: dict[str, str] = {}
    problems: list[Problem] = []
    for header, content in pairs:
        name = header.removeprefix(PREFIX)
        text = _text(content)
        if text is None:
            problems.append(Problem(field_path([header]), "wrong_form", "valid UTF-8"))
        elif name in _NOT_BY_HEADER:
            problems.append(
                Problem(field_path([header]), "unknown_field", "no header of this name")
            )
        elif name in attributes:
            problems.append(
                Problem(field_path([header]), "repeated_item", "one header of this name")
            )
        else:
            attributes[name] = text
    if content_type is not None:
        attributes["datacontenttype"] = content_type
        if content_type != JSON:
            problems.append(Problem(CONTENT_TYPE, "wrong_value", f"{JSON} or {STRUCTURED}"))
    problems.extend(_data_problems(value))
    if problems:
        raise EventError(problems)
    return b'%b,"data":%b}' % (to_json(attributes)[:-1], value)


def _data_problems(value: bytes) -> Iterable[Problem]:
    """Half a value, or two, would change what the event says when it is put between the braces."""
    try:
        from_json(value, allow_inf_nan=False)
    except ValueError:
        yield Problem("data", "bad_json", "valid JSON")


def _content_type(pairs: Sequence[tuple[str, bytes | None]]) -> str | None:
    """The media type, in lower case; None where no header says one."""
    found = [content for name, content in pairs if name.lower() == CONTENT_TYPE]
    if not found:
        return None
    if any(content != found[0] for content in found):
        raise _refused(CONTENT_TYPE, "repeated_item", "one content type")
    return _media_type(found[0])


@lru_cache(maxsize=64)
def _media_type(content: bytes | None) -> str:
    text = _text(content)
    if text is None:
        raise _refused(CONTENT_TYPE, "wrong_form", "valid UTF-8")
    media_type, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        name, _, said = parameter.partition("=")
        if name.strip() == "charset" and said.strip().strip('"') not in _CHARSETS:
            raise _refused(CONTENT_TYPE, "wrong_value", "UTF-8, as JSON is")
    return media_type


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _refused(field: str, reason: str, expected: str) -> EventError:
    return EventError([Problem(field, reason, expected)])
