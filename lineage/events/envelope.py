"""The CloudEvents envelope of the contract: reading it from bytes and writing it again."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError, SchemaValidator, from_json

from lineage.events.errors import EventError, Problem, problems_of
from lineage.events.model import EventData, EventScope
from lineage.events.onepass import event_validator
from lineage.events.registry import REGISTRY
from lineage.events.times import EPOCH, MICROSECOND, format_time, parse_time
from lineage.events.types import ControllerId, Id, SubjectId, UriReference

_TIME = "an RFC 3339 time with its offset, or a date"
_PLACE = re.compile(r"line \d+ column \d+")
_PASSES: Final[dict[bytes, SchemaValidator]] = {}


def _utc(value: Any) -> datetime:
    """Read a time; a number or a time without an offset could mean several moments."""
    if type(value) is str:
        try:
            return parse_time(value)
        except ValueError:
            raise PydanticCustomError("wrong_form", _TIME) from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise PydanticCustomError("wrong_form", _TIME)
        return value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, datetime.min.time(), UTC)
    raise PydanticCustomError("wrong_type", _TIME)


UtcTime = Annotated[
    datetime,
    BeforeValidator(_utc),
    PlainSerializer(format_time, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "anyOf": [{"format": "date-time"}, {"format": "date"}],
        }
    ),
]


class Event(BaseModel):
    """One event: CloudEvents 1.0 attributes, the contract's extensions, and the data."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    specversion: Literal["1.0"] = Field("1.0", description="Version of CloudEvents.")
    id: Id = Field(description="Name of the event, unique within its source.", repr=False)
    source: UriReference = Field(description="URI reference of the service that emits it.")
    type: str = Field(description="Event type and version.", strict=True)
    time: UtcTime = Field(description="When it happened.")
    subject: SubjectId | None = Field(
        None, description="Person the data is about, in the controller's namespace.", repr=False
    )
    controller: ControllerId = Field(description="Controller whose policy applies.")
    account: SubjectId | None = Field(
        None, description="Account holder, where that is another person.", repr=False
    )
    recordedtime: UtcTime | None = Field(
        None, description="When the tracker recorded it; nobody else may set it."
    )
    correlationid: Id | None = Field(
        None, description="Business process it belongs to.", repr=False
    )
    causationid: Id | None = Field(None, description="Event that caused it.", repr=False)
    partitionkey: Id | None = Field(
        None,
        description="Key for ordering; the subject where absent, else the controller.",
        repr=False,
    )
    traceparent: Id | None = Field(None, description="W3C trace context.", repr=False)
    tracestate: str | None = Field(
        None, description="W3C trace context of vendors.", strict=True, max_length=512, repr=False
    )
    datacontenttype: Literal["application/json"] | None = Field(
        None, description="Media type of the data."
    )
    data: SerializeAsAny[EventData] = Field(description="What the event says.")

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value not in REGISTRY.every_version:
            raise PydanticCustomError("unknown_type", "an event type of the contract")
        return value

    @field_validator("data", mode="before")
    @classmethod
    def _data_of_type(cls, value: Any, info: ValidationInfo) -> Any:
        event_type = info.data.get("type")
        if event_type is None:
            return EventData.model_construct()  # the type is refused already
        model = REGISTRY.model_for(event_type)
        data = _read_data(value, model=model)
        _check_scope(model.event_scope, info.data)
        return data

    @property
    def name(self) -> str:
        """The event's name without version, such as ``data_shared``."""
        return self.data.event_name

    @property
    def occurred_at(self) -> int:
        """When it happened, in microseconds since the epoch."""
        return (self.time - EPOCH) // MICROSECOND

    @property
    def ordering_key(self) -> str:
        """The partition key, or what stands for an absent one."""
        return self.partitionkey or self.subject or self.controller


