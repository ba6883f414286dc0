"""The mapping table as Markdown, for ``docs/demo.md``: printed from the data that the demo runs on.

``python -m lineage.demo.table`` prints it; a test holds the document to it.
"""

from __future__ import annotations

import sys

from lineage.demo.columns import Partner, Share, Shop, Words
from lineage.demo.orders import CONTROLLERS
from lineage.demo.places import DESTINATIONS
from lineage.demo.shops import ACCOUNTS, CHECKOUT, ORDERS, SHOPS


def mapping_table() -> str:
    """Every shop's rows, then the countries."""
    parts = [shop_table(name, SHOPS[name], place) for place, name in enumerate(CONTROLLERS)]
    return "\n".join([*parts, country_table()])


def shop_table(name: str, shop: Shop, place: int) -> str:
    """One shop: a row per holder and occasion."""
    inbound = f"each order, from `{shop.platform}`" if shop.platform else "first order"
    rows = [
        row("registration", f"`{ACCOUNTS}`", "system", shop.account),
        share_row("registration", shop.host),
        share_row("registration", shop.email),
        *(share_row(occasion(partner), partner.share) for partner in shop.partners),
        row(inbound, f"`{CHECKOUT}`", "system", shop.ordering),
        share_row("each order", shop.payment),
        row("each order", shop.email.recipient, shop.email.kind, shop.mailed),
        share_row("order within the country", shop.carrier),
    ]
    if shop.second_hop is not None:
        passed = f"the same, passed on by {shop.carrier.recipient}"
        rows.append(row(passed, shop.second_hop, "logistics", shop.passed_on))
    forwarder = shop.forwarder.recipient
    rows += [
        share_row("order abroad", shop.forwarder),
        row(f"the same, across the border{leave(shop)}", forwarder, "logistics", shop.passed_on),
        row(f"the same, passed on by {forwarder}", "local carrier", "logistics", shop.passed_on),
        row("order completed", f"`{ORDERS}`", "system", shop.kept),
        row("order completed, stored", shop.host.recipient, shop.host.kind, shop.hosted),
        row("cancellation", shop.payment.recipient, "payment", shop.refund),
    ]
    title = f"### `{name}`: customers whose number modulo {len(CONTROLLERS)} is {place}"
    head = "| when | holder | kind | categories |\n| --- | --- | --- | --- |"
    return "\n".join([title, "", head, *rows, ""])


def occasion(partner: Partner) -> str:
    """When a partner gets something: for how many, and after what."""
    first = {
        "nothing": "",
        "consent": ", after a recorded consent",
        "notice": ", after a notice with the choice to say no",
    }[partner.first]
    return f"20 hours after it, {partner.percent} % of the customers{first}"


def leave(shop: Shop) -> str:
    """On what ground a foreign order leaves the country."""
    grounds = [shop.abroad.basis] if shop.abroad.basis else []
    grounds += shop.abroad.safeguards
    return f" ({', '.join(grounds)})"


def share_row(when: str, share: Share) -> str:
    """A row for a recipient."""
    return row(when, share.recipient, share.kind, share.categories)


def row(when: str, holder: str, kind: str, categories: Words) -> str:
    """One row."""
    return f"| {when} | {holder} | `{kind}` | {', '.join(f'`{word}`' for word in categories)} |"


def country_table() -> str:
    """The countries of the orders file, by the local carrier that delivers there."""
    carriers: dict[str, list[str]] = {}
    for country, place in DESTINATIONS.items():
        carriers.setdefault(place.local_carrier, []).append(f"{country} (`{place.region}`)")
    rows = [f"| {carrier} | {', '.join(carriers[carrier])} |" for carrier in sorted(carriers)]
    head = "| local carrier | country of the orders file (region) |\n| --- | --- |"
    return "\n".join(["### Local carriers", "", head, *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(mapping_table())
