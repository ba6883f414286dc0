"""What a scenario expects, group by group: the closed models of ``then``. Nothing is compared here.

A key that is absent is not judged; pydantic keeps which were given (``model_fields_set``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, RootModel, WithJsonSchema

from lineage.events.enums import Channel, Ground
from lineage.events.times import parse_time
from lineage.events.types import Category, Flag
from lineage.policy.rule import Closed, RuleId

TIME: Final = "a date such as 2026-03-04, or a time in quotes such as '2026-03-04T10:00:00Z'"


def _limit(value: Any) -> Any:
    """A day stays a day; a time is read from its text."""
    if isinstance(value, str):
        try:
            return parse_time(value)
        except ValueError:
            raise ValueError(TIME) from None
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise ValueError(TIME)


def _ground(value: Any) -> Any:
    if value not in get_args(Ground):
        raise ValueError(f"one of {', '.join(get_args(Ground))}")
    return value


def _no(value: Any) -> Any:
    if value is not None and value is not False and not isinstance(value, str):
        raise ValueError("a rule id, or false")
    return value


_LIMIT_SCHEMA: Final = {"type": "string", "format": "date or time, or null"}
_RULE_OR_NO_SCHEMA: Final = {"type": "string", "format": "rule id, or false"}

Limit = Annotated[Any, BeforeValidator(_limit), WithJsonSchema(_LIMIT_SCHEMA)]
RuleOrNo = Annotated[Any, BeforeValidator(_no), WithJsonSchema(_RULE_OR_NO_SCHEMA)]
GroundWord = Annotated[str, BeforeValidator(_ground)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Letter = Annotated[str, Field(pattern=r"^[A-S]$")]


class NotifyRow(Closed):
    """One recipient that is to be told."""

    recipient: str = Field(description="Who is told.")
    categories: tuple[Category, ...] = Field((), description="Exactly what it is to erase.")
    duty: Literal["policy", "default"] | None = Field(
        None, description="Whose word it is: of the text, or a default."
    )
    supplementary: Flag | None = Field(
        None, description="The share surfaced only after the decision."
    )
    send_by: Limit = Field(None, description="Last day to tell it.")
    erase_by: Limit = Field(None, description="Its last day to erase; null where no rule says one.")
    rule: RuleId | None = Field(None, description="The rule by which it is told.")


class ExcludeRow(Closed):
    """One recipient that is left out."""

    recipient: str = Field(description="Who is left out.")
    reason: str | None = Field(None, description="Why; the reasons stand below.")
    rule: RuleId | None = Field(None, description="The rule that says so, where one does.")


class Plan(Closed):
    """Who is told and who is not."""

    notify: tuple[NotifyRow, ...] = Field(
        (), description="Exactly these recipients are to be told."
    )
    exclude: tuple[ExcludeRow, ...] = Field((), description="These are left out; others may be.")
    erase: tuple[Category, ...] = Field(
        (), description="Exactly what our own systems are to erase."
    )


class Deadlines(Closed):
    """The limits of a request."""

    reply_target: Limit = Field(None, description="Soft limit of the reply.")
    reply_by: Limit = Field(None, description="Last day for the reply.")
    outcome_by: Limit = Field(None, description="Last day for the outcome.")
    triage_by: Limit = Field(None, description="Last moment to find out what is asked for.")
    overdue: tuple[Literal["reply_by", "outcome_by", "triage_by"], ...] = Field(
        (), description="Exactly these have passed unmet."
    )
    reply_channel: Channel | None = Field(
        None, description="By which channel the policy has the reply sent."
    )


class FindingRow(Closed):
    """One finding; without ``ev`` on any event."""

    rule: RuleId = Field(description="The rule that is broken or leaves a gap.")
    ev: Label | None = Field(None, description="Label of the event; without one, on any event.")
    categories: tuple[Category, ...] = Field((), description="Exactly those that break it.")


class AnyOf(Closed):
    """At least one of these rules is reported on the event."""

    rules: Annotated[tuple[RuleId, ...], Field(min_length=1)] = Field(
        description="One of these at least."
    )
    ev: Label = Field(description="Label of the event.")


class Allowed(Closed):
    """What may be reported and need not be."""

    rule: RuleId = Field(description="A rule.")
    ev: Label | None = Field(None, description="Label of the event; without one, on any event.")


class Findings(Closed):
    """What is wrong in the whole log."""

    violations: tuple[FindingRow, ...] = Field(
        (), description="Exactly what breaks a rule of the text."
    )
    default_violations: tuple[FindingRow, ...] = Field(
        (), description="Exactly what breaks a default."
    )
    gaps: tuple[FindingRow, ...] = Field((), description="Exactly what the text does not cover.")
    any_of: tuple[AnyOf, ...] = Field(
        (), description="One of some rules, whatever the kind of the finding."
    )
    clean_events: tuple[Label, ...] = Field(
        (), description="Events without violation and default violation."
    )
    allowed_extra: tuple[Allowed, ...] = Field((), description="May be reported, need not be.")
    topics: tuple[Letter, ...] | None = Field(
        None, description="Only rules with one of these letters are looked at."
    )


class DueRow(Closed):
    """What is due of one category."""

    category: Category = Field(description="The row is about this category.")
    order_id: str | None = Field(None, description="The order, for data of an order.")
    action: Literal["hold", "erase", "review"] | None = Field(
        None, description="What is to be done with it."
    )
    erase_by: Limit = Field(None, description="Last day to erase it; null where none is fixed.")
    hold_until: Limit = Field(None, description="Last day on which it must be kept.")
    overdue: Flag | None = Field(None, description="The last day has passed, and nothing holds it.")
    rule: RuleId | None = Field(None, description="The rule that says so.")


class Retention(Closed):
    """What must be erased or kept of a person."""

    due: tuple[DueRow, ...] = Field((), description="These rows are in the answer; others may be.")


class Entitlement(Closed):
    """Whether the text gives the right."""

    verdict: Literal["entitled", "not_entitled_by_text"] | None = Field(
        None, description="Whether the text gives the right in this case."
    )
    state: str | None = Field(
        None, description="State of the request; needs_evaluation where an officer must look first."
    )
    rule: RuleId | None = Field(None, description="The rule or default under which it is handled.")


class Refusal(Closed):
    """Whether a refusal rests on a listed ground."""

    valid: Flag | None = Field(
        None,
        description="The refusal on record rests on a listed ground; null: there is none.",
    )
    rule: RuleId | None = Field(None, description="The rule of that ground.")
    grounds: dict[GroundWord, RuleOrNo] = Field(
        {}, description="For each ground of when.grounds: would it carry a refusal."
    )
    fee: RuleOrNo = Field(None, description="Whether a fee may be taken.")


class Backup(Closed):
    """One backup copy."""

    state: Literal["pending_purge", "purged", "restored"] | None = Field(
        None, description="Where the copy is."
    )
    alert_on: Limit = Field(None, description="When somebody must look after it.")


class PersonalRow(Closed):
    """Whether a category was personal data on a day."""

    category: Category = Field(description="The category.")
    day: Limit = Field(description="The day.")
    personal: Flag = Field(description="Whether it was personal data on that day.")


class Status(Closed):
    """How far everybody is, and our own copies."""

    recipients: dict[str, str] = Field(
        {}, description="How far each notice is: a state of [states.md](states.md#notice)."
    )
    data: dict[Category, Literal["present", "hidden", "erased", "anonymised"]] = Field(
        {}, description="Our own copy of each category."
    )
    backups: dict[str, Backup] = Field(
        {}, description="Copies in backups, by the id of the backup."
    )
    personal: tuple[PersonalRow, ...] = Field((), description="What was personal data when.")


class Cancellation(Closed):
    """Where a cancellation stands."""

    state: str | None = Field(
        None, description="none, requested, awaiting_deletion_request, erasing or erased."
    )
    erase_by: Limit = Field(
        None, description="Last day of the erasure that follows; null: none does."
    )
    anonymise_allowed: Flag | None = Field(None, description="Making it anonymous would do.")
    rule: RuleId | None = Field(None, description="The rule of what follows.")


class Minors(Closed):
    """Whether the person was a minor."""

    minor: Flag | None = Field(
        None, description="The person was a minor when something on record happened, or is one."
    )
    erase_by: Limit = Field(None, description="Last day of the clean-up; null: none is due.")
    sensitive: Flag | None = Field(None, description="All data of the person is sensitive.")
    rule: RuleId | None = Field(None, description="The rule of the clean-up.")


class Breach(Closed):
    """What is due for the latest breach."""

    notify_by: Limit = Field(None, description="Last day to tell the persons.")
    not_told: tuple[str, ...] = Field(
        (), description="Who was neither told nor reached by an announcement."
    )
    regulator: Literal["due", "reported", "not_required"] | None = Field(
        None, description="Whether the regulator has a report."
    )
    rule: RuleId | None = Field(None, description="The rule of the duty.")


class ExceptionUse(Closed):
    """Whether one exception is listed, and the rule of the list."""

    valid: Flag = Field(description="Whether it is listed.")
    rule: RuleId | None = Field(None, description="The rule of the list.")


class Exceptions(RootModel[dict[Label, Flag | ExceptionUse]]):
    """By the label of each event that names an exception from consent: whether it is listed."""


class PolicyFacts(Closed):
    """What the policy says of itself."""

    use_binds: Flag | None = Field(
        None, description="Who goes on using the service is bound by a change."
    )
    affiliate_consent_by: Literal["controller", "recipient"] | None = Field(
        None, description="Who asks when an affiliate changes its purpose."
    )
    important_messages_optional: Flag | None = Field(
        None, description="People may opt out of important messages."
    )


Expected = Closed | Exceptions

OF_REQUEST: Final[dict[str, type[Closed]]] = {
    "deadlines": Deadlines,
    "entitlement": Entitlement,
    "refusal": Refusal,
}
OF_PERSON: Final[dict[str, type[Closed]]] = {
    "retention": Retention,
    "status": Status,
    "cancellation": Cancellation,
    "minors": Minors,
}
OF_LOG: Final[dict[str, type[Expected]]] = {
    "findings": Findings,
    "breach": Breach,
    "exceptions": Exceptions,
    "policy": PolicyFacts,
}
GROUPS: Final[dict[str, type[Expected]]] = {
    "plan": Plan,
    **OF_REQUEST,
    **OF_PERSON,
    **OF_LOG,
}
"""Each question a scenario may ask, with the form of what it expects."""
