"""The AsyncAPI document of the ingest topic, made from the models. No file is written here."""

from typing import Any, Final

from lineage.events.cloudevents import STRUCTURED
from lineage.events.model import EventClass, EventData
from lineage.events.registry import REGISTRY
from lineage.events.schema import file_name

TOPIC: Final = "lineage.events"
CONTRACT_VERSION: Final = "1.0.0"
_CHANNEL: Final = "events"
_KAFKA_BINDING: Final = "0.5.0"


def asyncapi_document() -> dict[str, Any]:
    """Return the document: one channel, one operation, a message per type a service may send."""
    models = [model for model in REGISTRY.every_version.values() if _from_services(model)]
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Events of the personal-data lineage tracker",
            "version": CONTRACT_VERSION,
            "description": "What services report about the personal data they handle. Each "
            "message is a CloudEvent 1.0 in structured JSON mode, keyed by its partition key.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "channels": {
            _CHANNEL: {
                "address": TOPIC,
                "title": "Facts reported by services",
                "messages": {
                    file_name(model): {"$ref": f"#/components/messages/{file_name(model)}"}
                    for model in models
                },
                "bindings": {"kafka": {"topic": TOPIC, "bindingVersion": _KAFKA_BINDING}},
            }
        },
        "operations": {
            "recordEvent": {
                "action": "receive",
                "title": "Record an event",
                "channel": {"$ref": f"#/channels/{_CHANNEL}"},
            }
        },
        "components": {"messages": {file_name(model): _message(model) for model in models}},
    }


def _from_services(model: type[EventData]) -> bool:
    """Tell what the ingest topic takes: decisions, answers and our own acts come otherwise."""
    return model.event_class is EventClass.FACT


def _message(model: type[EventData]) -> dict[str, Any]:
    return {
        "name": model.event_type(),
        "title": model.event_name.replace("_", " "),
        "summary": " ".join((model.__doc__ or "").split()),
        "contentType": STRUCTURED,
        "payload": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {"$ref": f"./events/{file_name(model)}.schema.json"},
        },
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": "The attribute partitionkey; the subject where it is absent, "
                    "else the controller.",
                },
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }
