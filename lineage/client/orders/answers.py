"""What a service may answer, each in one word; checked when it is made, as the tracker will."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lineage.channels.port import Answer, AnswerReason, AnswerStatus
from lineage.channels.reply import JSON, AnswerUnreadable, read_answer, write_answer


def erased(categories: Iterable[str] | None = None, *, evidence: str | None = None) -> Answer:
    """It is erased: all that was asked for, or these categories of it, the rest being open."""
    return _checked("erased", categories=categories, evidence=evidence)


def working(*, evidence: str | None = None) -> Answer:
    """It is being seen to, and ``answer_later`` will say what came of it."""
    return _checked("working", evidence=evidence)


def acknowledged(*, evidence: str | None = None) -> Answer:
    """The order has arrived; nothing more is promised."""
    return _checked("acknowledged", evidence=evidence)


def refused(
    reason: AnswerReason = "other",
    *,
    categories: Iterable[str] | None = None,
    until: date | None = None,
    evidence: str | None = None,
) -> Answer:
    """It is not erased. ``independent_authorisation``: the person gave it to us for ourselves.

    ``other`` is no ground in law: the tracker puts it before an officer.
    """
    return _checked("refused", categories=categories, reason=reason, until=until, evidence=evidence)


def kept_by_law(
    until: date | None = None,
    *,
    categories: Iterable[str] | None = None,
    evidence: str | None = None,
) -> Answer:
    """A law demands that it is kept; with ``until`` the duty to erase comes back after that day."""
    return _checked(
        "kept_by_law", categories=categories, reason="law", until=until, evidence=evidence
    )


def _checked(
    status: AnswerStatus,
    *,
    categories: Iterable[str] | None = None,
    reason: AnswerReason | None = None,
    until: date | None = None,
    evidence: str | None = None,
) -> Answer:
    """An answer that the tracker reads as it was meant. Raises ``ValueError``."""
    named = None if categories is None else tuple(categories)
    answer = Answer(status=status, categories=named, reason=reason, until=until, evidence=evidence)
    try:
        read = read_answer(JSON, write_answer(answer))
    except (AnswerUnreadable, UnicodeEncodeError):
        read = None
    if read != answer:
        raise ValueError(f"the tracker would not understand this answer: {status}")
    return answer
