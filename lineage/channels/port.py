"""The port that every channel fulfils: what is handed to it and what it reports back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from lineage.channels.signing import valid_message_id

AnswerStatus = Literal["acknowledged", "working", "erased", "refused", "kept_by_law"]
AnswerReason = Literal["law", "independent_authorisation", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice on its way: the frozen body, and where it goes.

    The same `notice_id` and the same body go with every attempt. Neither body nor URL shows in a
    `repr`, so that neither reaches a log.
    """

    notice_id: str
    recipient: str
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    secrets: tuple[str, ...]
    """References, each `env:NAME` or `file:PATH`; never a secret itself."""
    allow_loopback_http: bool = False

    def __post_init__(self) -> None:
        """Refuse an id that no channel could carry."""
        if not valid_message_id(self.notice_id):
            raise ValueError("a notice id is printable ASCII without dots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the recipient said, in the terms of the answer events."""

    status: AnswerStatus
    categories: tuple[str, ...] | None = None
    """None: all the categories of the notice."""
    reason: AnswerReason | None = None
    """Of `refused` and `kept_by_law` only, and never None there."""
    until: date | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt.

    `delivered`: it has the notice. `failed`: it may not have it, try again. `gone`: it says that
    this endpoint is no more; the duty remains and goes to a person. `error` is a short code
    without data of anybody.
    """

    kind: Literal["delivered", "failed", "gone"]
    status: int | None = None
    error: str | None = None
    retry_after_seconds: float | None = None
    answer: Answer | None = None


class Channel(Protocol):
    """A way to tell a recipient. Safe to call from several threads at once."""

    def send(self, delivery: Delivery) -> Outcome:
        """Make one attempt and report it; trouble on the way is an outcome, not an exception."""
        ...
