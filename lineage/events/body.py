"""The body of an event as the ledger seals it: canonical JSON without any other person's id."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from lineage.events.envelope import Event
from lineage.events.errors import EventError, problems_of
from lineage.events.marks import PERSON_PREFIX, Mark
from lineage.events.model import EventData, marks_of
from lineage.events.registry import upcast
from lineage.events.times import format_time, parse_time, to_micros
from lineage.events.types import Identifier


@dataclass(frozen=True)
class Body:
    """What a sealed body says, its data in the newest version of the event type."""

    id: str
    source: str
    occurred_at: int
    account: str | None
    correlationid: str | None
    causationid: str | None
    data: EventData


@dataclass(frozen=True)
class _Layout:
    """What the hot path needs to know of a model, worked out once."""

    fields: tuple[tuple[str, Any], ...]  # name and default, by name
    persons: tuple[str, ...]
    parties: tuple[str, ...]


_NO_DEFAULT = object()


@cache
def _layout(model: type[EventData]) -> _Layout:
    marks = marks_of(model)
    fields = model.model_fields
    return _Layout(
        fields=tuple(
            (name, _NO_DEFAULT if fields[name].is_required() else fields[name].default)
            for name in sorted(fields)
        ),
        persons=tuple(name for name in fields if marks[name] is Mark.PERSON_REF),
        parties=tuple(name for name in fields if marks[name] is Mark.PARTY),
    )


def named_persons(event: Event | Body) -> frozenset[str]:
    """Return the ids of the persons an event names beside its ``subject`` attribute; the refs,
    where it is a body.

    An id that happens to be the subject's own is named like any other.
    """
    data = event.data
    layout = _layout(type(data))
    named = [] if event.account is None else [event.account]
    for name in layout.persons:
        named.extend(_items(getattr(data, name)))
    for name in layout.parties:
        named.extend(
            party.removeprefix(PERSON_PREFIX)
            for party in _items(getattr(data, name))
            if party.startswith(PERSON_PREFIX)
        )
    return frozenset(named)


def _items(value: str | tuple[str, ...] | None) -> Iterable[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def canonical_body(event: Event, refs: Mapping[str, str]) -> bytes:
    """Return the body in canonical JSON, every named person's id replaced by its ref."""
    data = event.data
    layout = _layout(type(data))
    values: dict[str, Any] = {}
    for name, default in layout.fields:
        value = getattr(data, name)
        if value is not None and value != default:
            values[name] = value
    if layout.persons:
        _replace(values, layout.persons, refs.__getitem__)
    if layout.parties:
        _replace(values, layout.parties, lambda party: _party_ref(party, refs))
    for name, value in values.items():
        if type(value) is tuple:
            values[name] = sorted(value, key=_sort_key)
    body: dict[str, Any] = {} if event.account is None else {"account": refs[event.account]}
    if event.causationid is not None:
        body["causationid"] = event.causationid
    if event.correlationid is not None:
        body["correlationid"] = event.correlationid
    body["data"] = values
    body["id"] = event.id
    body["source"] = event.source
    body["time"] = format_time(event.time)
    return to_json(body)


def _replace(
    values: dict[str, Any], names: Iterable[str], replacement: Callable[[str], str]
) -> None:
    for name in names:
        value = values.get(name)
        if type(value) is tuple:
            values[name] = tuple(replacement(item) for item in value)
        elif value is not None:
            values[name] = replacement(value)


def _party_ref(party: str, refs: Mapping[str, str]) -> str:
    if not party.startswith(PERSON_PREFIX):
        return party
    return PERSON_PREFIX + refs[party.removeprefix(PERSON_PREFIX)]


def _sort_key(item: Any) -> tuple[str, str]:
    return (item.type, item.value) if isinstance(item, Identifier) else (item, "")


def read_body(event_type: str, body: bytes) -> Body:
    """Read a body back, its data carried to the newest version; raises EventError."""
    content = from_json(body)
    model, data = upcast(event_type, content["data"])
    try:
        read = model.__pydantic_validator__.validate_python(data)
    except ValidationError as error:
        raise EventError(problems_of(error, under=("data",))) from None
    return Body(
        id=content["id"],
        source=content["source"],
        occurred_at=to_micros(parse_time(content["time"])),
        account=content.get("account"),
        correlationid=content.get("correlationid"),
        causationid=content.get("causationid"),
        data=read,
    )
