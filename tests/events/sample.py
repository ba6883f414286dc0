"""Events for the tests of this folder: one good share, and ways to change it."""

import copy
from collections.abc import Mapping
from typing import Any, Final

SHARE: Final[Mapping[str, Any]] = {
    "specversion": "1.0",
    "id": "01JA0000000000000000000001",
    "source": "/services/checkout",
    "type": "lineage.data_shared.v1",
    "time": "2026-03-04T10:00:00Z",
    "subject": "m1",
    "controller": "example-store",
    "data": {
        "recipient": "FastParcel",
        "recipient_kind": "logistics",
        "categories": ["buyer_name", "buyer_address"],
        "identifiers": [{"type": "email", "value": "x@shop.example"}],
    },
}


def share(*, data: Mapping[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """A share with other attributes or data fields; the value ``...`` leaves one out."""
    event = copy.deepcopy(dict(SHARE))
    event["data"] = _changed(event["data"], data or {})
    return _changed(event, attributes)


def event_of(name: str, data: Mapping[str, Any], **attributes: Any) -> dict[str, Any]:
    """An event of any type, in the envelope of the share."""
    event = _changed(dict(SHARE), {"type": f"lineage.{name}.v1", **attributes})
    return {**event, "data": dict(data)}


def _changed(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **changes}.items() if value is not ...}
