"""One invented person's events as the fold sees them, made in a line each; knows no store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold import fold
from lineage.domain.holdings import Holding, holdings
from lineage.events.registry import EVENT_MODELS

CONTROLLER = "sesiiduo"
SHOP = "/services/shop"
REF, OTHER_REF = b"r" * 16, b"s" * 16
DAY = 86_400_000_000
START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000


def at(day: float) -> int:
    """A moment some days after the start, in microseconds."""
    return START + int(day * DAY)


def day_of(number: int) -> date:
    """The day that ``at(number)`` lies on."""
    return date.fromordinal(date(2026, 3, 2).toordinal() + number)


def told(
    name: str,
    day: float,
    *,
    ref: bytes = REF,
    source: str = SHOP,
    id: str | None = None,
    linked: bytes | None = None,
    recorded: float | None = None,
    **data: Any,
) -> Recorded:
    """One recorded event, ``day`` days after the start; its data is checked by its model."""
    model = EVENT_MODELS[f"lineage.{name}.v1"]
    made = model.model_validate(data)
    event_id = id or blake2b(repr((name, day, sorted(data.items()))).encode()).hexdigest()[:16]
    return Recorded(
        ref=ref,
        key=key_of(source, event_id),
        occurred_at=at(day),
        recorded_at=at(day if recorded is None else recorded),
        source=source,
        id=event_id,
        data=made,
        linked_ref=linked,
    )


def key_of(source: str, id: str) -> bytes:
    """The key of an event under its person."""
    return blake2b(f"{source} {id}".encode(), digest_size=16).digest()


def shared(day: float, to: str, *categories: str, **more: Any) -> Recorded:
    """A direct share to a carrier."""
    fields: dict[str, Any] = {"recipient_kind": "logistics", "recipient": to}
    return told("data_shared", day, **(fields | {"categories": list(categories)} | more))


def passed_on(day: float, sender: str, to: str, *categories: str) -> Recorded:
    """A share from one recipient to the next."""
    return told(
        "data_onward_shared",
        day,
        sender=sender,
        recipient=to,
        recipient_kind="logistics",
        categories=list(categories),
    )


def erased(day: float, by: str, *categories: str, **more: Any) -> Recorded:
    """A recipient says that it erased."""
    return told("recipient_deleted", day, recipient=by, categories=list(categories), **more)


def facts_of(*events: Recorded) -> Facts:
    """What the events fold to under one policy version."""
    return fold(events, controller=CONTROLLER, version_at=lambda _: "1")


def rows_of(*events: Recorded) -> list[Holding]:
    """The holdings of the events."""
    facts = facts_of(*events)
    return holdings(facts.edges, facts.erasures, controller=CONTROLLER)


def held(events: Iterable[Recorded]) -> set[tuple[str, str, str]]:
    """(kind of holder, holder, category) of all that is held."""
    return {(str(h.holder.kind), h.holder.name, h.category) for h in rows_of(*events) if h.held}


def row(name: str, category: str, *events: Recorded) -> Holding:
    """The one row of this holder and category."""
    (found,) = [h for h in rows_of(*events) if (h.holder.name, h.category) == (name, category)]
    return found
