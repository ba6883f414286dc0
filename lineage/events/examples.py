"""One golden example per event version: every field of its model, filled with invented words."""

from collections.abc import Mapping
from typing import Any, Final

from lineage.events.envelope import Event
from lineage.events.model import EventData, EventScope
from lineage.events.schema import file_name

# By field; flags, numbers and enumerations follow from the schema.
_WORDS: Final[Mapping[str, Any]] = {
    "accepted_version": "2026-01",
    "amount": "12.50 EUR",
    "archive_id": "policy-archive-7",
    "backup_id": "backup-2026-03-01",
    "birth_date": "1990-05-17",
    "breach_id": "breach-3",
    "buyer_purpose": "own_marketing",
    "categories": ["buyer_name", "buyer_address"],
    "chosen_parties": ["FastParcel", "person:m2"],
    "collected_in": "PRC",
    "combined_with": ["browsing_history"],
    "complaint_id": "complaint-12",
    "confirmed_id": "01JA0000000000000000000007",
    "confirmed_source": "/services/checkout",
    "consent_id": "consent-5",
    "copies_uncontrolled": ["SearchMirror"],
    "country": "SG",
    "effective_from": "2026-04-01",
    "erase_by": "2026-04-30",
    "evidence": "case file 2026-118, page 4",
    "function": "order tracking",
    "granted_to": "controller",
    "guardian_id": "m3",
    "held": ["transaction_info"],
    "hold_id": "hold-9",
    "holder": "AdMetrics",
    "host": "CloudHarbour",
    "identifier": {"type": "email", "value": "guest@shop.example"},
    "identifiers": [{"type": "email", "value": "m1@shop.example"}],
    "law": "E-commerce law, article 31",
    "log_id": "log-2026-03-04-17",
    "method": "salted hash",
    "notice_id": "notice-21",
    "order_id": "order-1001",
    "permission_scope": ["location", "device_info"],
    "purpose": "delivery",
    "purpose_from": "delivery",
    "purpose_to": "own_ads",
    "reason": "sent twice after a deployment",
    "recipient": "FastParcel",
    "region": "US",
    "region_from": "PRC",
    "region_to": "US-CA",
    "regulator": "Data protection authority of Examplia",
    "remedy": "review by a human",
    "request_id": "request-42",
    "requester": "person:m2",
    "retracted_id": "01JA0000000000000000000007",
    "retracted_source": "/services/checkout",
    "rule": "004.F.3",
    "send_by": "2026-03-19",
    "sender": "FastParcel",
    "source_party": "PublicRegister",
    "subject_region": "EU",
    "subjects": ["m1", "m2"],
    "until": "2031-03-04",
    "version": "2026-04",
}

# By event and field, where the word above would make no sense.
_SPECIAL: Final[Mapping[tuple[str, str], Any]] = {
    ("ad_guidelines_accepted", "recipient"): "AdMetrics",
    ("data_deidentified", "holder"): "controller",
    ("data_deidentified", "reason"): "purpose_ended",
    ("data_onward_shared", "recipient"): "LastMile",
    ("data_sold", "recipient"): "ListTrader",
    ("data_transferred", "recipient"): "NewOwner",
    ("identity_verification_requested", "method"): "code sent by text message",
    ("identity_verified", "method"): "code sent by text message",
    ("purpose_changed", "recipient"): "AdMetrics",
    ("request_extended", "reason"): "the request concerns many orders",
    ("request_extended", "until"): "2026-04-30",
    ("request_paused", "reason"): "waiting for proof of identity",
    ("request_resumed", "reason"): "proof of identity arrived",
    ("retention_hold_placed", "holder"): "controller",
    ("retention_hold_released", "holder"): "controller",
}


def example(model: type[EventData]) -> Event:
    """Return the golden example of one event version."""
    fields = model.model_json_schema()["properties"] if model.model_fields else {}
    return Event.model_validate(
        {
            "id": f"example-{file_name(model)}",
            "source": "/services/example",
            "type": model.event_type(),
            "time": "2026-03-04T10:00:00Z",
            "subject": None if model.event_scope is EventScope.CONTROLLER else "m1",
            "controller": "example-store",
            "data": {name: _value(model, name, fields[name]) for name in model.model_fields},
        }
    )


def _value(model: type[EventData], name: str, schema: Mapping[str, Any]) -> Any:
    special = _SPECIAL.get((model.event_name, name))
    return special if special is not None else _by_schema(name, schema)


def _by_schema(name: str, schema: Mapping[str, Any]) -> Any:
    if "anyOf" in schema:
        schema = next(choice for choice in schema["anyOf"] if choice.get("type") != "null")
    if "enum" in schema:
        return schema["enum"][0]
    if "enum" in schema.get("items", ()):
        return schema["items"]["enum"][:2]
    if schema.get("type") == "boolean":
        return True
    if schema.get("type") == "integer":
        return 2
    return _WORDS[name]
