"""Short courses of events that belong together, which events drawn one by one seldom make.

What a scene leaves open is drawn like everything else. All of it is about Ann, in order of time,
of the same categories, parties and requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from random import Random
from typing import Any, Final

from tests.fuzz.values import Wire
from tests.fuzz.words import Words

Step = tuple[str, Mapping[str, Any]]

REQUEST: Final = {"request_id": "request_id-0"}
ASKED: Final[tuple[Step, ...]] = (
    ("data_shared", {"deidentified": False, "exception": None}),
    ("request_received", REQUEST | {"right": "deletion", "categories": None}),
    ("request_decided", REQUEST | {"outcome": "accepted"}),
)
SCENES: Final[tuple[tuple[Step, ...], ...]] = (
    ASKED,
    (*ASKED, ("recipient_declined", REQUEST | {"reason": "law"}), ("data_shared", {})),
    (*ASKED, ("recipient_deleted", {}), ("data_shared", {})),
    (*ASKED, ("data_deidentified", {"holder": "{party}", "reversible": False})),
    (("retention_hold_placed", {"holder": "{party}", "until": None}), *ASKED),
    (("consent_granted", {"granted_to": "{party}", "recipient": None}), *ASKED),
    (("data_shared", {}), ("data_onward_shared", {"sender": "{party}", "recipient": "Dock"})),
    (("data_collected", {}), ("data_combined", {"identifies": True}), ("combination_ended", {})),
    (
        ("user_registered", {"age_band": "under_14", "birth_date": None}),
        ("data_collected", {}),
        ("data_shared", {"guardian_consent_scope": []}),
        ("minor_identified", {"age": 9, "guardian_consent": "none"}),
    ),
    (
        ("order_created", {"order_id": "order_id-0"}),
        ("order_completed", {"order_id": "order_id-0"}),
        ("retention_hold_placed", {"holder": "controller", "until": None}),
        ("self_service_cleared", {"what": "order_records"}),
    ),
    (
        ("data_collected", {}),
        ("account_cancellation_requested", REQUEST),
        ("identity_verified", REQUEST),
        ("account_cancellation_approved", REQUEST),
        ("account_cancelled", REQUEST),
        ("data_deleted", {"store": "live"}),
    ),
    (
        ("request_received", REQUEST),
        ("identity_verification_requested", REQUEST),
        ("request_paused", REQUEST),
        ("request_triaged", REQUEST),
        ("request_extended", REQUEST),
        ("request_resumed", REQUEST),
        ("identity_verified", REQUEST),
    ),
    (
        ("breach_detected", {"breach_id": "breach_id-0"}),
        ("breach_notified", {"breach_id": "breach_id-0"}),
        ("breach_reported", {"breach_id": None}),
    ),
)


def drawn_scene(rng: Random, words: Words) -> list[tuple[str, datetime, Wire]]:
    """Events of one scene, each with its time and what of its data is set; None: it is absent."""
    steps = rng.choice(SCENES)
    same = {
        "categories": rng.sample(list(words.categories), 2),
        "recipient": rng.choice(words.parties[:3]),
    }
    days = sorted(rng.choices(words.days, k=len(steps)))
    return [
        (name, datetime.combine(day, time(rng.choice((0, 9))), UTC), same | _filled(data, same))
        for (name, data), day in zip(steps, days, strict=True)
    ]


def _filled(data: Mapping[str, Any], same: Mapping[str, Any]) -> Wire:
    return {
        name: same["recipient"] if value == "{party}" else value for name, value in data.items()
    }
