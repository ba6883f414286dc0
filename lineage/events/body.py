"""The body of an event as the ledger seals it: canonical JSON without any other person's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import SchemaValidator, from_json, to_json
from pydantic_core import core_schema as core

from lineage.events.envelope import Event
from lineage.events.errors import EventError, problems_of
from lineage.events.marks import PERSON_PREFIX, Mark
from lineage.events.model import EventData, marks_of
from lineage.events.onepass import own_schema, time_schema
from lineage.events.registry import EVENT_MODELS, upcast
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


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the hot path needs to know of a model, worked out once."""

    defaults: Mapping[str, Any]  # None where there is none: None is left out in any case
    parties: Mapping[str, bool]  # fields that may name persons; whether they name parties at large
    named: tuple[tuple[str, bool], ...]  # the same, to go through


@cache
def _layout(model: type[EventData]) -> _Layout:
    fields = model.model_fields
    parties = {
        name: mark is Mark.PARTY
        for name, mark in marks_of(model).items()
        if mark in {Mark.PARTY, Mark.PERSON_REF}
    }
    return _Layout(
        defaults={
            name: None if field.is_required() else field.default for name, field in fields.items()
        },
        parties=parties,
        named=tuple(parties.items()),
    )


_NOBODY: Final = frozenset[str]()
_PREFIXED: Final = len(PERSON_PREFIX)


def named_persons(event: Event | Body) -> frozenset[str]:
    """Return the ids of the persons an event names beside its ``subject`` attribute; the refs,
    where it is a body.

    An id that happens to be the subject's own is named like any other.
    """
    data, account = event.data, event.account
    named = [] if account is None else [account]
    values = data.__dict__
    for name, is_party in _layout(type(data)).named:
        value = values[name]
        if value is None:
            continue
        if not is_party:
            named.extend((value,) if type(value) is str else value)
        elif type(value) is not str:
            named.extend(party[_PREFIXED:] for party in value if party.startswith(PERSON_PREFIX))
        elif value.startswith(PERSON_PREFIX):
            named.append(value[_PREFIXED:])
    return frozenset(named) if named else _NOBODY


def canonical_body(event: Event, refs: Mapping[str, str]) -> bytes:
    """Return the body in canonical JSON, every named person's id replaced by its ref."""
    data = event.data
    layout = _layout(type(data))
    defaults, parties, stated = layout.defaults, layout.parties, data.__dict__
    values: dict[str, Any] = {}
    # A field that was not set says nothing: it holds None or its default.
    for name in sorted(data.__pydantic_fields_set__):
        value = stated[name]
        if value is None or value == defaults[name]:
            continue
        if name in parties:
            replace = _party_ref if parties[name] else _person_ref
            if type(value) is str:
                value = replace(value, refs)
            else:
                value = sorted(replace(item, refs) for item in value)
        elif type(value) is tuple and len(value) > 1:
            value = sorted(value, key=None if type(value[0]) is str else _sort_key)
        values[name] = value
    time = event.time
    body = {
        "data": values,
        "id": event.id,
        "source": event.source,
        "time": time if time.tzinfo is UTC else format_time(time),  # to_json writes UTC alike
    }
    account, cause, process = event.account, event.causationid, event.correlationid
    if account is None and cause is None and process is None:
        return to_json(body)
    optional = {
        "account": None if account is None else refs[account],
        "causationid": cause,
        "correlationid": process,
    }
    return to_json({name: value for name, value in optional.items() if value is not None} | body)


def _person_ref(person: str, refs: Mapping[str, str]) -> str:
    return refs[person]


def _party_ref(party: str, refs: Mapping[str, str]) -> str:
    if not party.startswith(PERSON_PREFIX):
        return party
    return PERSON_PREFIX + refs[party[_PREFIXED:]]


def _sort_key(item: Identifier) -> tuple[str, str]:
    return item.type, item.value


def read_body(event_type: str, body: bytes) -> Body:
    """Read a body back, its data carried to the newest version; raises EventError."""
    model = EVENT_MODELS.get(event_type)
    if model is not None:
        try:
            read: Body = _pass(model).validate_json(body)
        except ValidationError:
            return read_body_plainly(event_type, body)
        return read
    return read_body_plainly(event_type, body)


@cache
def _pass(model: type[EventData]) -> SchemaValidator:
    """Make the pass that reads the body of a type's newest version: see ``onepass``."""
    text = core.str_schema(strict=True)
    optional = core.with_default_schema(text, default=None)
    fields = [
        core.dataclass_field("id", text),
        core.dataclass_field("source", text),
        core.dataclass_field("occurred_at", time_schema(_micros), validation_alias="time"),
        core.dataclass_field("account", optional),
        core.dataclass_field("correlationid", optional),
        core.dataclass_field("causationid", optional),
        core.dataclass_field("data", own_schema(model)),
    ]
    arguments = core.dataclass_args_schema(Body.__name__, fields, extra_behavior="ignore")
    return SchemaValidator(
        core.dataclass_schema(Body, arguments, [field["name"] for field in fields])
    )


def _micros(text: str) -> int:
    return to_micros(parse_time(text))


def read_body_plainly(event_type: str, body: bytes) -> Body:
    """Read a body of any version in the way that explains what is wrong with it."""
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
