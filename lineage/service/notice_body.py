"""What a notice says: made once, at its first attempt, and the same bytes on every other. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from lineage.domain.facts import Notice, Recorded
from lineage.events import DataShared
from lineage.events.times import format_time
from lineage.policy.recipients import Recipient

NOTICE_TYPE = "lineage.notice.v1"
SUBJECT = "subject"

HOW_TO_ANSWER = (
    'Answer with JSON {"status": "acknowledged" | "working" | "erased" | "refused" |'
    ' "kept_by_law"}; "categories" where it is not all of them, "reason" and "until" where you'
    " keep them."
)


def identifiers_for(
    entry: Recipient, recipient: str, subject: str, events: Iterable[Recorded]
) -> list[dict[str, str]]:
    """By what the recipient knows the person: only forms its registry entry accepts.

    Our own id where it accepts that, and the identifiers that shares to it have named.
    """
    found: dict[tuple[str, str], None] = {}
    if SUBJECT in entry.accepts:
        found[SUBJECT, subject] = None
    for event in events:
        data = event.data
        if isinstance(data, DataShared) and data.recipient == recipient:
            for identifier in data.identifiers or ():
                if identifier.type in entry.accepts:
                    found[identifier.type, identifier.value] = None
    return [{"type": kind, "value": value} for kind, value in sorted(found)]


def notice_body(
    notice: Notice, *, controller: str, identifiers: list[dict[str, str]], now: datetime
) -> bytes:
    """The Standard Webhooks payload of a notice: ids and words, never values."""
    payload = {
        "type": NOTICE_TYPE,
        "timestamp": format_time(now),
        "data": {
            "notice_id": notice.notice_id,
            "request_id": notice.request_id,
            "controller": controller,
            "recipient": notice.recipient,
            "action": "erase",
            "person": identifiers,
            "categories": list(notice.categories),
            "erase_by": None if notice.erase_by is None else notice.erase_by.isoformat(),
            "duty": notice.duty,
            "round": notice.round,
            "answer": HOW_TO_ANSWER,
        },
    }
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
