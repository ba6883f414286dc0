"""The one share of the demo that surfaces late: of the year of the orders, heard of only today."""

from __future__ import annotations

from lineage.demo.envelopes import ADDRESSES, Json
from lineage.demo.shops import LATE


def late_share(controller: str, subject: str) -> Json:
    """One event of 2011 that is recorded only after the decision."""
    return {
        "specversion": "1.0",
        "id": "late-callcentre",
        "source": "/services/support",
        "type": "lineage.data_shared.v1",
        "time": "2011-12-20T09:00:00Z",
        "subject": subject,
        "controller": controller,
        "data": {
            "recipient": LATE.recipient,
            "recipient_kind": LATE.kind,
            "functions": list(LATE.functions),
            "categories": list(LATE.categories),
            "purpose": LATE.purpose,
            "legal_basis": LATE.basis,
            "region": LATE.region,
            "identifiers": [{"type": "email", "value": f"{subject}@{ADDRESSES}"}],
        },
    }
