"""What the registry says of recipients, and what came of a test: shapes only."""

from __future__ import annotations

from datetime import date

from lineage.service.answers import Answer


class SecretRow(Answer):
    """One reference to signing secrets, and whether they can be had; never a secret itself.

    ``versions`` are those of the signatures it makes (``v1``, ``v1a``), ``public_keys`` what the
    recipient verifies the ``v1a`` ones with; both are empty where there is a ``problem``.
    """

    reference: str
    versions: list[str]
    public_keys: list[str]
    problem: str | None


class RecipientRow(Answer):
    """``lineage recipient show NAME``: one entry of the registry."""

    controller: str
    recipient: str
    kind: str | None
    channel: str
    url: str | None
    secrets: list[SecretRow]
    accepts: list[str]
    agreement: str | None
    region: str | None
    forward_duty: bool
    contact: str | None
    answer_within_days: int
    allow_loopback_http: bool


class AnswerShown(Answer):
    """What the recipient wrote back, in the words of an answer; nothing is recorded of it."""

    status: str
    categories: list[str] | None
    reason: str | None
    until: date | None
    evidence: str | None


class RecipientTest(Answer):
    """``lineage recipient test NAME``: what came of one test notice.

    ``status`` is the one of HTTP, null where none came; ``error`` a code as in a request's status.
    """

    controller: str
    recipient: str
    notice_id: str
    ok: bool
    status: int | None
    error: str | None
    seconds: float
    answer: AnswerShown | None
