"""The JSON Schema of an event, envelope and data, made from its model. No file is written here."""

from typing import Any, Final

from lineage.events.envelope import Event
from lineage.events.model import EventData, EventScope

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def file_name(model: type[EventData]) -> str:
    """Return the published name, such as ``data_shared.v1``."""
    return f"{model.event_name}.v{model.event_version}"


def event_schema(model: type[EventData]) -> dict[str, Any]:
    """Return the closed schema of a whole event as an emitter may send it."""
    envelope = _tidy(Event.model_json_schema())
    data = _tidy(model.model_json_schema())
    definitions = data.pop("$defs", {})
    properties = dict(envelope["properties"])
    del properties["recordedtime"]  # the tracker's own
    properties["specversion"] = _plain(properties["specversion"])
    properties["type"] = {
        "const": model.event_type(),
        "description": properties["type"]["description"],
    }
    required = ["specversion", *envelope["required"]]
    if model.event_scope is EventScope.PERSON:
        properties["subject"] = _without_null(properties["subject"])
        required.append("subject")
    elif model.event_scope is EventScope.CONTROLLER:
        properties["subject"] = {
            "type": "null",
            "description": "Absent: the event is about the controller.",
        }
    properties["data"] = _null_is_absent(data)
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "$id": f"{file_name(model)}.schema.json",
        "title": model.event_type(),
        "description": data.pop("description"),
        "type": "object",
        "additionalProperties": False,
        "required": sorted(required, key=list(properties).index),
        "properties": properties,
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


def _tidy(node: Any) -> Any:
    """Leave out what only repeats: generated titles and the default null."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _tidy(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and value is None)
    }
    if isinstance(description := kept.get("description"), str):
        kept["description"] = " ".join(description.split())
    return kept


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key != "default"}


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Turn an optional attribute into one that must be there."""
    (only,) = (choice for choice in field["anyOf"] if choice != {"type": "null"})
    return {**only, "description": field["description"]}


def _null_is_absent(data: dict[str, Any]) -> dict[str, Any]:
    """Let null stand for every field that may be absent, also for those with a default."""
    required = data.get("required", [])
    for name, field in data["properties"].items():
        if name in required or {"type": "null"} in field.get("anyOf", []):
            continue
        outer = {key: field.pop(key) for key in ("default", "description") if key in field}
        data["properties"][name] = {"anyOf": [dict(field), {"type": "null"}], **outer}
    return data
