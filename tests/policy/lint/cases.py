"""For each check of a policy: rules that trip it, where, and rules near them that do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.policy.lint.small import Said, default, rule, silent

RIGHT = rule("request_right", "F", rights=["deletion"])
TOLD = rule("fan_out", "F", hops="direct")
ALL = {"modes": ["sale", "rent"]}


@dataclass(frozen=True)
class Case:
    """One hole or contradiction; ``head`` are keys of the head of both files."""

    code: str
    name: str
    trips: tuple[Said, ...]
    at: str
    near: tuple[Said, ...]
    head: dict[str, Any] = field(default_factory=dict)
    near_head: dict[str, Any] = field(default_factory=dict)


def collects(*words: str) -> Said:
    """A row about these."""
    return rule("collects", "B", categories=list(words))


def clock(*rights: str, **fields: Any) -> Said:
    """A clock of these rights."""
    given = {"unit": "calendar_day", "limit": 10, **fields}
    return rule("request_clock", "K", rights=list(rights), **given)


def right(*rights: str, **fields: Any) -> Said:
    """A rule that gives these rights."""
    return rule("request_right", "K", rights=list(rights), **fields)


def erasure(**fields: Any) -> Said:
    """Cancelling erases."""
    given = {"start": ["cancelled"], "unit": "calendar_day", "limit": 30, **fields}
    return rule("erasure_after_cancellation", "G", **given)


def limit(start: str, days: int = 90, **fields: Any) -> Said:
    """A period after which data is gone."""
    return rule("retention_limit", "J", start=start, unit="calendar_day", limit=days, **fields)


def minimum(years: int, *words: str) -> Said:
    """A period in which data of an order stays."""
    return rule("retention_minimum", "J", unit="year", limit=years, categories=list(words))


def receives(kind: str, **fields: Any) -> Said:
    """A row about this kind of recipient."""
    return rule("may_receive", "D", recipients=[kind], **fields)


def cleaned(**fields: Any) -> Said:
    """A minor's data must go."""
    given = {"unit": "working_day", "limit": 3, "starts": ["unconsented"], **fields}
    return rule("minor_clean_up", "L", **given)


AGE = rule("age_of_minority", "L", under=16)
CLEAN_UP_TOLD = default("clean_up_fan_out", "D-51")
CANCELLATION_TOLD = rule("cancellation_fan_out", "G", starts="approval")
CANCELLED = right("deletion", when=[{"facts": ["account_cancelled"]}])
ENDED = right("deletion", when=[{"facts": ["service_ended"]}])
COMBINED = {
    "only_in_combination": [
        {
            "categories": ["device_info"],
            "rule": "900.R.1",
            "basis": "policy",
            "says": "Only together.",
            "section": "1",
        }
    ]
}

