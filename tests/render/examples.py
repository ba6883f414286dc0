"""Invented lineages that the render tests draw."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from lineage.service.answers import ChangeRow, CollectionRow, EdgeRow, HolderRow, Lineage

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
HOSTILE = (
    "Quote \" and ' mark",
    "<script>alert(1)</script>",
    "</text><image href='https://evil.example/'/>",
    "brackets ] } ) --> end",
    "two\nlines\rand\ttab",
    "\x1b[31mred\x1b[0m",
    "right\u202eto left",
    "[bold]markup[/bold]",
    "back\\slash \\n",
    "&lt;amp; #quot; %%{init}%%",
    "W" * 200,
    "parcel " * 28,
)


def holder(
    name: str,
    category: str,
    *,
    kind: Literal["system", "recipient"] = "recipient",
    erased_at: datetime | None = None,
) -> HolderRow:
    """Return one holding."""
    return HolderRow(
        holder=name,
        holder_kind=kind,
        recipient_kind="logistics" if kind == "recipient" else None,
        category=category,
        held=erased_at is None,
        since=FIRST,
        last_received=FIRST,
        erased_at=erased_at,
        why="shared",
        paths=[["sesiiduo"]] if kind == "system" else [["sesiiduo", name]],
    )


def edge(start: str, end: str, *categories: str, kind: str = "shared", count: int = 1) -> EdgeRow:
    """Return one hop."""
    return EdgeRow(
        kind=kind,
        from_=start,
        to=end,
        recipient_kind="logistics",
        categories=list(categories),
        purpose="delivery",
        legal_basis="contract",
        functions=[],
        region="US",
        policy_version="1",
        first=FIRST,
        last=LATER if count > 1 else FIRST,
        count=count,
    )


def collection(system: str, category: str, *, party: str | None = None) -> CollectionRow:
    """Return one collection."""
    return CollectionRow(
        system=system,
        category=category,
        source_kind="third_party" if party else "direct",
        source_party=party,
        purpose="order_fulfilment",
        policy_version="1",
        first=FIRST,
        last=FIRST,
        count=1,
    )


def lineage(
    *,
    edges: list[EdgeRow],
    holders: list[HolderRow],
    collections: list[CollectionRow] | None = None,
    changes: list[ChangeRow] | None = None,
    controller: str = "sesiiduo",
) -> Lineage:
    """Return an answer with these rows."""
    return Lineage(
        controller=controller,
        policy_version="1",
        as_of=NOW,
        known_at=NOW,
        complete_up_to={"local": 17},
        complete_from=FIRST,
        subject="m1",
        collections=collections or [],
        edges=edges,
        changes=changes or [],
        holders=holders,
    )


def typical() -> Lineage:
    """Return a customer with own systems, a carrier, an onward hop, a circle and an erasure."""
    address = ["buyer_name", "buyer_address", "phone"]
    return lineage(
        collections=[
            *(collection("/services/checkout", category) for category in (*address, "email")),
            collection("/services/crm", "interests", party="ListMaker"),
        ],
        edges=[
            edge("sesiiduo", "FastParcel", *address, count=3),
            edge("FastParcel", "LocalVan", "buyer_name", "buyer_address", kind="onward_shared"),
            edge("LocalVan", "FastParcel", "buyer_address", kind="onward_shared"),
            edge("sesiiduo", "MailBlast", "email"),
            edge("MailBlast", "AdNet", "email", kind="onward_shared"),
            edge("AdNet", "AdNetEast", "email", kind="onward_shared"),
        ],
        holders=[
            *(holder("/services/checkout", category, kind="system") for category in address),
            holder("/services/checkout", "email", kind="system", erased_at=LATER),
            holder("/services/crm", "interests", kind="system"),
            *(holder("FastParcel", category) for category in address[:2]),
            holder("FastParcel", "phone", erased_at=LATER),
            *(holder("LocalVan", category) for category in address[:2]),
            holder("MailBlast", "email", erased_at=LATER),
            holder("AdNet", "email", erased_at=LATER),
            holder("AdNetEast", "email"),
        ],
        changes=[
            ChangeRow(
                kind="purpose_changed",
                party="AdNet",
                categories=["email"],
                purpose_from="delivery",
                purpose_to="own_ads",
                at=LATER,
            )
        ],
    )


def hostile() -> Lineage:
    """Return a lineage in which every party has a name that tries to break out."""
    return lineage(
        controller="sesi<i>duo",
        collections=[collection(HOSTILE[1], "email", party=name) for name in HOSTILE],
        edges=[
            edge(start, end, "email", kind="onward_shared" if number else "shared")
            for number, (start, end) in enumerate(
                zip(("sesi<i>duo", *HOSTILE[:-1]), HOSTILE, strict=True)
            )
        ],
        holders=[holder(name, "email") for name in HOSTILE],
    )
