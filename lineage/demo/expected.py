"""Who must hold what after the demo: counted from the orders file alone, by the mapping table.

No event is seen and the tracker is never asked: the count asks what each customer's orders were
(any at all? delivered at home? abroad, and where? cancelled?) and reads the table by the answers.
What the tracker says is compared with this, so nothing of the fold may be used here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from lineage.demo.orders import chosen, controller_of, subject_of
from lineage.demo.places import DESTINATIONS, DOMESTIC
from lineage.demo.shops import ACCOUNTS, CHECKOUT, ORDERS, SHOPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.demo.columns import Shop, Words
    from lineage.demo.orders import Order

Person: TypeAlias = tuple[str, str]
Holding: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Customer:
    """What the orders file says of one customer, and nothing that it does not say."""

    number: int
    delivered_at_home: bool = False
    cancelled: bool = False
    countries: set[str] = field(default_factory=set)

    @property
    def ordered(self) -> bool:
        """At least one invoice is no cancellation."""
        return self.delivered_at_home or bool(self.countries)


def customers(orders: Iterable[Order]) -> dict[int, Customer]:
    """Sum the orders up per customer."""
    found: dict[int, Customer] = {}
    for order in orders:
        customer = found.setdefault(order.customer, Customer(order.customer))
        if order.cancelled:
            customer.cancelled = True
        elif order.country in DOMESTIC:
            customer.delivered_at_home = True
        else:
            customer.countries.add(order.country)
    return found


def expected_holders(orders: Iterable[Order]) -> dict[Person, set[Holding]]:
    """For every customer of the file: the holders, each with each category, systems included."""
    return {
        (controller_of(number), subject_of(number)): {
            (holder, category)
            for holder, categories in rows(customer, SHOPS[controller_of(number)])
            for category in categories
        }
        for number, customer in customers(orders).items()
    }


def expected_told(holders: set[Holding]) -> dict[str, set[str]]:
    """Who must be told for an accepted request: each recipient, with all that it holds."""
    told: dict[str, set[str]] = {}
    for holder, category in holders:
        if not holder.startswith("/services/"):
            told.setdefault(holder, set()).add(category)
    return told


def rows(customer: Customer, shop: Shop) -> list[tuple[str, Words]]:
    """The rows of the mapping table that apply to this customer: (holder, categories)."""
    found = [
        (ACCOUNTS, shop.account),
        (shop.host.recipient, shop.host.categories),
        (shop.email.recipient, shop.email.categories),
    ]
    found += [
        (partner.share.recipient, partner.share.categories)
        for partner in shop.partners
        if chosen(customer.number, partner.share.recipient, percent=partner.percent)
    ]
    if customer.cancelled:
        found.append((shop.payment.recipient, shop.refund))
    if customer.ordered:
        found += [
            (CHECKOUT, shop.ordering),
            (ORDERS, shop.kept),
            (shop.payment.recipient, shop.payment.categories),
            (shop.email.recipient, shop.mailed),
            (shop.host.recipient, shop.hosted),
        ]
    if customer.delivered_at_home:
        found.append((shop.carrier.recipient, shop.carrier.categories))
        if shop.second_hop is not None:
            found.append((shop.second_hop, shop.passed_on))
    for country in customer.countries:
        found += [
            (shop.forwarder.recipient, shop.forwarder.categories),
            (shop.forwarder.recipient, shop.passed_on),
            (DESTINATIONS[country].local_carrier, shop.passed_on),
        ]
    return found
