"""What a scenario expects, group by group: the closed models of ``then``. Nothing is compared here.

A key that is absent is not judged; pydantic keeps which were given (``model_fields_set``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, RootModel

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


Limit = Annotated[Any, BeforeValidator(_limit)]
RuleOrNo = Annotated[Any, BeforeValidator(_no)]
GroundWord = Annotated[str, BeforeValidator(_ground)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Letter = Annotated[str, Field(pattern=r"^[A-S]$")]


class NotifyRow(Closed):
    """One recipient that is to be told."""

    recipient: str
    categories: tuple[Category, ...] = ()
    duty: Literal["policy", "default"] | None = None
    supplementary: Flag | None = None
    send_by: Limit = None
    erase_by: Limit = None
    rule: RuleId | None = None


class ExcludeRow(Closed):
    """One recipient that is left out."""

    recipient: str
    reason: str | None = None
    rule: RuleId | None = None


class Plan(Closed):
    """Who is told and who is not."""

    notify: tuple[NotifyRow, ...] = ()
    exclude: tuple[ExcludeRow, ...] = ()
    erase: tuple[Category, ...] = ()


class Deadlines(Closed):
    """The limits of a request."""

    reply_target: Limit = None
    reply_by: Limit = None
    outcome_by: Limit = None
    triage_by: Limit = None
    overdue: tuple[Literal["reply_by", "outcome_by", "triage_by"], ...] = ()
    reply_channel: Channel | None = None


class FindingRow(Closed):
    """One finding; without ``ev`` on any event."""

    rule: RuleId
    ev: Label | None = None
    categories: tuple[Category, ...] = ()


class AnyOf(Closed):
    """At least one of these rules is reported on the event."""

    rules: Annotated[tuple[RuleId, ...], Field(min_length=1)]
    ev: Label


class Allowed(Closed):
    """What may be reported and need not be."""

    rule: RuleId
    ev: Label | None = None


class Findings(Closed):
    """What is wrong in the whole log."""

    violations: tuple[FindingRow, ...] = ()
    default_violations: tuple[FindingRow, ...] = ()
    gaps: tuple[FindingRow, ...] = ()
    any_of: tuple[AnyOf, ...] = ()
    clean_events: tuple[Label, ...] = ()
    allowed_extra: tuple[Allowed, ...] = ()
    topics: tuple[Letter, ...] | None = None


class DueRow(Closed):
    """What is due of one category."""

    category: Category
    order_id: str | None = None
    action: Literal["hold", "erase", "review"] | None = None
    erase_by: Limit = None
    hold_until: Limit = None
    overdue: Flag | None = None
    rule: RuleId | None = None


class Retention(Closed):
    """What must be erased or kept of a person."""

    due: tuple[DueRow, ...] = ()


class Entitlement(Closed):
    """Whether the text gives the right."""

    verdict: Literal["entitled", "not_entitled_by_text"] | None = None
    state: str | None = None
    rule: RuleId | None = None


class Refusal(Closed):
    """Whether a refusal rests on a listed ground."""

    valid: Flag | None = None
    rule: RuleId | None = None
    grounds: dict[GroundWord, RuleOrNo] = Field({})
    fee: RuleOrNo = None


class Backup(Closed):
    """One backup copy."""

    state: Literal["pending_purge", "purged", "restored"] | None = None
    alert_on: Limit = None


class PersonalRow(Closed):
    """Whether a category was personal data on a day."""

    category: Category
    day: Limit
    personal: Flag


class Status(Closed):
    """How far everybody is, and our own copies."""

    recipients: dict[str, str] = Field({})
    data: dict[Category, Literal["present", "hidden", "erased", "anonymised"]] = Field({})
    backups: dict[str, Backup] = Field({})
    personal: tuple[PersonalRow, ...] = ()


class Cancellation(Closed):
    """Where a cancellation stands."""

    state: str | None = None
    erase_by: Limit = None
    anonymise_allowed: Flag | None = None
    rule: RuleId | None = None


class Minors(Closed):
    """Whether the person was a minor."""

    minor: Flag | None = None
    erase_by: Limit = None
    sensitive: Flag | None = None
    rule: RuleId | None = None


class Breach(Closed):
    """What is due for the latest breach."""

    notify_by: Limit = None
    not_told: tuple[str, ...] = ()
    regulator: Literal["due", "reported", "not_required"] | None = None
    rule: RuleId | None = None


class ExceptionUse(Closed):
    """Whether one exception is listed, and the rule of the list."""

    valid: Flag
    rule: RuleId | None = None


class Exceptions(RootModel[dict[Label, Flag | ExceptionUse]]):
    """Whether each exception that an event names is one the policy lists."""


class PolicyFacts(Closed):
    """What the policy says of itself."""

    use_binds: Flag | None = None
    affiliate_consent_by: Literal["controller", "recipient"] | None = None
    important_messages_optional: Flag | None = None


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
