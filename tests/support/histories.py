"""Histories for tests of judges and questions, from events written as in a scenario's ``given``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from lineage.domain.facts import Recorded
from lineage.domain.findings import Finding
from lineage.domain.fold.effective import effective_events
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.domain.rules.table import JUDGES
from lineage.events import parse_event
from lineage.events.times import to_micros
from lineage.policy.loader import Library, load_library

Given = Sequence[Mapping[str, Any]]
_ENVELOPE = {"type", "at", "rec", "ev", "subject", "account"}


@cache
def _library() -> Library:
    return load_library()


def policy_at(controller: str) -> PolicyAt:
    """The policies that come with the package, of one controller."""
    return _library().policy_at(controller)


def moment(at: str | date) -> int:
    """A day or an RFC 3339 time in microseconds."""
    day = at.isoformat() if isinstance(at, date) else at
    time = datetime.fromisoformat(day)
    return to_micros(time.replace(tzinfo=time.tzinfo or UTC))


def history(controller: str, given: Given, *, at: str) -> History:
    """The history of the one person in ``given`` (and of the controller) as asked at a moment."""
    recorded = [_recorded(controller, n, row) for n, row in enumerate(given)]
    seen = [event for event in recorded if max(event.occurred_at, event.recorded_at) <= moment(at)]
    own = effective_events(event for event in seen if event.ref != _ref(None))
    wide = effective_events(event for event in seen if event.ref == _ref(None))
    assert len({event.ref for event in own}) <= 1, "one person a history"
    return History(controller, events=own, wide=wide, as_of=moment(at))


def findings(controller: str, given: Given, *, at: str) -> list[Finding]:
    """Every finding on these events."""
    found = history(controller, given, at=at)
    policies = policy_at(controller)
    return [*JUDGES.of_person(found, policies), *JUDGES.of_controller(found, policies)]


def told(found: Sequence[Finding]) -> list[tuple[str, str | None, str | None]]:
    """(kind, rule, event's id) of findings, sorted."""
    rows = ((str(f.kind), f.rule, None if f.event is None else f.event.id) for f in found)
    return sorted(rows, key=str)


def _ref(subject: str | None) -> bytes:
    return sha256((subject or "").encode()).digest()[:16]


def _recorded(controller: str, number: int, row: Mapping[str, Any]) -> Recorded:
    at = datetime.fromtimestamp(moment(row["at"]) / 1_000_000, UTC)
    data = {k: v for k, v in row.items() if k not in _ENVELOPE and v is not None}
    raw = {
        "specversion": "1.0",
        "id": row.get("ev", f"event-{number}"),
        "source": "/scenario",
        "type": f"lineage.{row['type']}.v1",
        "time": at.isoformat(),
        "controller": controller,
        "data": data,
    }
    raw |= {k: row[k] for k in ("subject", "account") if k in row}
    event = parse_event(raw)
    return Recorded(
        ref=_ref(event.subject),
        key=sha256(event.id.encode()).digest()[:16],
        occurred_at=event.occurred_at,
        recorded_at=moment(row.get("rec", row["at"])),
        source=event.source,
        id=event.id,
        data=event.data,
        position=number,
    )
