"""Reading what is good in one pass of pydantic-core, from bytes to models without Python between.

Nothing is decided here: what one pass refuses is read again in the plain way (``envelope``,
``body``), which alone makes errors. One pass equals the plain way because it is put together of
the same core schemas, field by field, and is only narrower:

- ``type`` must be the one that the pass was made for: a wrong guess from the bytes is harmless;
- ``subject`` must be there, or must not, as the scope of the type says;
- ``specversion`` must be there and ``recordedtime`` must not, as from any emitter;
- no attribute and no field of the data may be null, which the plain way takes for absence;
- there may be no ``NaN`` and ``Infinity``, which pydantic-core would take for JSON: for those the
  caller looks.

``tests/events/test_onepass.py`` compares the two.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as core

from lineage.events.model import EventData, EventScope
from lineage.events.times import parse_time


def time_schema(read_time: Callable[[str], Any] = parse_time) -> CoreSchema:
    """Accept a time as text, and make of it what ``read_time`` returns."""
    return core.no_info_after_validator_function(read_time, core.str_schema(strict=True))


def event_validator(envelope: type[BaseModel], model: type[EventData]) -> SchemaValidator:
    """Make the pass that reads one event type."""
    schema = own_schema(envelope)
    fields = dict(schema["schema"]["fields"])
    # Nothing in JSON is a Python class: a value of any kind is refused.
    absent = core.with_default_schema(core.is_subclass_schema(type), default=None)
    others: dict[str, Any] = {
        "specversion": core.literal_schema(["1.0"]),
        "type": core.literal_schema([model.event_type()]),
        "time": time_schema(),
        "recordedtime": absent,
        "data": _without_null(own_schema(model)),
    }
    if model.event_scope is EventScope.CONTROLLER:
        others["subject"] = absent
    elif model.event_scope is EventScope.PERSON:
        others["subject"] = _not_null(fields["subject"]["schema"])["schema"]
    fields |= {name: core.model_field(other) for name, other in others.items()}
    narrowed = _without_null({**schema, "schema": {**schema["schema"], "fields": fields}})
    # By default pydantic-core puts the validator that a class has already in place of a schema.
    return SchemaValidator(narrowed, _use_prebuilt=False)


def own_schema(model: type[BaseModel]) -> Any:
    """Return the core schema of a model, built now if it was not yet."""
    model.model_rebuild()
    schema: Any = model.__pydantic_core_schema__
    return schema["schema"] if schema["type"] == "definitions" else schema


def _without_null(schema: Any) -> Any:
    """Return the schema of a model with its optional fields refusing null."""
    fields = {
        name: {**field, "schema": _not_null(field["schema"])}
        for name, field in schema["schema"]["fields"].items()
    }
    return {**schema, "schema": {**schema["schema"], "fields": fields}}


def _not_null(schema: Any) -> Any:
    if schema["type"] == "default" and schema["schema"]["type"] == "nullable":
        return {**schema, "schema": schema["schema"]["schema"]}
    return schema
