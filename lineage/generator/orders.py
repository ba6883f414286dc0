"""The script of an order, from the basket to the door. Other shares are in sharing.py."""

from typing import Any

from lineage.generator import cast
from lineage.generator.scene import Scene

OVERSEAS = frozenset({"US", "US-CA", "GB", "JP", "BR", "AU"})


def order(scene: Scene) -> None:
    """Collected, ordered, paid, shipped, then completed or cancelled days later."""
    rng = scene.rng
    order_id = f"o-{rng.getrandbits(40):010x}"
    abroad = scene.person.country in OVERSEAS and scene.chance(0.5)
    words = scene.some(cast.ORDER_WORDS, least=4, most=7)
    carrier = rng.choice(cast.CARRIERS)
    scene.tell("data_collected", cast.CHECKOUT, categories=words, source_kind="direct")
    scene.tell(
        "order_created",
        cast.CHECKOUT,
        order_id=order_id,
        cross_border=abroad or None,
        chosen_parties=[carrier] if scene.chance(0.3) else None,
    )
    scene.wait(5, 300)
    pay(scene, words=words, order_id=order_id)
    scene.wait_days(0, 2)
    if scene.chance(0.08):
        scene.tell("order_cancelled", cast.CHECKOUT, order_id=order_id)
        return
    ship(scene, carrier=carrier, words=words, order_id=order_id)
    if abroad:
        leave(scene, words=words, order_id=order_id)
    scene.wait_days(1, 9)
    scene.tell("order_completed", cast.CHECKOUT, order_id=order_id, categories=words)


def pay(scene: Scene, *, words: list[str], order_id: str) -> None:
    """The payment provider gets what it needs."""
    scene.tell(
        "data_shared",
        cast.CHECKOUT,
        recipient=scene.rng.choice(cast.PAYERS),
        recipient_kind="payment",
        categories=scene.some(words, least=2, most=3),
        purpose="payment",
        legal_basis="contract",
        institution="financial" if scene.chance(0.5) else None,
        order_id=order_id,
    )


def ship(scene: Scene, *, carrier: str, words: list[str], order_id: str) -> None:
    """The carrier gets the parcel's data; some carriers hand parts of it to a subcarrier."""
    categories = scene.some(words, least=2, most=3)
    scene.tell(
        "data_shared",
        cast.FULFILMENT,
        recipient=carrier,
        recipient_kind="logistics",
        functions=["delivery"],
        categories=categories,
        purpose="delivery",
        legal_basis="contract",
        order_id=order_id,
        identifiers=identifiers(scene),
    )
    if scene.chance(0.25):
        scene.wait(600, 40_000)
        scene.tell(
            "data_onward_shared",
            cast.FULFILMENT,
            sender=carrier,
            recipient=scene.rng.choice(cast.SUBCARRIERS),
            recipient_kind="logistics",
            categories=scene.some(categories),
            purpose="delivery",
        )


def leave(scene: Scene, *, words: list[str], order_id: str) -> None:
    """A parcel that crosses a border takes data along: to a broker, onto a host, or both."""
    host = scene.rng.choice(cast.HOSTS) if scene.chance(0.4) else None
    scene.tell(
        "cross_border_transfer",
        cast.FULFILMENT,
        region_from="EU",
        region_to=scene.person.country,
        categories=scene.some(words, most=3),
        recipient="CustomsPoint" if host is None or scene.chance(0.5) else None,
        host=host,
        order_id=order_id,
        basis="purchase",
        safeguards=["encryption"] if scene.chance(0.5) else None,
    )


def identifiers(scene: Scene) -> list[dict[str, Any]] | None:
    """By what a recipient knows the person, where the shop says so."""
    if scene.chance(0.4):
        return [{"type": "email", "value": scene.person.email}]
    return None
