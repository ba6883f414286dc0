"""The answers about what is due, and to the person itself: shape only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from lineage.service.answers import Answer, Question

What = Literal["reply_by", "outcome_by", "triage_by", "send_by", "erase_by", "notify_by"]


class LimitRow(Answer):
    """One open limit: of a request, of a notice (with its recipient), of our own data, of a breach.

    ``by`` is a day, whose end is the last moment, or a time where the policy counts hours.
    """

    what: What
    by: date | datetime
    overdue: bool
    request: str | None
    subject: str | None
    recipient: str | None
    categories: list[str] | None
    rule: str | None


class Due(Question):
    """``lineage due``: the open limits, the earliest first; ``next`` leads to the rest."""

    due: list[LimitRow]
    next: str | None


class ReportedCategory(Answer):
    """One category of ours: what has become of it, where it came from, what for, and until when."""

    category: str
    state: str
    sources: list[str]
    purposes: list[str]
    erase_by: date | None
    hold_until: date | None


class ReportedNotice(Answer):
    """One notice to a recipient, and how it answered."""

    request: str
    categories: list[str]
    state: str
    sent: datetime | None
    answered: datetime | None
    strength: Literal["claimed", "authenticated", "signed"] | None


class ReportedRecipient(Answer):
    """Who got what, where and on which basis, and what it was told since."""

    recipient: str
    recipient_kind: str | None
    region: str | None
    categories: list[str]
    purposes: list[str]
    legal_bases: list[str]
    first: datetime
    last: datetime
    notices: list[ReportedNotice]


class ReportedRequest(Answer):
    """One request of the person and where it stands."""

    request: str
    right: str
    received: datetime | None
    outcome: str | None
    state: str


class Report(Question):
    """``lineage report SUBJECT``: the answer to the person (GDPR Art. 15 and 19)."""

    subject: str
    categories: list[ReportedCategory]
    recipients: list[ReportedRecipient]
    requests: list[ReportedRequest]
