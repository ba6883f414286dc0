"""How one order's events are written as envelopes; which events those are, ``mapping`` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from lineage.demo.columns import Share
    from lineage.demo.orders import Order

Json: TypeAlias = dict[str, Any]

ADDRESSES = "shop.example"  # a reserved domain: an address there is nobody's


@dataclass(slots=True)
class Writer:
    """Writes the envelopes of one order's events; ``out`` gets them with their sort key."""

    order: Order
    out: list[tuple[datetime, int, Json]]
    serial: int

    def event(self, name: str, step: str, *, source: str, after: timedelta, data: Json) -> None:
        """Add one event ``after`` the order's time; its id is the invoice and the step."""
        at = self.order.time + after
        self.serial += 1
        envelope = {
            "specversion": "1.0",
            "id": f"{self.order.invoice}-{step}",
            "source": source,
            "type": f"lineage.{name}.v1",
            "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "subject": self.order.subject,
            "controller": self.order.controller,
            "data": data,
        }
        self.out.append((at, self.serial, envelope))

    def identifiers(self) -> list[Json]:
        """By what a recipient knows the person: an address nobody can have."""
        return [{"type": "email", "value": f"{self.order.subject}@{ADDRESSES}"}]

    def share(
        self, what: Share, step: str, *, source: str, after: timedelta, **extra: object
    ) -> None:
        """Add one ``data_shared``; ``extra`` adds to what the table says, or takes its place."""
        data: Json = {
            "recipient": what.recipient,
            "recipient_kind": what.kind,
            "categories": list(what.categories),
            "purpose": what.purpose,
            "legal_basis": what.basis,
            "region": what.region,
            "identifiers": self.identifiers(),
        }
        if what.functions:
            data["functions"] = list(what.functions)
        self.event("data_shared", step, source=source, after=after, data=data | extra)


def seconds(number: int) -> timedelta:
    """A short wait."""
    return timedelta(seconds=number)


def hours(number: int) -> timedelta:
    """A longer one."""
    return timedelta(hours=number)