CASES = (
    Case(
        "purpose-without-retention",
        "collected",
        (collects("email"),),
        "rules[0].categories",
        (collects("email"), rule("retention_by_need", "J")),
    ),
    Case(
        "purpose-without-retention",
        "said-to-be-silent",
        (collects("email"), silent("F")),
        "rules[0].categories",
        (collects("email"), silent("J")),
    ),
    Case(
        "purpose-without-retention",
        "shared",
        (receives("logistics", categories=["email", "order_no"]), limit("order_completed")),
        "rules[0].categories",
        (receives("logistics", categories=["order_no"]), limit("order_completed")),
    ),
    Case(
        "purpose-without-retention",
        "account-data",
        (collects("email"), erasure(), rule("account_data", "G", categories=["name"])),
        "rules[0].categories",
        (collects("email"), erasure(), rule("account_data", "G", categories=["email"])),
    ),
    Case(
        "purpose-without-retention",
        "logs",
        (collects("ip_address"), limit("log_recorded")),
        "rules[0].categories",
        (
            collects("ip_address", "log_info"),
            limit("log_recorded"),
            limit("log_recorded", categories=["ip_address"]),
        ),
    ),
    Case(
        "purpose-without-retention",
        "combined",
        (collects("email", "device_info"), limit("combination_ended")),
        "rules[0].categories",
        (collects("device_info"), limit("combination_ended")),
        head={"personal": COMBINED},
        near_head={"personal": COMBINED},
    ),
    Case(
        "purpose-without-retention",
        "cancellation",
        (collects("email"), CANCELLATION_TOLD),
        "rules[0].categories",
        (collects("email"), erasure(), CANCELLATION_TOLD),
    ),
    Case("trigger-without-duty", "deletion", (RIGHT,), "rules[0]", (RIGHT, TOLD)),
    Case(
        "trigger-without-duty",
        "only-later-hops",
        (RIGHT, rule("fan_out", "F", hops="later")),
        "rules[0]",
        (right("access"), rule("fan_out", "F", hops="later")),
    ),
    Case(
        "trigger-without-duty",
        "cancelled",
        (CANCELLED, TOLD),
        "rules[0].when",
        (CANCELLED, TOLD, rule("await_deletion_request", "G")),
    ),
    Case(
        "trigger-without-duty",
        "ended",
        (ENDED, TOLD, silent("G")),
        "rules[0].when",
        (ENDED, TOLD, silent("H")),
    ),
    Case(
        "trigger-without-duty", "erasure", (erasure(),), "rules[0]", (erasure(), CANCELLATION_TOLD)
    ),
    Case(
        "trigger-without-duty",
        "clean-up",
        (cleaned(), AGE),
        "rules[0]",
        (cleaned(), AGE, CLEAN_UP_TOLD),
    ),
    Case(
        "recipient-never-told",
        "left-out",
        (receives("affiliate"), rule("fan_out", "F", hops="direct", but=["affiliate"])),
        "rules[0].recipients",
        (
            receives("affiliate"),
            rule("fan_out", "F", hops="direct", but=["affiliate"]),
            rule("fan_out", "F", hops="direct", to=["affiliate"]),
        ),
    ),
    Case(
        "recipient-never-told",
        "others-named",
        (receives("affiliate"), rule("fan_out", "F", hops="direct", to=["payment"])),
        "rules[0].recipients",
        (receives("affiliate"), TOLD),
    ),
    Case(
        "recipient-never-told",
        "nobody-is-told",  # which another check says of the deletion
        (receives("affiliate"), rule("fan_out", "F", hops="direct", to=["payment"])),
        "rules[0].recipients",
        (receives("affiliate"),),
    ),
    Case(
        "deadline-without-start",
        "right-not-given",
        (right("access"), clock("access", "copy")),
        "rules[1].rights",
        (right("access", "copy"), clock("access", "copy")),
    ),
    Case(
        "deadline-without-start",
        "nobody-identified",
        (right("copy"), clock("copy", start="identity_verified")),
        "rules[1].start",
        (
            right("copy"),
            clock("copy", start="identity_verified"),
            rule("identity_check", "K", rights=["copy"], stops_clock=False),
        ),
    ),
    Case(
        "deadline-without-start",
        "no-triage",
        (right("enquiry"), clock("enquiry", step="outcome", start="triage")),
        "rules[1].start",
        (
            right("enquiry"),
            clock("enquiry", step="outcome", start="triage"),
            clock("enquiry", step="triage"),
        ),
    ),
    Case(
        "deadline-without-start",
        "nobody-told",
        (rule("notice_clock", "F", of="send", unit="calendar_day", limit=0),),
        "rules[0]",
        (rule("notice_clock", "F", of="send", unit="calendar_day", limit=0), TOLD),
    ),
    Case(
        "deadline-without-start",
        "no-erasure",
        (rule("cancellation_fan_out", "G", starts="erasure"),),
        "rules[0].starts",
        (rule("cancellation_fan_out", "G", starts="erasure"), erasure()),
    ),
    Case(
        "deadline-without-start",
        "combined-for-ever",
        (limit("combination_ended"), rule("combination", "R", lasts="for_ever")),
        "rules[0].start",
        (limit("combination_ended"), rule("combination", "R", lasts="until_ended")),
    ),
    Case(
        "deadline-without-start",
        "nobody-a-minor",
        (cleaned(), CLEAN_UP_TOLD),
        "rules[0]",
        (cleaned(), CLEAN_UP_TOLD, AGE),
    ),
    Case(
        "category-unknown",
        "of-a-rule",
        (collects("email", "loyalty_tier"), rule("retention_by_need", "J")),
        "rules[0].categories[1]",
        (collects("email", "loyalty_tier"), rule("retention_by_need", "J")),
        near_head={"categories": ["loyalty_tier"]},
    ),
    Case(
        "category-without-class",
        "unused",
        (),
        "categories[0]",
        (rule("sensitive", "A", categories=["loyalty_tier"]),),
        head={"categories": ["loyalty_tier"]},
        near_head={"categories": ["loyalty_tier"]},
    ),
    Case(
        "category-without-class",
        "only-shared",
        (receives("payment", categories=["loyalty_tier"]), silent("J")),
        "categories[0]",
        (
            receives("payment", categories=["loyalty_tier"]),
            silent("J"),
            collects("loyalty_tier"),
        ),
        head={"categories": ["loyalty_tier"]},
        near_head={"categories": ["loyalty_tier"]},
    ),
    Case(
        "rests-on-nothing",
        "sensitive-share",
        (receives("affiliate", sensitive=False),),
        "rules[0].sensitive",
        (
            receives("affiliate", sensitive=False),
            rule("sensitive", "A", categories=["government_id"]),
        ),
    ),
    Case(
        "rests-on-nothing",
        "sensitive-source",
        (rule("source_attested", "B", on=["inbound"], confirm_sensitive=True),),
        "rules[0].confirm_sensitive",
        (rule("source_attested", "B", on=["inbound"]),),
    ),
    Case(
        "rests-on-nothing",
        "age",
        (rule("guardian_for_account", "L"),),
        "rules[0]",
        (rule("guardian_for_account", "L"), AGE),
    ),
    Case(
        "rests-on-nothing",
        "minors",
        (rule("minors_data", "L", acts=["use"], grounds=["law"], needs="any"),),
        "rules[0]",
        (rule("minors_data", "L", acts=["use"], grounds=["law"], needs="any"), AGE),
    ),
    Case(
        "rests-on-nothing",
        "fee",
        (rule("request_fee", "I"),),
        "rules[0]",
        (rule("request_fee", "I"), default("repetition", "D-63", count=3, within=30)),
    ),
    Case(
        "rests-on-nothing",
        "repetition",
        (rule("refusal_ground", "I", grounds=["repetitive"]),),
        "rules[0].grounds",
        (rule("refusal_ground", "I", grounds=["trade_secret"]),),
    ),
    Case(
        "rests-on-nothing",
        "purchase",
        (
            rule("kept_in", "M", region="EU", of="collected"),
            rule("may_leave", "M", region="EU", ground="purchase"),
        ),
        "rules[1].ground",
        (
            rule("kept_in", "M", region="EU", of="collected"),
            rule("may_leave", "M", region="EU", ground="purchase"),
            default("purchase_data", "D-41", categories=["order_no"]),
        ),
    ),
    Case(
        "rests-on-nothing",
        "region",
        (
            rule("kept_in", "M", region="EU", of="collected"),
            rule("may_leave", "M", region="US", ground="law"),
        ),
        "rules[1].region",
        (
            rule("kept_in", "M", region="EU", of="collected"),
            rule("may_leave", "M", region="EU", ground="law"),
        ),
    ),
    Case(
        "recipient-allowed-and-forbidden",
        "by-kind",
        (receives("affiliate"), rule("share_closed", "E", recipients=["affiliate"])),
        "rules[1].recipients",
        (
            receives("affiliate", purposes=["delivery"]),
            rule("share_closed", "E", recipients=["affiliate"]),
        ),
    ),
    Case(
        "recipient-allowed-and-forbidden",
        "by-function",
        (
            receives("service_provider", functions=["email", "sms"]),
            rule("share_closed", "E", recipients=["service_provider"], functions=["sms"]),
        ),
        "rules[1].recipients",
        (
            receives("service_provider", not_functions=["sms"]),
            rule("share_closed", "E", recipients=["service_provider"], functions=["sms"]),
        ),
    ),
    Case(
        "recipient-allowed-and-forbidden",
        "all-functions",
        (receives("affiliate"), rule("share_closed", "E", recipients=["affiliate"])),
        "rules[1].recipients",
        (
            receives("affiliate", functions=["email"]),
            rule("share_closed", "E", recipients=["affiliate"]),
            rule("share_closed", "E"),
        ),
    ),
    Case(
        "sale-allowed-and-forbidden",
        "rent",
        (receives("affiliate", purposes=["rent"]), rule("never_sold", "E", **ALL)),
        "rules[0].purposes",
        (
            receives("affiliate", purposes=["rent"]),
            rule("never_sold", "E", **ALL, not_recipients=["affiliate"]),
        ),
    ),
    Case(
        "transfer-allowed-and-forbidden",
        "every-deal",
        (rule("may_transfer", "P"), rule("transfer_closed", "P")),
        "rules[1]",
        (rule("may_transfer", "P", on="bound"), rule("transfer_closed", "P")),
    ),
    Case(
        "right-never-reached",
        "behind",
        (right("access", "copy"), right("copy", residents_of="US-CA")),
        "rules[1].rights",
        (right("copy", residents_of="US-CA"), right("access", "copy")),
    ),
    Case(
        "ground-allowed-and-forbidden",
        "same-requests",
        (
            rule("refusal_ground", "I", grounds=["impractical"], rights=["access"]),
            default("refusal_ground", "D-10", not_grounds=["impractical"]),
        ),
        "rules[0].grounds",
        (
            rule("refusal_ground", "I", grounds=["impractical"], rights=["access"]),
            default("refusal_ground", "D-10", not_grounds=["impractical"], rights=["deletion"]),
        ),
    ),
    Case(
        "named-and-excluded",
        "recipients",
        (rule("fan_out", "F", hops="direct", to=["payment"], but=["payment"]),),
        "rules[0].but",
        (rule("fan_out", "F", hops="direct", to=["payment"], but=["logistics"]),),
    ),
    Case(
        "message-allowed-and-forbidden",
        "important",
        (
            rule("policy_fact", "C", important_messages_optional=False),
            rule("message_opt_out", "C", classes=["marketing", "important"]),
        ),
        "rules[1].classes",
        (
            rule("policy_fact", "C", important_messages_optional=True),
            rule("message_opt_out", "C", classes=["marketing", "important"]),
        ),
    ),
    Case(
        "place-allowed-and-forbidden",
        "elsewhere",
        (
            rule("stored_in", "M", regions=["US"]),
            rule("kept_in", "M", region="EU", of="collected"),
        ),
        "rules[1].region",
        (
            rule("stored_in", "M", regions=["DE"]),
            rule("kept_in", "M", region="EU", of="collected"),
        ),
    ),
    Case(
        "place-allowed-and-forbidden",
        "no-way",
        (
            rule("stored_in", "M", regions=["US"]),
            rule("kept_in", "M", region="PRC", of="collected"),
        ),
        "rules[1].region",
        (
            rule("stored_in", "M", regions=["US"]),
            rule("kept_in", "M", region="PRC", of="collected"),
            rule("may_leave", "M", region="PRC", ground="law"),
        ),
    ),
    Case(
        "kept-longer-than-allowed",
        "of-an-order",
        (limit("order_completed", 365), minimum(3, "order_no")),
        "rules[0].limit",
        (limit("order_completed", 3660), minimum(3, "order_no"), limit("log_recorded", 1)),
    ),
    Case(
        "kept-longer-than-allowed",
        "other-words",
        (limit("order_completed", 365, categories=["order_no"]), minimum(3, "order_no")),
        "rules[0].limit",
        (limit("order_completed", 365, categories=["order_no"]), minimum(3, "order_info")),
    ),
    Case(
        "kept-longer-than-allowed",
        "by-a-year",
        (
            rule("retention_limit", "J", start="order_completed", unit="year", limit=2),
            minimum(3, "order_no"),
        ),
        "rules[0].limit",
        (
            rule("retention_limit", "J", start="order_completed", unit="year", limit=3),
            minimum(3, "order_no"),
        ),
    ),
    Case(
        "said-twice",
        "but-for-the-sentence",
        (AGE, AGE | {"says": "In other words."}),
        "rules[1]",
        (AGE, AGE | {"under": 14}),
    ),
)
