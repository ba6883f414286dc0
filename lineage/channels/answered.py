"""A recipient's answer as the event that records it; who is believed how far is not said here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineage.channels.port import Answer
from lineage.events import (
    EventData,
    RecipientAcknowledged,
    RecipientDeclined,
    RecipientDeleted,
    RecipientWorking,
)

_MODELS: dict[str, type[EventData]] = {
    "acknowledged": RecipientAcknowledged,
    "working": RecipientWorking,
    "erased": RecipientDeleted,
    "refused": RecipientDeclined,
    "kept_by_law": RecipientDeclined,
}


def answer_data(
    answer: Answer,
    *,
    request_id: str | None,
    notice_id: str,
    recipient: str,
    categories: Sequence[str],
) -> EventData:
    """Return the data of the answer event to the notice over these categories.

    What was not said of categories means all of the notice; what was erased beyond it is none of
    its business. Raises ``ValidationError`` without a request for any answer but an erasure.
    """
    model = _MODELS[answer.status]
    fields: dict[str, Any] = {
        "request_id": request_id,
        "notice_id": notice_id,
        "recipient": recipient,
        "evidence": answer.evidence,
    }
    if model is RecipientDeleted:
        said = categories if answer.categories is None else answer.categories
        fields["categories"] = tuple(c for c in said if c in categories)
    elif model is RecipientDeclined:
        fields |= {
            "reason": answer.reason,
            "categories": answer.categories,
            "until": answer.until,
        }
    return model.model_validate({k: v for k, v in fields.items() if v is not None})
