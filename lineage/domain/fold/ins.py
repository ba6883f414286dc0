"""What creates a holding, one handler per *in* of section 4.0 of the event contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lineage.domain.facts import Recorded
from lineage.domain.fold.book import Book, recipient, system
from lineage.events import (
    CrossBorderTransfer,
    DataCollected,
    DataInboundReceived,
    DataOnwardShared,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    LogRecorded,
    OrderCompleted,
    PublicDisclosed,
    ReidentificationDetected,
)

HOST_KIND = "service_provider"
"""The kind of a host that no share names with another."""


def _collected(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataCollected)
    hop = book.hop(
        event,
        system(event),
        data.source_party,
        purpose=data.purpose,
        source_kind=data.source_kind,
    )
    book.came_in(event, hop, data.categories)


def _inbound(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataInboundReceived)
    hop = book.hop(
        event, system(event), data.sender, purpose=data.purpose, source_kind="third_party"
    )
    book.came_in(event, hop, data.categories)


def _logged(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, LogRecorded)
    book.came_in(event, book.hop(event, system(event), None), data.categories)


def _order_completed(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, OrderCompleted)
    book.came_in(event, book.hop(event, system(event), None), data.categories)


def _shared(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataShared)
    hop = book.hop(
        event,
        recipient(data.recipient),
        book.controller,
        recipient_kind=data.recipient_kind,
        purpose=data.purpose,
        legal_basis=data.legal_basis,
        functions=tuple(sorted(data.functions or ())),
        region=data.region,
        deidentified=data.deidentified and not data.reidentifiable,
    )
    book.came_in(event, hop, data.categories)


def _onward(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataOnwardShared)
    hop = book.hop(
        event,
        recipient(data.recipient),
        data.sender,
        recipient_kind=data.recipient_kind,
        purpose=data.purpose,
    )
    book.came_in(event, hop, data.categories)


def _sold(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataSold)
    hop = book.hop(event, recipient(data.recipient), book.controller, purpose=data.buyer_purpose)
    book.came_in(event, hop, data.categories)


def _transferred(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataTransferred)
    categories: Iterable[str] | None = data.categories
    if categories is None:
        categories = book.on_record(event)
    hop = book.hop(event, recipient(data.recipient), book.controller, unnamed_kind="ma_transferee")
    book.came_in(event, hop, categories)


def _disclosed(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, PublicDisclosed)
    for name in data.copies_uncontrolled or ():
        hop = book.hop(event, recipient(name), book.controller, unnamed_kind="public_disclosure")
        book.came_in(event, hop, data.categories)


def _stored(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataStored)
    if data.host is None:
        hop = book.hop(event, system(event), None, region=data.region)
    else:
        hop = book.hop(
            event,
            recipient(data.host),
            book.controller,
            unnamed_kind=HOST_KIND,
            region=data.region,
        )
    book.came_in(event, hop, data.categories)


def _crossed_border(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, CrossBorderTransfer)
    # One that both receives and stores got the data once.
    for name, kind in {data.recipient: None, data.host: HOST_KIND}.items():
        if name is not None:
            hop = book.hop(
                event,
                recipient(name),
                book.controller,
                unnamed_kind=kind,
                region=data.region_to,
            )
            book.came_in(event, hop, data.categories)


def _reidentified(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, ReidentificationDetected)
    hop = book.hop(event, recipient(data.holder), data.holder)
    book.came_in(event, hop, data.categories)
    book.changed(event, data.holder, data.categories)


IN_HANDLERS: dict[type, Callable[[Book, Recorded], None]] = {
    DataCollected: _collected,
    DataInboundReceived: _inbound,
    LogRecorded: _logged,
    OrderCompleted: _order_completed,
    DataShared: _shared,
    DataOnwardShared: _onward,
    DataSold: _sold,
    DataTransferred: _transferred,
    PublicDisclosed: _disclosed,
    DataStored: _stored,
    CrossBorderTransfer: _crossed_border,
    ReidentificationDetected: _reidentified,
}


def first_times(ordered: Iterable[Recorded]) -> dict[str, int]:
    """When each category first came on record, where a transfer of everything needs it, else empty.

    Such a transfer counts for every category on record up to its ``time``, those of a later rank
    at the same time included; so it is looked up before the pass.
    """
    found: dict[str, int] = {}
    events = list(ordered)
    if any(isinstance(e.data, DataTransferred) and e.data.categories is None for e in events):
        for event in events:
            if type(event.data) in IN_HANDLERS:
                for category in getattr(event.data, "categories", None) or ():
                    found.setdefault(category, event.occurred_at)
    return found
