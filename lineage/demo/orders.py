"""The orders file and nothing else: how its rows are read; what they mean stands in ``mapping``."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDERS_FILE = "online_retail_orders.csv.gz"
# The order is part of the mapping: customer number modulo 5 is the place in this tuple.
CONTROLLERS = ("sesiiduo", "seestar", "store-002", "senro", "easydser")


@dataclass(frozen=True, slots=True)
class Order:
    """One invoice. ``cancelled`` marks an invoice that is itself a cancellation."""

    invoice: str
    customer: int
    time: datetime
    country: str
    cancelled: bool

    @property
    def subject(self) -> str:
        """The id under which the shop knows the person."""
        return subject_of(self.customer)

    @property
    def controller(self) -> str:
        """The shop whose customer it is."""
        return controller_of(self.customer)


def subject_of(customer: int) -> str:
    """``12346`` is ``c12346``: opaque, and told apart from a telephone number."""
    return f"c{customer}"


def controller_of(customer: int) -> str:
    """Spread the customers over the five shops by their number."""
    return CONTROLLERS[customer % len(CONTROLLERS)]


def chosen(customer: int, purpose: str, *, percent: int) -> bool:
    """Whether the customer is among the ``percent`` of them: by hash, the same on every machine."""
    digest = hashlib.sha256(f"{purpose}:{customer}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def read_orders() -> Iterator[Order]:
    """Every order of the shipped file, in the order of the file, which is the order of time."""
    packed = resources.files("lineage.demo").joinpath("data", ORDERS_FILE).read_bytes()
    with gzip.open(io.BytesIO(packed), "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            yield Order(
                invoice=row["invoice"],
                customer=int(row["customer"]),
                time=datetime.fromisoformat(row["time_utc"]).astimezone(UTC),
                country=row["country"],
                cancelled=row["cancelled"] == "1",
            )