def _read_data(value: Any, *, model: type[EventData]) -> EventData:
    if isinstance(value, EventData):
        if type(value) is not model:
            raise PydanticCustomError("wrong_value", "data of the model that its type names")
        return value
    if isinstance(value, Mapping):
        if None in value.values():  # null equals an absent field
            value = {name: item for name, item in value.items() if item is not None}
        elif type(value) is not dict:
            value = dict(value)
    data: EventData = model.__pydantic_validator__.validate_python(value)
    return data


def _check_scope(scope: EventScope, attributes: Mapping[str, Any]) -> None:
    if "subject" not in attributes:
        return  # refused already
    if scope is EventScope.PERSON and attributes["subject"] is None:
        raise PydanticCustomError(
            "missing_field", "the person this event type is about", {"field": "subject"}
        )
    if scope is EventScope.CONTROLLER and attributes["subject"] is not None:
        raise PydanticCustomError(
            "wrong_scope",
            "no subject: this event type is about the controller",
            {"field": "subject"},
        )


def parse_event(raw: bytes | str | Mapping[str, Any]) -> Event:
    """Read one event in structured mode as an emitter may send it; raises EventError.

    The data is that of the version the event names: what is recorded is what was sent.
    """
    if type(raw) is not bytes:
        return parse_plainly(raw)
    # A value may stand hidden behind a second one of its name, so the bytes are searched; the
    # first letter alone is looked for first, because that takes next to no time.
    if (b"N" in raw and b"NaN" in raw) or (b"I" in raw and b"Infinity" in raw):
        return parse_plainly(raw)
    start = raw.find(b'"lineage.') + 1
    name = raw[start : raw.find(b'"', start)]  # mostly the type: see ``onepass`` if it is not
    validator = _PASSES.get(name) or _new_pass(name)
    if validator is None:
        return parse_plainly(raw)
    try:
        event: Event = validator.validate_json(raw)
    except ValidationError:
        return parse_plainly(raw)
    return event


def _new_pass(name: bytes) -> SchemaValidator | None:
    """Make the pass of a type when its first event comes; an unknown type has none."""
    model = REGISTRY.every_version.get(name.decode(errors="replace"))
    if model is not None:
        _PASSES[name] = event_validator(Event, model)
    return _PASSES.get(name)


def parse_plainly(raw: bytes | str | Mapping[str, Any]) -> Event:
    """Read one event in the way that explains what is wrong with it; raises EventError."""
    attributes = raw if isinstance(raw, Mapping) else _read_json(raw)
    if not isinstance(attributes, Mapping):
        raise EventError([Problem("", "not_an_object", "a JSON object")])
    if None in attributes.values():  # null equals an absent attribute
        attributes = {name: item for name, item in attributes.items() if item is not None}
    try:
        event: Event = Event.__pydantic_validator__.validate_python(
            attributes if type(attributes) is dict else dict(attributes)
        )
    except ValidationError as error:
        raise EventError((*_emitter_problems(attributes), *problems_of(error))) from None
    if problems := _emitter_problems(attributes):
        raise EventError(problems)
    return event


def _emitter_problems(attributes: Mapping[str, Any]) -> list[Problem]:
    """Find what an event may lack or hold inside the tracker, but not from an emitter."""
    problems = []
    if "specversion" not in attributes:
        problems.append(Problem("specversion", "missing_field", "a value"))
    if "recordedtime" in attributes:
        expected = "no such attribute from an emitter: only the tracker sets it"
        problems.append(Problem("recordedtime", "unknown_field", expected))
    return problems


def _read_json(raw: bytes | str) -> Any:
    try:
        return from_json(raw, allow_inf_nan=False)
    except TypeError:  # a str with half a surrogate pair, or no text at all
        raise EventError([Problem("", "bad_json", "UTF-8 text")]) from None
    except ValueError as error:
        # Only the place is repeated: the rest of the message could quote the text.
        place = _PLACE.search(str(error))
        where = f" ({place.group()})" if place else ""
        raise EventError([Problem("", "bad_json", f"valid JSON{where}")]) from None


def event_to_json(event: Event) -> bytes:
    """Write an event in structured mode: compact, without nulls."""
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)
