"""One real customer's orders as the same events for each of the five controllers; nothing is asked.

The five logs differ in the word ``controller`` and in nothing else. The shop of this table follows
none of the policies, so that each of them says something else about what it did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lineage.demo.columns import Abroad, Partner, Shop, advertising, email, host, logistics, payment
from lineage.demo.envelopes import Json, Writer
from lineage.demo.mapping import Seen, map_order
from lineage.demo.orders import CONTROLLERS, read_orders
from lineage.demo.selection import SHOWN
from lineage.demo.shops import ACCOUNTS, CONSIGNEE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.demo.orders import Order

SUBJECT = SHOWN[1]
REQUEST = "alike-deletion"
CANCELLATION = "alike-cancellation"
STOPPED = timedelta(days=41)
CANCELLED = timedelta(days=48)
ASKED = timedelta(days=49)

SHOP = Shop(
    account=("name", "email", "phone", "login_password"),
    ordering=CONSIGNEE,
    kept=("order_no", "order_info", "transaction_amount"),
    hosted=(*CONSIGNEE, "order_no", "order_info"),
    refund=("order_no", "transaction_amount"),
    mailed=("email", "order_no"),
    passed_on=CONSIGNEE,
    host=host("RackHaven", "GB", ("name", "email", "phone")),
    email=email("MailWing", ("email", "name")),
    payment=payment("PayWay", ("order_no", "transaction_amount")),
    carrier=logistics("FastParcel", CONSIGNEE),
    forwarder=logistics("ParcelBridge", CONSIGNEE),
    partners=(
        Partner(
            percent=100,
            first="nothing",
            share=advertising("AdVista", ("email", "phone"), basis="none"),
        ),
    ),
    abroad=Abroad(basis="purchase"),
    chosen_by_user=True,
)


def alike_orders() -> list[Order]:
    """The customer's orders, from the shipped file."""
    return [order for order in read_orders() if order.subject == SUBJECT]


def alike_events() -> Iterator[Json]:
    """Each of the customer's events, in the order of time, once for every controller."""
    seen = Seen()
    found: list[tuple[datetime, int, Json]] = []
    orders = alike_orders()
    for order in orders:
        map_order(Writer(order, found, len(found)), seen, SHOP)
    leave(Writer(orders[-1], found, len(found)))
    for _, _, envelope in sorted(found, key=lambda entry: entry[:2]):
        for controller in CONTROLLERS:
            yield envelope | {"controller": controller}


def leave(writer: Writer) -> None:
    """After the last order: a request for deletion, and a week later the account is cancelled."""
    asks = {"right": "deletion", "trigger": "stopped_using", "channel": "email"}
    writer.event(
        "request_received",
        "asks",
        source=ACCOUNTS,
        after=STOPPED,
        data={"request_id": REQUEST} | asks,
    )
    for step in ("cancellation_requested", "cancellation_approved", "cancelled"):
        writer.event(
            f"account_{step}",
            step,
            source=ACCOUNTS,
            after=CANCELLED,
            data={"request_id": CANCELLATION},
        )


def asked_at() -> datetime:
    """The moment about which the five are asked: the day after the cancellation."""
    return alike_orders()[-1].time + ASKED
