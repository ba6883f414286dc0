"""Scripts by which data leaves the shop other than for an order. Erasures are in erasing.py."""

from itertools import pairwise

from lineage.generator import cast
from lineage.generator.daily import consent_of
from lineage.generator.orders import identifiers
from lineage.generator.scene import Scene


def advertise(scene: Scene) -> None:
    """An advertising partner gets data; some pass it on, in a line, a ring or a diamond."""
    known = scene.known()
    if not known:
        return
    first = scene.rng.choice(cast.ADVERTISERS)
    categories = scene.some(known, most=4)
    advertised(scene, recipient=first, categories=categories)
    if not scene.chance(0.3):
        return
    if scene.chance(0.3):
        second = scene.rng.choice([name for name in cast.ADVERTISERS if name != first])
        advertised(scene, recipient=second, categories=categories)
        end = scene.rng.choice(cast.PROVIDERS)
        hop(scene, sender=first, recipient=end, categories=categories)
        hop(scene, sender=second, recipient=end, categories=categories)
        return
    line = [first, *scene.rng.sample([n for n in cast.ADVERTISERS if n != first], 2)]
    if scene.chance(0.4):
        line.append(first)
    for sender, recipient in pairwise(line):
        hop(scene, sender=sender, recipient=recipient, categories=categories)


def advertised(scene: Scene, *, recipient: str, categories: list[str]) -> None:
    """One share with an advertising partner."""
    scene.tell(
        "data_shared",
        cast.MARKETING,
        recipient=recipient,
        recipient_kind="advertising_analytics",
        functions=["ad_measurement"],
        categories=categories,
        purpose="marketing",
        legal_basis="consent",
        consent_id=consent_of(scene),
        deidentified=True if scene.chance(0.1) else None,
        reidentifiable=False if scene.chance(0.05) else None,
    )


def hop(scene: Scene, *, sender: str, recipient: str, categories: list[str]) -> None:
    """One hop onward, some time later."""
    scene.wait(60, 30_000)
    scene.tell(
        "data_onward_shared",
        cast.MARKETING,
        sender=sender,
        recipient=recipient,
        recipient_kind="advertising_analytics",
        categories=scene.some(categories),
        purpose="own_ads",
    )


def serve(scene: Scene) -> None:
    """A service provider or an affiliate gets what it needs."""
    known = scene.known()
    if not known:
        return
    provider = scene.chance(0.7)
    recipient = scene.rng.choice(cast.PROVIDERS if provider else cast.AFFILIATES)
    scene.tell(
        "data_shared",
        cast.SUPPORT if provider else cast.MARKETING,
        recipient=recipient,
        recipient_kind="service_provider" if provider else "affiliate",
        functions=cast.PROVIDER_FUNCTIONS.get(recipient),
        categories=scene.some(known, most=5),
        region=scene.rng.choice(("EU", "US", "DE")),
        agreement="signed" if scene.chance(0.6) else None,
        identifiers=identifiers(scene),
    )


def meet(scene: Scene) -> None:
    """The other side of a deal asks for data and gets it: a seller, at times another member."""
    known = scene.known()
    if not known:
        return
    other = scene.crowd.neighbour(scene.person) if scene.chance(0.2) else None
    name = f"person:{other.internal}" if other else scene.rng.choice(cast.SELLERS)
    scene.tell("counterparty_disclosure_requested", cast.MARKETPLACE, requester=name, dispute=True)
    scene.wait(600, 90_000)
    if scene.chance(0.8):
        scene.tell(
            "data_shared",
            cast.MARKETPLACE,
            recipient=name,
            recipient_kind="counterparty",
            categories=scene.some(known, most=3),
            purpose="dispute",
        )


def sell(scene: Scene) -> None:
    """Data is sold, rented out or traded."""
    known = scene.known()
    if known:
        scene.tell(
            "data_sold",
            cast.MARKETING,
            recipient=scene.rng.choice(cast.BUYERS),
            mode=scene.rng.choice((None, "sale", "rent", "trade")),
            categories=scene.some(known, most=4),
            buyer_purpose="own_marketing" if scene.chance(0.5) else None,
        )


def hand_over(scene: Scene) -> None:
    """A part of the business goes to another company, often with everything about the person."""
    known = scene.known()
    if known:
        scene.tell(
            "data_transferred",
            cast.ACCOUNTS,
            recipient=scene.rng.choice(cast.TRANSFEREES),
            deal=scene.rng.choice(("merger", "acquisition", "asset_sale", "unit_sale")),
            categories=scene.some(known, most=6) if scene.chance(0.5) else None,
            bound_by_policy=scene.chance(0.8),
        )


def store(scene: Scene) -> None:
    """Data is put into the shop's own warehouse, or onto a host at home or abroad."""
    known = scene.known()
    if not known:
        return
    host = scene.rng.choice(cast.HOSTS) if scene.chance(0.5) else None
    scene.tell(
        "data_stored",
        cast.WAREHOUSE,
        categories=scene.some(known, most=5),
        collected_in="EU" if scene.chance(0.5) else None,
        region=cast.HOST_REGIONS[host] if host else "EU",
        host=host,
        basis="standard_terms" if host else None,
    )


def publish(scene: Scene) -> None:
    """A post or a listing becomes public; others may copy it and stay out of reach."""
    known = scene.known()
    if known:
        scene.tell(
            "public_disclosed",
            cast.WEB,
            initiator="user" if scene.chance(0.7) else "controller",
            basis="user_choice" if scene.chance(0.6) else None,
            categories=scene.some(known, most=2),
            copies_uncontrolled=scene.some(cast.COPIERS, most=2) if scene.chance(0.6) else None,
        )
