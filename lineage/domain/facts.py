"""The folded facts of one person: frozen values, no behaviour but ordering. No I/O, no policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from lineage.events.model import EventData

Moment = tuple[int, int]
"""A place in canonical order: (occurred_at in microseconds, rank). Rank alone decides ties."""


class HolderKind(StrEnum):
    """Who can hold data: one of the controller's own systems, or a recipient."""

    SYSTEM = "system"
    RECIPIENT = "recipient"

    __hash__ = str.__hash__  # the hash of a StrEnum is Python code, and holders are keys everywhere


class Holder(NamedTuple):
    """A system or a recipient; the two are separate name spaces."""

    kind: HolderKind
    name: str


class Recorded(NamedTuple):
    """One event of a person as the ledger gives it back: clear, validated, with both clocks.

    ``ref`` is the subject_ref (16 bytes) it hangs on, ``key`` the event key (16 bytes); times are
    integer microseconds since the epoch.
    """

    ref: bytes
    key: bytes
    occurred_at: int
    recorded_at: int
    source: str
    id: str
    data: EventData
    linked_ref: bytes | None = None
    position: int = 0
    """place in its log: tells what was recorded first where the clock does not"""
    log: int = 0
    account_ref: bytes | None = None
    """the holder of the account through which it came, where that is another person"""

    @property
    def moment(self) -> Moment:
        """The place of this event in canonical order."""
        return (self.occurred_at, self.data.event_rank)

    @property
    def order(self) -> tuple[int, int, bytes, bytes]:
        """Sort key of canonical order; inside a rank the order is fixed and means nothing."""
        return (self.occurred_at, self.data.event_rank, self.key, self.ref)


class Hop(NamedTuple):
    """What makes one edge distinct from another of the same person."""

    kind: str
    from_party: str | None
    to: Holder
    recipient_kind: str | None
    unnamed_kind: str | None
    """the kind of a recipient that no share names one for, by section 4.0 of the contract"""
    purpose: str | None
    legal_basis: str | None
    functions: tuple[str, ...]
    region: str | None
    source_kind: str | None
    deidentified: bool
    policy_version: str


class Span(NamedTuple):
    """When one category came by one edge.

    ``since`` is the first time after the holder's last *out* of the category, null where nothing
    came by this edge after it; ``last`` and ``rank`` are the moment of the last *in*; ``first``
    and ``count`` are over all of them.
    """

    since: int | None
    last: int
    rank: int
    first: int
    count: int  # type: ignore[assignment]  # hides tuple.count


class Edge(NamedTuple):
    """All events of one hop: first, last, count and a span per category."""

    ref: bytes
    hop: Hop
    first: int
    last: int
    count: int  # type: ignore[assignment]  # hides tuple.count
    spans: dict[str, Span]


@dataclass(frozen=True, slots=True)
class Erasure:
    """One *out*: a holder stopped holding a category. ``started`` is when that holding began,
    null where nothing was held.
    """

    ref: bytes
    key: bytes
    holder: Holder
    category: str
    kind: str
    at: int
    rank: int
    started: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to data already held, without a hop: purpose, combination, form."""

    ref: bytes
    key: bytes
    kind: str
    party: str
    categories: tuple[str, ...]
    at: int
    purpose_from: str | None = None
    purpose_to: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what was decided on it; the earliest decision counts."""

    ref: bytes
    request_id: str
    right: str
    received_at: int | None
    categories: tuple[str, ...] | None
    decided_at: int | None
    decided_recorded_at: int | None
    decided_position: int | None
    outcome: str | None
    ground: str | None
    held: tuple[str, ...]
    withdrawn_at: int | None


OWN_SOURCE = "/lineage"
"""What the tracker itself writes comes from here; nobody else may say so."""

CHANNEL_SOURCE = "/lineage/channels"
"""``source`` of answers that came back on the call that told the recipient."""

CLAIMED, AUTHENTICATED = "claimed", "authenticated"
"""Strength of an answer: somebody said so; the recipient's own endpoint said so."""


class NoticeState(StrEnum):
    """How far a notice is. Told is not erased: each state is a different fact."""

    PLANNED = "planned"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    WORKING = "working"
    ERASED = "erased"
    REFUSED = "refused"
    KEPT_BY_LAW = "kept_by_law"
    UNREACHABLE = "unreachable"
    AWAITING_PERSON = "awaiting_person"


CLOSED_NOTICE_STATES = frozenset(
    {
        NoticeState.ERASED,
        NoticeState.REFUSED,
        NoticeState.KEPT_BY_LAW,
        NoticeState.UNREACHABLE,
    },
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one recipient, folded from what we did and what the recipient answered."""

    ref: bytes
    notice_id: str
    request_id: str
    recipient: str
    categories: tuple[str, ...]
    duty: str
    rule: str
    send_by: date
    erase_by: date | None
    round: int
    supplementary: bool
    state: NoticeState
    planned_at: int
    sent_at: int | None
    answered_at: int | None
    strength: str | None
    erased: tuple[str, ...]
    declined: tuple[tuple[str, int], ...]
    """(category, when) of what was declined on a ground that closes it"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the fold knows of one person (a set of linked refs)."""

    edges: tuple[Edge, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    changes: tuple[Change, ...] = ()
    requests: tuple[Request, ...] = ()
    notices: tuple[Notice, ...] = ()
    links: tuple[tuple[bytes, bytes], ...] = ()


def joined_facts(parts: Iterable[Facts]) -> Facts:
    """What several refs of one person hold in edges and erasures, as one."""
    found = list(parts)
    return Facts(
        edges=tuple(edge for part in found for edge in part.edges),
        erasures=tuple(erasure for part in found for erasure in part.erasures),
    )


def facts_of_holder(facts: Facts, holder: Holder) -> Facts:
    """The edges and erasures of one holder: all that its holdings derive from."""
    return Facts(
        edges=tuple(edge for edge in facts.edges if edge.hop.to == holder),
        erasures=tuple(erasure for erasure in facts.erasures if erasure.holder == holder),
    )
