"""The columns of the mapping table: what a shop, a share and a partner are made of; no shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Words: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One recipient of a shop: what it gets, why, and where it keeps it."""

    recipient: str
    kind: str
    categories: Words
    purpose: str
    region: str
    basis: str = "contract"
    functions: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A recipient of ``percent`` of the customers, after what the policy wants to happen first."""

    share: Share
    percent: int
    first: Literal["nothing", "consent", "notice"]
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abroad:
    """How a foreign order leaves the country."""

    basis: str | None
    safeguards: Words = ()
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One controller of the demo. The comments say when a row happens."""

    account: Words  # collected by ACCOUNTS at registration
    ordering: Words  # at the first order by CHECKOUT, or from `platform` with each order
    kept: Words  # kept by ORDERS when an order is completed
    hosted: Words  # stored with the host when an order is completed
    refund: Words  # what the payment recipient gets with a cancellation
    mailed: Words  # what the e-mail recipient gets with each order
    passed_on: Words  # what a local carrier gets from the carrier before it
    host: Share  # at registration
    email: Share  # at registration
    payment: Share  # with each order
    carrier: Share  # with each domestic order
    forwarder: Share  # with each foreign order
    partners: tuple[Partner, ...]  # at registration
    abroad: Abroad
    platform: str | None = None
    second_hop: str | None = None  # who gets domestic orders from `carrier`
    chosen_by_user: bool = False  # the person picks payment and carrier


def host(name: str, region: str, categories: Words) -> Share:
    """A hosting provider."""
    return Share(
        recipient=name,
        kind="service_provider",
        functions=("hosting",),
        categories=categories,
        purpose="operate_service",
        region=region,
    )


def email(name: str, categories: Words) -> Share:
    """An e-mail provider."""
    return Share(
        recipient=name,
        kind="service_provider",
        functions=("email",),
        categories=categories,
        purpose="order_notices",
        region="IE",
    )


def payment(name: str, categories: Words) -> Share:
    """A payment provider."""
    return Share(
        recipient=name, kind="payment", categories=categories, purpose="payment", region="NL"
    )


def logistics(name: str, categories: Words) -> Share:
    """A carrier."""
    return Share(
        recipient=name, kind="logistics", categories=categories, purpose="delivery", region="GB"
    )


def affiliate(name: str, categories: Words, *, basis: str) -> Share:
    """An affiliated company."""
    return Share(
        recipient=name,
        kind="affiliate",
        categories=categories,
        purpose="loyalty_programme",
        region="GB",
        basis=basis,
    )


def advertising(name: str, categories: Words, *, basis: str) -> Share:
    """An advertising partner."""
    return Share(
        recipient=name,
        kind="advertising_analytics",
        functions=("ad_measurement",),
        categories=categories,
        purpose="ad_optimisation",
        region="US-CA",
        basis=basis,
    )
