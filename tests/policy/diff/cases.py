"""Changes of one rule with what must be said of them."""

from __future__ import annotations

from tests.policy.diff.small import Rule

OF_15 = {"rights": ["deletion"], "unit": "working_day", "limit": 15}
SHARE = {"recipients": ["payment"]}
SAFE = {"silence": "unknown"}
LOG = {"start": "log_recorded", "unit": "calendar_day"}
SECRET = {"grounds": ["trade_secret"]}
SERIOUS = {"facts": ["breach_of_agreement"], "serious": True}
FOR_GOOD = {"facts": ["service_ended"], "permanent": True}
WHOLE_END = {"notice_forms": ["email"]}

TO_ANSWER = "The time to answer a request for deletion"
ASKING = "The right to ask for deletion"

Changed = tuple[str, Rule, Rule, Rule, str, str]
"""A kind, its fields that stay, those before and after, the direction, and how it is said."""

CHANGED: list[Changed] = [
    # ---- clocks
    (
        *("request_clock", {"rights": ["deletion"], "unit": "working_day"}),
        *({"limit": 15}, {"limit": 30}),
        *("looser", f"{TO_ANSWER} grows from 15 to 30 working days."),
    ),
    (
        *("request_clock", {"rights": ["access"], "step": "outcome"}),
        *({"unit": "working_day", "limit": 15}, {"unit": "calendar_day", "limit": 15}),
        "stricter",
        (
            "The time to carry out a request for access shrinks from 15 working days to 15 "
            "calendar days."
        ),
    ),
    (
        *("request_clock", {"rights": ["access"]}),
        *({"unit": "month", "limit": 1}, {"unit": "calendar_day", "limit": 30}),
        *("other", "The time to answer a request for access changes from 1 month to 30 calendar"),
    ),
    (
        *("request_clock", OF_15, {"target": 3}, {}),
        *("looser", f"{TO_ANSWER}: the target: now none, before 3 working days."),
    ),
    (
        *("request_clock", OF_15, {}, {"target": 3}),
        *("stricter", f"{TO_ANSWER}: the target: now 3 working days, before none."),
    ),
    (
        *("request_clock", OF_15, {"target": 3}, {"target": 5}),
        *("looser", f"{TO_ANSWER}: the target grows from 3 to 5 working days."),
    ),
    (
        *("request_clock", OF_15, {"start": "identity_verified"}, {}),
        *("stricter", f"{TO_ANSWER}: counted from: now its receipt, before the check of identity."),
    ),
    (
        *("request_clock", OF_15, {"start": "identity_verified"}, {"start": "triage"}),
        *("looser", f"{TO_ANSWER}: counted from: now the triage, before the check of identity."),
    ),
    (
        *("request_clock", OF_15, {}, {"rights": ["deletion", "access"], "limit": 10}),
        *("stricter", f"{TO_ANSWER} now also holds for access; shrinks from 15 to 10 working days"),
    ),
    (
        *("request_clock", OF_15, {"pausable": True}, {"limit": 20}),
        "other",
        (
            f"{TO_ANSWER} grows from 15 to 20 working days; no longer stands still while the "
            "request is paused."
        ),
    ),
    (
        *("retention_limit", LOG, {"limit": 90}, {"limit": 30}),
        "stricter",
        "The longest time that data may be kept after a log record shrinks from 90 to 30 calendar",
    ),
    (
        *("retention_minimum", {"categories": ["order_no"], "unit": "year"}),
        *({"limit": 3}, {"limit": 2}),
        *("other", "The time that data of an order must be kept shrinks from 3 to 2 years."),
    ),
    (
        *("end_of_service", WHOLE_END, {"stop_collecting": {"unit": "working_day", "limit": 3}}),
        *({}, "looser"),
        "The end of the service: collecting stops within: now none, before 3 working days.",
    ),
    # ---- numbers
    (
        *("age_of_minority", {}, {"under": 14}, {"under": 16}),
        *("stricter", "The age under which a person is a minor rises from 14 to 16."),
    ),
    (
        *("sensitive", {"categories": ["location"]}, {"children_under": 14}, {}),
        *("looser", "What is sensitive: all data of children under: now none, before 14."),
    ),
    (
        *("sensitive", {}, {}, {"children_under": 14}),
        *("stricter", "What is sensitive: all data of children under: now 14, before none."),
    ),
    (
        *("repetition", {"count": 3}, {"within": 30}, {"within": 10}),
        *("stricter", "When a request is repetitive: within falls from 30 to 10 calendar days."),
    ),
    # ---- who may receive what
    (
        *("may_receive", SHARE, {"categories": ["email"]}, {"categories": ["email", "phone"]}),
        *("looser", "Payment services may now also receive phone."),
    ),
    (
        *("may_receive", SHARE, {"categories": ["email"]}, {"categories": ["phone", "name"]}),
        "other",
        "Payment services may now also receive phone and name and may no longer receive email.",
    ),
    (
        *("may_receive", SHARE, {}, {"categories": ["phone"]}),
        *("stricter", "Payment services: may receive: now phone, before everything."),
    ),
    (
        *("may_receive", SHARE, {"purposes": ["payment"]}, {}),
        *("looser", "Payment services: only for the purpose of: now any purpose, before payment."),
    ),
    (
        *("may_receive", SHARE | {"on_record": True}, {"purposes": ["payment"]}, {}),
        *("other", "Payment services: only for the purpose of: now any purpose, before payment."),
    ),
    (
        *("may_receive", {"limits": True}, SHARE, {"recipients": ["payment", "platform"]}),
        *("other", "Payment services: the rule is about: now also platforms."),
    ),
    (
        *("may_receive", SHARE, {}, {"sensitive": False}),
        *("stricter", "Payment services: now not what is sensitive."),
    ),
    (
        *("may_receive", SHARE, {"chosen": True}, {}),
        *("looser", "Payment services: no longer only where the person chose them."),
    ),
    (
        *("may_receive", SHARE, {}, {"institution": "financial"}),
        *("stricter", "Payment services: only institutions of the kind: now financial, before"),
    ),
    (
        *("may_receive", SHARE, {"institution": "financial"}, {"institution": "other"}),
        *("other", "Payment services: only institutions of the kind: now other, before financial."),
    ),
    (
        *("may_receive", SHARE | {"rule": "D-28", "basis": "default"}, {}, {"own_purposes": True}),
        *("looser", "Payment services: now even for advertising of their own."),
    ),
    (
        *("never_sold", {}, {"modes": ["sale"]}, {"modes": ["sale", "rent"]}),
        *("stricter", "The ban on giving personal data away for money now also covers rent."),
    ),
    # ---- requests and refusals
    (
        *("request_right", {"rights": ["deletion"]}, {}, {"when": [SERIOUS, FOR_GOOD]}),
        "looser",
        (
            f"{ASKING}: in case of: now a breach of the agreement (if serious) or the service "
            "ended (if for good), before anything."
        ),
    ),
    (
        *("request_right", {"rights": ["deletion"]}, {"when": [SERIOUS]}),
        *({"when": [SERIOUS, FOR_GOOD]}, "stricter"),
        f"{ASKING}: in case of: now also the service ended (if for good).",
    ),
    (
        *("request_right", {"rights": ["deletion"], "evaluate": True}),
        *({"requesters": ["user"]}, {}, "other", f"{ASKING}: who: now anybody, before users."),
    ),
    (
        *("refusal_ground", SECRET, {"rights": ["access"]}, {}),
        *("looser", "Refusing requests for access: requests for: now anything, before access."),
    ),
    (
        *("refusal_ground", SECRET | {"not_grounds": ["repetitive"]}, {"rights": ["access"]}, {}),
        *("other", "Refusing requests for access: requests for: now anything, before access."),
    ),
    (
        *("refusal_ground", {"not_grounds": ["repetitive"]}, {}, {"under_hold": True}),
        *("other", "Refusing requests for anything: now only for data under a hold on record."),
    ),
    # ---- everything else
    (
        *("stored_in", {}, {"regions": ["EU", "US"]}, {"regions": ["EU"]}),
        *("stricter", "Where personal data is stored: regions: no longer US."),
    ),
    (
        *("transfer_safeguards", SAFE | {"needs": "all"}),
        *({"safeguards": ["dpa"]}, {"safeguards": ["dpa", "encryption"]}, "stricter"),
        "The protection of data that crosses a border: safeguards: now also encryption.",
    ),
    (
        *("transfer_safeguards", SAFE | {"needs": "any"}),
        *({"safeguards": ["dpa"]}, {"safeguards": ["dpa", "encryption"]}, "other"),
        "The protection of data that crosses a border: safeguards: now also encryption.",
    ),
    (
        *("collects", {"categories": ["email"], "optional": True}),
        *({}, {"categories": ["email", "phone"]}, "other"),
        "What we say that we collect (email): categories: now also phone.",
    ),
    (
        *("collects", {"categories": ["email"]}, {}, {"by_law_only": True}),
        *("stricter", "What we say that we collect (email): now only where a law demands it."),
    ),
    (
        *("source_attested", {"on": ["inbound"]}, {"senders": ["payment"]}, {}),
        *("other", "What a third party that gives data answers for: and all from: no longer"),
    ),
    (
        *("policy_fact", {}, {"use_binds": False}, {"use_binds": True}),
        "other",
        (
            "What the policy says of itself: going on using the service binds to a changed policy: "
            "now yes, before no."
        ),
    ),
    (
        *("erasure_after_cancellation", {"unit": "month", "limit": 1}),
        *({"start": ["approved", "cancelled"]}, {"start": ["cancelled", "approved"]}, "other"),
        (
            "The time to erase data after the account is cancelled: counted from the first on "
            "record of: cancelled and approved, in this order."
        ),
    ),
    (
        *("minors_data", {"acts": ["share"], "needs": "any"}, {"grounds": ["law"]}),
        *({"grounds": ["law", "guardian"]}, "looser"),
        "What may be done with a minor's data (share): only if: now also a guardian consents.",
    ),
]

