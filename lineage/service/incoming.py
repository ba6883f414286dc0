"""Messages on their way in, in batches; and what became of them, as a receipt. No SQL."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineage.events import Event
from lineage.events import Problem as EventProblem
from lineage.events.envelope import event_to_json
from lineage.service import answers
from lineage.service.messages import Message
from lineage.storage.drafts import Origin

PROBLEMS_MAX = 100
"""Problems named one by one on a receipt; the rest are counted by reason."""

BATCH_BYTES_MAX = 8 << 20


@dataclass(slots=True)
class Incoming:
    """One message on its way in, with its place for the receipt."""

    item: int
    line: int | None
    place: str
    message: Event | Mapping[str, Any] | bytes | str = field(repr=False)
    origin: Origin | None = None

    def raw(self) -> bytes:
        """The message as bytes, as a dead letter keeps it; whatever it is, this gives something."""
        try:
            return self._written()
        except Exception:  # noqa: BLE001 - a ring, too deep, an object that cannot be shown
            return f"<{type(self.message).__qualname__} that cannot be written down>".encode()

    def _written(self) -> bytes:
        if isinstance(self.message, bytes):
            return self.message
        if isinstance(self.message, str):
            return self.message.encode("utf-8", "surrogatepass")
        if isinstance(self.message, Event):
            return event_to_json(self.message)
        return json.dumps(_with_text_keys(self.message), default=repr).encode()


def _with_text_keys(value: Any) -> Any:
    """What JSON can say of a value whose mappings may have anything as keys."""
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else repr(key): _with_text_keys(member)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [_with_text_keys(member) for member in value]
    return value


def from_messages(messages: Iterable[Message]) -> Iterator[Incoming]:
    """Messages of a file on their way in."""
    for message in messages:
        yield Incoming(message.item, message.line, message.place, message.raw)


def from_events(events: Iterable[Event | Mapping[str, Any] | bytes | str]) -> Iterator[Incoming]:
    """Events of a Python caller on their way in."""
    for item, event in enumerate(events, start=1):
        yield Incoming(item, None, f"item {item}", event)


def batches(incoming: Iterable[Incoming], batch_size: int) -> Iterator[list[Incoming]]:
    """The messages in lists of ``batch_size``, fewer where they are long."""
    batch: list[Incoming] = []
    size = 0
    for one in incoming:
        batch.append(one)
        if isinstance(one.message, bytes | str):
            size += len(one.message)
        if len(batch) >= batch_size or size >= BATCH_BYTES_MAX:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(slots=True)
class Tally:
    """Counts what became of messages; ``started`` in monotonic seconds."""

    started: float = field(default_factory=time.monotonic)
    read: int = 0
    recorded: int = 0
    duplicates: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    problems: list[answers.Problem] = field(default_factory=list)
    warnings: list[answers.Problem] = field(default_factory=list)

    def refuse(self, incoming: Incoming, problems: Iterable[EventProblem]) -> None:
        """Count one refused message and name its problems."""
        self.refused += 1
        for first, problem in enumerate(problems):
            if first == 0:
                self.reasons[problem.reason] += 1
            if len(self.problems) < PROBLEMS_MAX:
                self.problems.append(_named(incoming, problem))

    def warn(self, incoming: Incoming, problems: Iterable[EventProblem]) -> None:
        """Name what does not stop a message."""
        for problem in problems:
            if len(self.warnings) < PROBLEMS_MAX:
                self.warnings.append(_named(incoming, problem))

    def add(self, other: Tally) -> None:
        """Count another's messages with these."""
        self.read += other.read
        self.recorded += other.recorded
        self.duplicates += other.duplicates
        self.refused += other.refused
        self.reasons += other.reasons
        self.problems += other.problems[: PROBLEMS_MAX - len(self.problems)]
        self.warnings += other.warnings[: PROBLEMS_MAX - len(self.warnings)]

    def receipt(self) -> answers.RecordReceipt:
        """What became of everything since ``started``."""
        return answers.RecordReceipt(
            read=self.read,
            recorded=self.recorded,
            duplicates=self.duplicates,
            refused=self.refused,
            warnings=self.warnings,
            problems=self.problems,
            reasons=dict(sorted(self.reasons.items())),
            seconds=time.monotonic() - self.started,
        )


def _named(incoming: Incoming, problem: EventProblem) -> answers.Problem:
    return answers.Problem(
        item=incoming.item,
        line=incoming.line,
        field=problem.field,
        reason=problem.reason,
        expected=problem.expected,
    )


def joined(receipts: Sequence[answers.RecordReceipt], seconds: float) -> answers.RecordReceipt:
    """One receipt of several, that took so long together."""
    reasons: dict[str, int] = {}
    for receipt in receipts:
        for reason, count in receipt.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return answers.RecordReceipt(
        read=sum(r.read for r in receipts),
        recorded=sum(r.recorded for r in receipts),
        duplicates=sum(r.duplicates for r in receipts),
        refused=sum(r.refused for r in receipts),
        warnings=_first(w for r in receipts for w in r.warnings),
        problems=_first(p for r in receipts for p in r.problems),
        reasons=dict(sorted(reasons.items())),
        seconds=seconds,
    )


def _first(problems: Iterable[answers.Problem]) -> list[answers.Problem]:
    return sorted(problems, key=lambda problem: problem.item or 0)[:PROBLEMS_MAX]
