"""The answers to what a policy is asked: shape only. All the others are in ``answers``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from lineage.service.answers import Answer, FindingRow, Question


class Findings(Question):
    """``lineage check``, key ``findings``: what breaks a rule, and what no rule covers."""

    findings: list[FindingRow]


class RecordedFinding(Answer):
    """One finding as recording left it: since when it is on record, and from when on no more."""

    kind: Literal["violation", "default_violation", "gap", "process"]
    rule: str | None
    event: str
    subject: str | None
    categories: list[str]
    reason: str | None
    found: datetime
    gone: datetime | None


class FindingHistory(Question):
    """``lineage check --history``: the findings on record, those that stand no more among them.

    ``judged_up_to``: what was recorded from then on may still change findings on earlier events.
    """

    findings: list[RecordedFinding]
    judged_up_to: datetime


class RejudgeReport(Answer):
    """``lineage rejudge``: how many people were judged anew."""

    people: int
    seconds: float


class Deadlines(Question):
    """``lineage request deadlines ID``: a limit in days is a date, one in hours a time.

    ``rules`` names the rule of each limit that there is.
    """

    request: str
    reply_target: date | datetime | None
    reply_by: date | datetime | None
    outcome_by: date | datetime | None
    triage_by: date | datetime | None
    overdue: list[str]
    reply_channel: str | None
    rules: dict[str, str]


class Entitlement(Question):
    """``lineage request entitlement ID``: does the text give the right in this case."""

    request: str
    verdict: str
    state: str
    rule: str | None


class Refusal(Question):
    """``lineage request refusal ID``. ``valid`` is null while nothing is refused or held back;
    ``grounds`` has for each that was asked about the rule by which it would carry, or false.
    """

    request: str
    valid: bool | None
    rule: str | None
    grounds: dict[str, str | Literal[False]]
    fee: str | Literal[False]


class DueRow(Answer):
    """What holds for one category of ours of one person, of one order where it is order data."""

    subject: str
    category: str
    order_id: str | None
    action: str
    erase_by: date | None
    hold_until: date | None
    overdue: bool
    rule: str | None


class ExceptionRow(Answer):
    """One event that names an exception from consent; ``rule`` lists it, or is the list that does
    not, null where the policy has none.
    """

    event: str
    exception: str
    valid: bool
    rule: str | None


class Exceptions(Question):
    """``lineage check --json``, key ``exceptions``: is what events rely on listed for it."""

    exceptions: list[ExceptionRow]


class Retention(Question):
    """``lineage retention [SUBJECT]``: what must go, what must be kept, by when."""

    due: list[DueRow]


class Backup(Answer):
    """One backup copy; ``alert_on`` is the day by which somebody must look after it."""

    state: str
    alert_on: date | None


class PersonalRow(Answer):
    """From when to when a category was personal data; ``to`` is null while it lasts."""

    category: str
    from_: date = Field(alias="from")
    to: date | None


class Status(Question):
    """How far each recipient is, and what has become of our own copies."""

    subject: str
    recipients: dict[str, str]
    data: dict[str, str]
    backups: dict[str, Backup]
    personal: list[PersonalRow]


class Minors(Question):
    """Whether the person is a minor; ``erase_by`` is the last day of a clean-up, null: none."""

    subject: str
    minor: bool
    erase_by: date | None
    sensitive: bool
    rule: str | None


class Cancellation(Question):
    """Where the cancellation of an account stands."""

    subject: str
    state: str
    erase_by: date | None
    anonymise_allowed: bool
    rule: str | None


class PolicyRow(Answer):
    """One version of a policy in use, and how many rules it has of which sort."""

    controller: str
    name: str
    prefix: str
    version: str
    effective_from: date | None
    rules: int
    defaults: int
    not_machine_checkable: int


class RuleRow(Answer):
    """One rule; ``demands`` are the fields of its kind, ``kind`` is null for one of the head."""

    controller: str
    rule: str
    kind: str | None
    basis: Literal["policy", "default"]
    says: str
    section: str | None
    completed_by: list[str]
    demands: dict[str, Any]


class LintRow(Answer):
    """``lineage policy lint``: one hole or contradiction, where it stands and what to do.

    ``path`` is dotted, such as ``rules[12].limit``; ``rule`` is null where no rule has it.
    """

    file: str
    line: int
    path: str
    rule: str | None
    code: str
    severity: Literal["hole", "contradiction"]
    says: str
    do: str


class NewPolicy(Answer):
    """``lineage policy new``: a file to begin with, and the first part of its rules' ids; ``file``
    is null where it was not written.
    """

    controller: str
    prefix: str
    file: str | None
    text: str


class BreachRow(Answer):
    """One breach. ``not_told`` are the persons who were neither told nor are covered by an
    announcement; ``regulator`` is ``due``, ``reported`` or ``not_required``.
    """

    breach: str
    notify_by: date
    not_told: list[str]
    regulator: str
    rule: str


class Breaches(Question):
    """``lineage breach``: what each breach on record demands, the latest last."""

    breaches: list[BreachRow]


class Facts(Answer):
    """What a policy says of itself; null is what it does not speak of."""

    use_binds: bool | None
    affiliate_consent_by: str | None
    important_messages_optional: bool | None


class PolicyFacts(Question):
    """``lineage policy show CONTROLLER``: the version in force, its facts and its rules."""

    name: str
    effective_from: date | None
    facts: Facts
    rules: list[RuleRow]


class DiffSide(Answer):
    """One of two policies that are compared."""

    controller: str
    name: str
    version: str
    effective_from: date | None


class DiffField(Answer):
    """One field that differs, as it stands in the file; null before a rule is added, and after it
    is removed. ``rule`` is the rule's id, ``order`` the order of the rules of a kind.
    """

    field: str
    before: Any
    after: Any


class DiffRow(Answer):
    """One difference, read from A to B. ``wording``: nothing is judged or answered otherwise.

    ``direction``: whether the rule, all others being equal, protects people more (``stricter``) or
    less; ``other`` where its kind does not make that certain. ``kind`` is that of the rule, or
    ``category_words``, ``never_personal``, ``personal_in_combination`` or ``calendar`` of the head.
    """

    change: Literal["added", "removed", "changed"]
    wording: bool
    for_whom: Literal["people", "recipients", "us"]
    direction: Literal["stricter", "looser", "other"]
    kind: str
    rule_a: str | None
    rule_b: str | None
    says: str
    fields: list[DiffField]


class DiffCounts(Answer):
    """How many rows concern whom and are stricter or looser, those of wording counted apart."""

    people: int
    recipients: int
    us: int
    wording: int
    stricter: int
    looser: int


class PolicyDiff(Answer):
    """``lineage policy diff A B``: every difference but the names, each in one row."""

    a: DiffSide
    b: DiffSide
    counts: DiffCounts
    rows: list[DiffRow]
