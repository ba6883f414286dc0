"""The streams that are recorded: a shop's days, a hard one, and one of strangers for memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from random import Random
from typing import Any

from lineage.generator import generate
from lineage.policy.loader import load_library

START = datetime(2026, 1, 5, tzinfo=UTC)
NEW_SHARE = 0.1
"""Of the shoppers, those whom the store has never seen."""

CARRIERS = ("FastParcel", "BlueVan", "NordPost", "QuickCrate")
PAYERS = ("PayHub", "CardGate", "InvoiceNow")
HELPERS = ("MailBlast", "SmsGate", "HelpDesk One", "FraudEye")
ADVERTISERS = ("AdReach", "ClickLens", "PixelPark")
ADDRESS = ["consignee_name", "consignee_phone", "shipping_address"]
ORDER = ["order_no", "order_info", "transaction_amount", "payment_method"]
DEVICE = ["ip_address", "cookie_id", "device_info", "browser_info"]

Planned = tuple[str, str, dict[str, Any]]
"""Name of the event, the service that tells it, its data"""


def controllers() -> tuple[str, ...]:
    return load_library().controllers


def hard(events: int, *, seed: int = 7) -> list[bytes]:
    """The generator's stream, each event once and in the order they happened: links, retractions,
    erasures, transfers of everything, and long histories; about one person per twenty events.
    """
    made = generate(max(1, events // 20), events + events // 10, seed, controllers=controllers())
    once = {(e["source"], e["id"], e.get("subject")): e for e in made}
    ordered = sorted(once.values(), key=lambda e: str(e["time"]))[:events]
    assert len(ordered) == events
    return [json.dumps(event).encode() for event in ordered]


def disturbed(events: Sequence[bytes], *, copies: float = 0.02, late: float = 0.05) -> list[bytes]:
    """The same events with second copies, and some that arrive up to a fifth of the stream late."""
    rng = Random(11)
    placed = []
    for place, event in enumerate(events):
        arrives = place + rng.random() * len(events) / 5 if rng.random() < late else float(place)
        placed.append((arrives, event))
        if rng.random() < copies:
            placed.append((arrives + rng.random() * len(events) / 5, event))
    placed.sort(key=lambda one: one[0])
    return [event for _, event in placed]


def subject_of_crowd(number: int) -> str:
    """The id of somebody who is in the store beforehand (``bench.crowd``)."""
    return f"p{number:07d}"


def shop(
    events: int, *, seed: int, shoppers: int, crowd: int = 0, start: datetime = START
) -> list[bytes]:
    """A shop's days: what people do, in visits, each event once and in the order they happened.

    Collections, shares and orders mostly, 5 % consents, few opt-outs, erasures and retractions.
    Who comes is drawn by a power law; nine in ten are of the crowd, where there is one. Each seed
    has a month of its own, counted from ``start``.
    """
    rng = Random(seed)
    people = _people(rng, shoppers, crowd, f"s{seed}")
    slugs = controllers()
    numbers = count(1)
    told: list[tuple[datetime, int, bytes]] = []
    began = start + timedelta(days=30 * seed)
    while len(told) < events + events // 20:
        who = int(shoppers * rng.random() ** 2)
        at = began + timedelta(seconds=len(told) * 30)
        visit = _Visit(rng, f"s{seed}", numbers)
        for name, service, data in visit.planned():
            at += timedelta(seconds=rng.randrange(1, 900))
            number = next(visit.numbers)
            event = {
                "specversion": "1.0",
                "id": f"s{seed}-{number:08d}",
                "source": service,
                "type": f"lineage.{name}.v1",
                "time": at.isoformat(),
                "subject": people[who][0],
                "controller": slugs[people[who][1] % len(slugs)],
                "data": data,
            }
            visit.last = (service, str(event["id"]))
            told.append((at, number, json.dumps(event).encode()))
    told.sort()
    return [event for _, _, event in told[:events]]


def strangers(events: int) -> Iterator[bytes]:
    """Each event about somebody who is in no other, so that what is kept of people is soon full."""
    for number, slug in zip(range(events), cycle(controllers()), strict=False):
        service, name = "/services/web", "data_collected"
        data: dict[str, Any] = {"categories": DEVICE, "source_kind": "automatic"}
        if number % 2:
            service, name = "/services/fulfilment", "data_shared"
            data = {"recipient": CARRIERS[0], "recipient_kind": "logistics", "categories": ADDRESS}
        event = {
            "specversion": "1.0",
            "id": f"stranger-{number:08d}",
            "source": service,
            "type": f"lineage.{name}.v1",
            "time": (START + timedelta(seconds=number)).isoformat(),
            "subject": f"stranger-{number:08d}",
            "controller": slug,
            "data": data,
        }
        yield json.dumps(event).encode()


def _people(rng: Random, shoppers: int, crowd: int, name: str) -> list[tuple[str, int]]:
    """Id and number of each, the number for the controller."""
    new = shoppers if not crowd else int(shoppers * NEW_SHARE)
    people = [(f"{name}-new{n}", n) for n in range(new)]
    known = rng.sample(range(crowd), shoppers - new) if crowd else []
    people += [(subject_of_crowd(n), n) for n in known]
    rng.shuffle(people)
    return people


@dataclass
class _Visit:
    """What one person does in one go."""

    rng: Random
    name: str
    numbers: count[int]
    last: tuple[str, str] | None = field(default=None)

    def planned(self) -> Iterator[Planned]:
        drawn = self.rng.random()
        if drawn < 0.44:
            yield from self.browse()
        elif drawn < 0.77:
            yield from self.order()
        elif drawn < 0.91:
            yield from self.consent()
        elif drawn < 0.975:
            yield from self.help()
        elif drawn < 0.985:
            yield "marketing_opt_out", "/services/marketing", {"channel": "email"}
        else:
            yield from self.erase()

    def browse(self) -> Iterator[Planned]:
        web = "/services/web"
        how = {"source_kind": "automatic", "purpose": "service"}
        yield "data_collected", web, {"categories": DEVICE, **how}
        if self.rng.random() < 0.6:
            seen = ["search_query", "browsing_history", "dwell_time"]
            yield "data_collected", web, {"categories": seen, **how}
        if self.rng.random() < 0.3:
            yield (
                "data_shared",
                "/services/marketing",
                self.share(
                    ADVERTISERS,
                    "advertising_analytics",
                    ["cookie_id", "browsing_history"],
                    "own_ads",
                ),
            )

    def order(self) -> Iterator[Planned]:
        number = f"o-{self.name}-{next(self.numbers)}"
        checkout, stock = "/services/checkout", "/services/fulfilment"
        direct = {"source_kind": "direct", "purpose": "delivery"}
        yield "order_created", checkout, {"order_id": number}
        yield "data_collected", checkout, {"categories": [*ADDRESS, *ORDER], **direct}
        pay = self.share(PAYERS, "payment", ORDER, "payment")
        yield "data_shared", checkout, pay | {"order_id": number}
        carry = self.share(CARRIERS, "logistics", ADDRESS, "delivery")
        yield "data_shared", stock, carry | {"order_id": number}
        if self.rng.random() < 0.7:
            yield "order_completed", stock, {"order_id": number, "categories": ORDER}

    def consent(self) -> Iterator[Planned]:
        name = "consent_granted" if self.rng.random() < 0.8 else "consent_withdrawn"
        about = {"categories": ["email", "browsing_history"], "purpose": "own_ads"}
        yield name, "/services/accounts", about
        if self.rng.random() < 0.4:
            yield (
                "data_collected",
                "/services/accounts",
                {
                    "categories": ["email", "contact_preferences"],
                    "source_kind": "direct",
                    "purpose": "service",
                },
            )

    def help(self) -> Iterator[Planned]:
        support = "/services/support"
        yield "data_collected", support, {"categories": ["comms_record"], "source_kind": "direct"}
        yield (
            "data_shared",
            support,
            self.share(HELPERS, "service_provider", ["email", "comms_record"], "support"),
        )

    def erase(self) -> Iterator[Planned]:
        drawn = self.rng.random()
        if drawn < 0.4:
            gone = {"categories": ["search_query"], "store": "live", "method": "erase"}
            yield "data_deleted", "/services/web", gone
        elif drawn < 0.7:
            gone = {"recipient": self.rng.choice(ADVERTISERS), "categories": ["cookie_id"]}
            yield "recipient_deleted", "/services/privacy-desk", gone
        else:
            collected = {"categories": ["email"], "source_kind": "direct"}
            yield "data_collected", "/services/support", collected
            assert self.last is not None
            source, id_ = self.last
            wrong = {"retracted_source": source, "retracted_id": id_, "reason": "sent by mistake"}
            yield "event_retracted", source, wrong

    def share(
        self, recipients: Sequence[str], kind: str, categories: list[str], purpose: str
    ) -> dict[str, Any]:
        return {
            "recipient": self.rng.choice(recipients),
            "recipient_kind": kind,
            "categories": categories,
            "purpose": purpose,
        }
