"""The JSON format of CloudEvents 1.0, for any event type; what ours may hold is in ``envelope``."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json, to_json

from lineage.events.envelope import Event, event_to_json, parse_event
from lineage.events.errors import EventError, Problem, field_path
from lineage.events.times import parse_time

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"

_REQUIRED: Final = ("specversion", "id", "source", "type")
_TEXTS: Final = (*_REQUIRED, "datacontenttype", "dataschema", "subject", "time")
_NAME = re.compile(r"[a-z0-9]+")
_DATA: Final = ("data", "data_base64")


@dataclass(frozen=True)
class CloudEvent:
    """Any CloudEvent: its attributes, and its data as JSON value or as Base64 text.

    ``has_data`` tells ``data: null``, which is data, from no data at all.
    """

    attributes: Mapping[str, str | int | bool]
    data: Any = None
    has_data: bool = False
    data_base64: str | None = None


def from_members(members: object) -> CloudEvent:
    """Check one decoded JSON object by the rules of the format; raises EventError."""
    if not isinstance(members, Mapping):
        raise EventError([Problem("", "not_an_object", "a JSON object")])
    attributes = {
        name: value
        for name, value in members.items()
        if value is not None and name not in _DATA  # a null attribute is an absent one
    }
    encoded = members.get("data_base64")
    problems = [problem for name in _REQUIRED if (problem := _required(name, attributes))]
    for name, value in attributes.items():
        problems.extend(_attribute_problems(name, value))
    if "data" in members and encoded is not None:
        problems.append(Problem("data_base64", "unknown_field", "data or data_base64, not both"))
    if not isinstance(encoded, str | None):
        problems.append(Problem("data_base64", "wrong_type", "Base64 text"))
    if problems:
        raise EventError(problems)
    return CloudEvent(attributes, members.get("data"), "data" in members, encoded)


def _required(name: str, attributes: Mapping[str, object]) -> Problem | None:
    return None if name in attributes else Problem(name, "missing_field", "a value")


def _attribute_problems(name: str, value: object) -> Iterable[Problem]:
    path = field_path([name])
    if _NAME.fullmatch(name) is None:
        yield Problem(path, "unknown_field", "attribute names of a-z and 0-9")
    elif name in _TEXTS and not isinstance(value, str):
        yield Problem(path, "wrong_type", "a string")
    elif name in _TEXTS and not value:
        yield Problem(path, "wrong_form", "at least one character")
    elif name == "specversion" and value != "1.0":
        yield Problem(path, "wrong_value", "1.0")
    elif name == "time" and not _is_time(str(value)):
        yield Problem(path, "wrong_form", "an RFC 3339 time with its offset")
    elif not isinstance(value, str | int):
        yield Problem(path, "wrong_type", "a string, an integer or a boolean")
    elif isinstance(value, int) and not -(2**31) <= value < 2**31:
        yield Problem(path, "wrong_value", "an integer of 32 bits")


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return len(text) > len("2026-01-01")


def read_structured(raw: bytes | str) -> CloudEvent:
    """Read one event of any type; raises EventError."""
    return from_members(_json(raw))


def read_batch(raw: bytes | str) -> tuple[CloudEvent, ...]:
    """Read a batch of events of any type; raises EventError."""
    return tuple(from_members(item) for item in _array(raw))


def write_structured(event: CloudEvent) -> bytes:
    """Write one event of any type."""
    return to_json(_members(event))


def write_batch(events: Iterable[CloudEvent]) -> bytes:
    """Write a batch of events of any type."""
    return to_json([_members(event) for event in events])


def _members(event: CloudEvent) -> dict[str, Any]:
    members: dict[str, Any] = dict(event.attributes)
    if event.has_data:
        members["data"] = event.data
    if event.data_base64 is not None:
        members["data_base64"] = event.data_base64
    return members


def _json(raw: bytes | str) -> Any:
    try:
        return from_json(raw, allow_inf_nan=False)
    except (TypeError, ValueError):
        raise EventError([Problem("", "bad_json", "valid JSON")]) from None


def _array(raw: bytes | str) -> list[Any]:
    items = _json(raw)
    if not isinstance(items, list):
        raise EventError([Problem("", "wrong_type", "a JSON array")])
    return items


def parse_batch(raw: bytes | str) -> tuple[Event | EventError, ...]:
    """Read a batch of the contract's events; one bad event does not stop the others.

    Raises EventError only where the whole is no batch.
    """
    return tuple(_parse_item(item) for item in _array(raw))


def _parse_item(item: object) -> Event | EventError:
    # A string in the array is no event, although parse_event would read one from it.
    if not isinstance(item, Mapping):
        return EventError([Problem("", "not_an_object", "a JSON object")])
    try:
        return parse_event(item)
    except EventError as error:
        return error


def batch_to_json(events: Iterable[Event]) -> bytes:
    """Write a batch of the contract's events."""
    return b"[" + b",".join(event_to_json(event) for event in events) + b"]"