New = tuple[str, Rule, str, str]
"""A kind, its fields, the direction of a rule that is new, and its sentence."""

NEW: list[New] = [
    ("request_clock", OF_15 | {"target": 3, "roll": "next_working_day"}, "stricter",
     (f"New: {TO_ANSWER.lower()} is 15 working days; the target 3 working days; a last day that is "
     "no working day moves to next working day.")),
    ("may_receive", SHARE, "looser", "New: payment services may receive everything."),
    ("may_receive", SHARE | {"limits": True}, "other",
     "New: payment services may receive everything; what they get beyond breaks this rule."),
    ("share_closed", {}, "stricter", "New: what no rule permits may not be shared with anyone."),
    ("collection_exception", {}, "looser",
     "New: data may be collected without consent for no reason."),
    ("collection_exception", {"no_other": True}, "other",
     "New: data may be collected without consent for no reason; any other reason breaks this rule."
     ),
    ("collects", {"categories": ["email"], "optional": True}, "other",
     "New: email may be collected; nobody may be made to give it."),
    ("exemption", {"reason": "legal_hold"}, "looser",
     "New: recipients need not be told of a deletion for this reason: legal hold."),
    ("exemption", {"reason": "unreachable"}, "other",
     "New: recipients need not be told of a deletion for this reason: unreachable."),
    ("fan_out", {"hops": "direct"}, "stricter",
     "New: who got data from us (whoever no other rule names) are told of a deletion."),
    ("fan_out", {"hops": "direct", "rule": "D-05", "basis": "default"}, "other",
     ("New: who got data from us (whoever no other rule names) are told of a deletion; demanded by "
     "our default only.")),
    ("request_right", {"rights": ["copy"]}, "stricter", "New: anybody may ask for a copy."),
    ("policy_fact", {"use_binds": False}, "other",
     ("New: what the policy says of itself; going on using the service binds to a changed policy: "
     "no.")),
    ("evidence_needed", {"evidence": "api_test", "personal": False}, "stricter",
     "New: a share needs a passed test of the interface; even where nothing of it is personal."),
]  # fmt: skip
