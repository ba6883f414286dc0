"""What a recipient writes back over HTTP: its answer, read strictly, and its Retry-After; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lineage.channels.port import Answer, AnswerReason, AnswerStatus
from lineage.events.types import Category, Date, Distinct, Text

JSON: Final = "application/json"
_SECONDS_DIGITS_MAX: Final = 9


class AnswerUnreadable(Exception):
    """The recipient took the notice, and what it wrote with that is no answer we know."""


class _AnswerBody(BaseModel):
    """The JSON object a recipient may answer with; closed, so that nothing is half understood.

    The types are those of the answer events: what is read here can always be recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    status: AnswerStatus
    categories: Annotated[Distinct[Category], Field(min_length=1)] | None = None
    reason: AnswerReason | None = None
    until: Date | None = None
    evidence: Text | None = None

    @model_validator(mode="after")
    def _reason_fits(self) -> Self:
        declined = self.status in {"refused", "kept_by_law"}
        if not declined and (self.reason or self.until):
            raise ValueError("reason and until belong to refused and kept_by_law")
        if declined and self.reason and (self.reason == "law") != (self.status == "kept_by_law"):
            raise ValueError("law is the reason of kept_by_law, and of nothing else")
        return self

    def answer(self) -> Answer:
        """Return the answer; a refusal without a reason has the reason `other`."""
        unstated: dict[str, AnswerReason] = {"kept_by_law": "law", "refused": "other"}
        return Answer(
            status=self.status,
            categories=self.categories,
            reason=self.reason or unstated.get(self.status),
            until=self.until,
            evidence=self.evidence,
        )


def read_answer(content_type: str, body: bytes) -> Answer | None:
    """Return the answer in the body of a success, None where the body is empty; raise otherwise."""
    if not body.strip():
        return None
    if content_type.partition(";")[0].strip().lower() != JSON:
        raise AnswerUnreadable
    try:
        json.loads(body, object_pairs_hook=_each_key_once)
        return _AnswerBody.model_validate_json(body).answer()
    except (ValidationError, ValueError, RecursionError):
        raise AnswerUnreadable from None  # the cause quotes the body


def write_answer(answer: Answer) -> bytes:
    """Write the body of a success that `read_answer` reads as this answer."""
    said = {
        "status": answer.status,
        "categories": None if answer.categories is None else list(answer.categories),
        "reason": answer.reason,
        "until": None if answer.until is None else answer.until.isoformat(),
        "evidence": answer.evidence,
    }
    given = {name: value for name, value in said.items() if value is not None}
    return json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode()


def retry_after_seconds(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return how long the recipient asks us to wait: seconds or an HTTP date, None if neither."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[-_SECONDS_DIGITS_MAX:]) if _short(value) else 10.0**_SECONDS_DIGITS_MAX
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000" and the old asctime form: UTC by RFC 9110
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _short(digits: str) -> bool:
    return len(digits.lstrip("0")) <= _SECONDS_DIGITS_MAX


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
