"""The answers: one frozen model per question, the same for command, Python and (later) HTTP.

What lives here is shape only. No answer is computed here; the field names and their meaning are
those of the published answer format, so that a script can read any of them as JSON.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of every answer: frozen, closed, JSON by ``model_dump_json(by_alias=True)``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Question(Answer):
    """What every answer about a controller carries beside its rows.

    ``complete_up_to`` is the ledger size per lane; ``complete_from`` the time of the controller's
    earliest event (null: nothing on record); ``silent_sources`` those that have sent nothing for
    longer than the registry's ``silent_after``. ``unknown`` is true where too little is known to
    answer: nothing on record for this question and the record empty, stale or begun too late.
    """

    controller: str
    policy_version: str
    as_of: datetime
    known_at: datetime
    complete_up_to: dict[str, int]
    complete_from: datetime | None
    silent_sources: list[str] = []
    unknown: bool = False


class HolderRow(Answer):
    """One (holder, category): held now or in the past."""

    holder: str
    holder_kind: Literal["system", "recipient"]
    recipient_kind: str | None
    category: str
    held: bool
    since: datetime
    last_received: datetime
    erased_at: datetime | None
    why: str
    paths: list[list[str]]


class Holders(Question):
    """``lineage holders SUBJECT``."""

    subject: str
    holders: list[HolderRow]


class CollectionRow(Answer):
    """How one category came to one of the controller's systems."""

    system: str
    category: str
    source_kind: str | None
    source_party: str | None
    purpose: str | None
    policy_version: str
    first: datetime
    last: datetime
    count: int


class EdgeRow(Answer):
    """One distinct hop to a recipient."""

    kind: str
    from_: str = Field(alias="from")
    to: str
    recipient_kind: str | None
    categories: list[str]
    purpose: str | None
    legal_basis: str | None
    functions: list[str]
    region: str | None
    policy_version: str
    first: datetime
    last: datetime
    count: int


class ChangeRow(Answer):
    """What happened to data already held: its purpose changed, it was combined or de-identified."""

    kind: Literal[
        "purpose_changed",
        "combined",
        "combination_ended",
        "deidentified",
        "reidentification_detected",
    ]
    party: str
    categories: list[str]
    purpose_from: str | None = None
    purpose_to: str | None = None
    at: datetime


class Lineage(Question):
    """``lineage show SUBJECT``: collections, hops, holders (the rows of ``Holders``)."""

    subject: str
    linked: list[str] = []
    collections: list[CollectionRow]
    edges: list[EdgeRow]
    changes: list[ChangeRow] = []
    holders: list[HolderRow]


class SubjectRow(Answer):
    """One category that a recipient holds of one person."""

    subject: str
    category: str
    since: datetime


class RecipientSubjects(Question):
    """``lineage recipient subjects NAME``: one page; ``next`` is the cursor of the next page."""

    recipient: str
    rows: list[SubjectRow]
    next: str | None


class NotifyRow(Answer):
    """One recipient that is to be told, or was told and has not answered for good."""

    recipient: str
    recipient_kind: str | None
    categories: list[str]
    duty: Literal["policy", "default"]
    rule: str
    path: list[str]
    supplementary: bool
    send_by: date
    erase_by: date | None
    state: str


class ExcludeRow(Answer):
    """One recipient or source that gets no notice for these categories, and why."""

    recipient: str
    categories: list[str]
    reason: str
    rule: str | None


class EraseRow(Answer):
    """What one of the controller's own systems must erase."""

    system: str
    categories: list[str]


class FindingRow(Answer):
    """One finding; ``says`` explains it. ``rule`` is null and ``reason`` said for ``process``."""

    kind: Literal["violation", "default_violation", "gap", "process"]
    rule: str | None
    event: str | None
    subject: str | None
    categories: list[str]
    says: str
    reason: str | None


class PlanWarning(Answer):
    """What an officer should know before deciding: an order is open that still needs its data."""

    order_id: str
    rule: str
    says: str


class Plan(Question):
    """``lineage request plan ID``: who must be told and who not. ``ver`` goes with the decision."""

    request: str | None
    subject: str
    ver: int
    state: str
    if_accepted: bool
    notify: list[NotifyRow]
    exclude: list[ExcludeRow]
    erase: list[EraseRow]
    warnings: list[PlanWarning] = []
    deadlines: dict[str, date | datetime | list[str] | str | None] = {}
    findings: list[FindingRow] = []


class NoticeRow(Answer):
    """How far one notice is. ``strength`` is that of the recipient's answer."""

    notice_id: str
    recipient: str
    categories: list[str]
    state: str
    round: int
    send_by: date
    erase_by: date | None
    sent: datetime | None
    answered: datetime | None
    strength: Literal["claimed", "authenticated", "signed"] | None
    attempts: int
    last_error: str | None


class RequestStatus(Question):
    """``lineage request status ID``. A limit in days is a date, one in hours a time."""

    request: str
    subject: str
    right: str
    state: str
    outcome: str | None
    received: datetime | None
    decided: datetime | None
    reply_target: date | datetime | None
    reply_by: date | datetime | None
    outcome_by: date | datetime | None
    triage_by: date | datetime | None
    overdue: list[str]
    reply_channel: str | None
    ver: int
    notices: list[NoticeRow]


class RequestRow(Answer):
    """One row of ``lineage request list``."""

    request: str
    controller: str
    subject: str
    right: str
    state: str
    received: datetime | None
    notices: dict[str, int]


class Problem(Answer):
    """One thing wrong with one message: where, and what was expected. Never the value itself."""

    item: int | None
    line: int | None
    field: str
    reason: str
    expected: str


class RecordReceipt(Answer):
    """What became of a recorded file or list. ``problems`` holds the first ``PROBLEMS_MAX``."""

    read: int
    recorded: int
    duplicates: int
    refused: int
    warnings: list[Problem]
    problems: list[Problem]
    reasons: dict[str, int]
    seconds: float


class Fault(Answer):
    """The first wrong row that ``verify`` found in one table."""

    table: str
    row: str
    what: str


class VerifyReport(Answer):
    """``lineage verify``. ``roots`` is the hex Merkle root per lane."""

    ok: bool
    events: int
    roots: dict[str, str]
    faults: list[Fault]
    seconds: float


class RebuildReport(Answer):
    """``lineage rebuild``."""

    people: int
    events: int
    edges: int
    seconds: float


class DeadLetterRow(Answer):
    """One message that could not be accepted; ``type`` is "unknown" where it could not be read.
    ``message`` only where it is asked for (``show``).
    """

    id: int
    recorded_at: datetime
    lane: str
    place: str
    type: str
    reason: str
    field: str
    expected: str
    message: str | None = None


class DeadLetters(Answer):
    """``lineage dead-letters list``."""

    total: int
    reasons: dict[str, int]
    rows: list[DeadLetterRow]


class DispatchReport(Answer):
    """One round of the dispatcher."""

    claimed: int
    delivered: int
    answered: int
    failed: int
    awaiting_person: int
    left: int
    seconds: float


class Check(Answer):
    """One check of ``lineage doctor``: ``ok`` false means that somebody must look."""

    name: str
    ok: bool
    says: str


class DoctorReport(Answer):
    """``lineage doctor``."""

    ok: bool
    checks: list[Check]
