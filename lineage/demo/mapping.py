"""Orders to events, openly and deterministically: what ``docs/demo.md`` tells as a table.

Nothing is drawn by chance and nothing is read but the orders, so two machines get the same events,
byte for byte. No event is recorded here, and no holder counted.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from lineage.demo.envelopes import Json, Writer, hours, seconds
from lineage.demo.orders import chosen, read_orders
from lineage.demo.places import HOME_REGION, Destination, destination
from lineage.demo.shops import ACCOUNTS, CHECKOUT, MARKETING, ORDERS, SHIPPING, SHOPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lineage.demo.columns import Share, Shop
    from lineage.demo.orders import Order

EVENTS_TOTAL = 152_290  # what a progress bar counts up to; a test holds it to the mapping
HANDOVER = timedelta(days=1)
PASSED_ON = timedelta(days=3)
COMPLETED_AT_HOME = timedelta(days=4)
COMPLETED_ABROAD = timedelta(days=9)


@dataclass(slots=True)
class Seen:
    """What happened already to each customer, for the steps that happen once."""

    registered: set[int] = field(default_factory=set)
    ordered: set[int] = field(default_factory=set)
    consented: set[int] = field(default_factory=set)

    @staticmethod
    def first(customers: set[int], customer: int) -> bool:
        """True the first time a customer is asked about."""
        if customer in customers:
            return False
        customers.add(customer)
        return True


def events(orders: Iterable[Order] | None = None) -> Iterator[Json]:
    """Every event of the demo in the order of time, streamed: what the five shops would send."""
    seen = Seen()
    later: list[tuple[datetime, int, Json]] = []
    serial = 0
    for order in read_orders() if orders is None else orders:
        while later and later[0][0] < order.time:
            yield heapq.heappop(later)[2]
        writer = Writer(order, [], serial)
        map_order(writer, seen, SHOPS[order.controller])
        serial = writer.serial
        for entry in writer.out:
            heapq.heappush(later, entry)
    while later:
        yield heapq.heappop(later)[2]


def map_order(writer: Writer, seen: Seen, shop: Shop) -> None:
    """One invoice: the first one registers, a cancellation refunds, any other one is delivered."""
    order = writer.order
    if seen.first(seen.registered, order.customer):
        register(writer, shop)
    if order.cancelled:
        cancel(writer, shop)
        return
    place = destination(order.country)
    buy(writer, shop, place, first=seen.first(seen.ordered, order.customer))
    if place is None:
        deliver_at_home(writer, shop)
    else:
        if shop.abroad.consent and seen.first(seen.consented, order.customer):
            consent_to_leave(writer)
        deliver_abroad(writer, shop, place)
    complete(writer, shop, COMPLETED_AT_HOME if place is None else COMPLETED_ABROAD)


def register(writer: Writer, shop: Shop) -> None:
    """The customer appears: account, host, e-mail, and the partners that this one gets."""
    place = destination(writer.order.country)
    region = {"region": HOME_REGION if place is None else place.region}
    writer.event(
        "user_registered",
        "registered",
        source=ACCOUNTS,
        after=seconds(0),
        data={"age_band": "adult"} | ({} if writer.order.country == "Unspecified" else region),
    )
    writer.event(
        "data_collected",
        "account",
        source=ACCOUNTS,
        after=seconds(0),
        data={
            "categories": list(shop.account),
            "source_kind": "direct",
            "function": "registration",
            "purpose": "account",
            "mandatory": True,
        },
    )
    writer.share(shop.host, "host", source=ACCOUNTS, after=seconds(5))
    writer.share(shop.email, "email", source=ACCOUNTS, after=seconds(5))
    for partner in shop.partners:
        name = partner.share.recipient
        if not chosen(writer.order.customer, name, percent=partner.percent):
            continue
        extra: Json = {}
        if partner.first == "consent":
            extra = {"consent_id": f"consent_{partner.share.kind}"}
            grant(writer, partner.share, form=partner.form, **extra)
        elif partner.first == "notice":
            writer.event(
                "sharing_notice_given",
                f"notice-{name}",
                source=MARKETING,
                after=seconds(10),
                data={"recipient": name, "channel": "email"},
            )
        writer.share(partner.share, f"share-{name}", source=MARKETING, after=hours(20), **extra)


def grant(writer: Writer, wanted: Share, *, form: str | None, consent_id: str) -> None:
    """The consent a policy wants before a partner gets anything."""
    data: Json = {
        "consent_id": consent_id,
        "recipient": wanted.recipient,
        "recipient_kind": wanted.kind,
        "categories": list(wanted.categories),
        "purpose": wanted.purpose,
    }
    writer.event(
        "consent_granted",
        f"grant-{wanted.recipient}",
        source=ACCOUNTS,
        after=seconds(10),
        data=data if form is None else data | {"form": form},
    )


def consent_to_leave(writer: Writer) -> None:
    """The explicit consent that one of the policies wants before data leaves the country."""
    writer.event(
        "consent_granted",
        "grant-abroad",
        source=CHECKOUT,
        after=seconds(30),
        data={"consent_id": "shipping_abroad", "purpose": "delivery", "form": "express"},
    )


def buy(writer: Writer, shop: Shop, place: Destination | None, *, first: bool) -> None:
    """The order itself: where its data came from, the payment, the confirmation by e-mail."""
    order = writer.order
    if shop.platform is not None:
        writer.event(
            "data_inbound_received",
            "inbound",
            source=CHECKOUT,
            after=seconds(60),
            data={
                "sender": shop.platform,
                "categories": list(shop.ordering),
                "purpose": "delivery",
                "user_permission": True,
            },
        )
    elif first:
        writer.event(
            "data_collected",
            "ordering",
            source=CHECKOUT,
            after=seconds(60),
            data={
                "categories": list(shop.ordering),
                "source_kind": "direct",
                "function": "order",
                "purpose": "delivery",
                "mandatory": True,
            },
        )
    carrier = shop.carrier if place is None else shop.forwarder
    created: Json = {"order_id": order.invoice, "cross_border": place is not None}
    if shop.chosen_by_user:
        created["chosen_parties"] = [shop.payment.recipient, carrier.recipient]
    created["started_by_user"] = True
    writer.event("order_created", "created", source=CHECKOUT, after=seconds(60), data=created)
    extra = order_extra(writer, shop)
    writer.share(shop.payment, "payment", source=CHECKOUT, after=seconds(90), **extra)
    confirm = {"categories": list(shop.mailed), "order_id": order.invoice}
    writer.share(shop.email, "confirm", source=CHECKOUT, after=seconds(120), **confirm)


def deliver_at_home(writer: Writer, shop: Shop) -> None:
    """A domestic order: the carrier, and where a policy documents it the carrier after it."""
    extra = order_extra(writer, shop)
    writer.share(shop.carrier, "carrier", source=SHIPPING, after=HANDOVER, **extra)
    if shop.second_hop is not None:
        pass_on(writer, shop, sender=shop.carrier.recipient, recipient=shop.second_hop)


def deliver_abroad(writer: Writer, shop: Shop, place: Destination) -> None:
    """A foreign order: the forwarder, the crossing of the border, the local carrier."""
    forwarder = shop.forwarder
    writer.share(
        forwarder,
        "forwarder",
        source=SHIPPING,
        after=HANDOVER,
        **order_extra(writer, shop),
    )
    transfer: Json = {
        "region_from": HOME_REGION,
        "region_to": place.region,
        "categories": list(shop.passed_on),
        "recipient": forwarder.recipient,
        "order_id": writer.order.invoice,
    }
    if shop.abroad.basis is not None:
        transfer["basis"] = shop.abroad.basis
    if shop.abroad.safeguards:
        transfer["safeguards"] = list(shop.abroad.safeguards)
    if shop.abroad.consent:
        transfer["consent_id"] = "shipping_abroad"
    writer.event(
        "cross_border_transfer", "transfer", source=SHIPPING, after=hours(36), data=transfer
    )
    pass_on(writer, shop, sender=forwarder.recipient, recipient=place.local_carrier)


def pass_on(writer: Writer, shop: Shop, *, sender: str, recipient: str) -> None:
    """A carrier tells of the carrier after it."""
    writer.event(
        "data_onward_shared",
        "onward",
        source=SHIPPING,
        after=PASSED_ON,
        data={
            "sender": sender,
            "recipient": recipient,
            "recipient_kind": "logistics",
            "categories": list(shop.passed_on),
            "purpose": "delivery",
        },
    )


def complete(writer: Writer, shop: Shop, after: timedelta) -> None:
    """The order is delivered: what is kept of it, and what the host stores."""
    data: Json = {"order_id": writer.order.invoice, "categories": list(shop.kept)}
    writer.event("order_completed", "completed", source=ORDERS, after=after, data=data)
    stored: Json = {
        "categories": list(shop.hosted),
        "region": shop.host.region,
        "host": shop.host.recipient,
    }
    writer.event("data_stored", "stored", source=ORDERS, after=after, data=stored)


def cancel(writer: Writer, shop: Shop) -> None:
    """A cancellation: the file does not say which order it takes back, so it names itself."""
    order_id = writer.order.invoice
    writer.event(
        "order_cancelled", "cancelled", source=ORDERS, after=seconds(0), data={"order_id": order_id}
    )
    extra = order_extra(writer, shop) | {"categories": list(shop.refund), "purpose": "refund"}
    writer.share(shop.payment, "refund", source=CHECKOUT, after=seconds(60), **extra)


def order_extra(writer: Writer, shop: Shop) -> Json:
    """What a share for an order says beside the share's own words."""
    chosen_by_user = {"chosen_by_user": True} if shop.chosen_by_user else {}
    return {"order_id": writer.order.invoice} | chosen_by_user
