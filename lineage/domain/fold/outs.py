"""What ends a holding or changes it in place; *outs* by section 4.0 of the event contract. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lineage.domain.facts import Recorded
from lineage.domain.fold.book import Book, recipient, system
from lineage.events import (
    CombinationEnded,
    DataCombined,
    DataDeidentified,
    DataDeleted,
    PurposeChanged,
    RecipientDeleted,
    RetentionHoldPlaced,
    RetentionHoldReleased,
    SelfServiceCleared,
)

CLEARED_CATEGORIES = {
    "search_history": ("search_history",),
    "cookies": ("cookie_id",),
    "posts": ("ugc",),
}
DAY_MICROS = 86_400_000_000
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def _recipient_deleted(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, RecipientDeleted)
    book.went_out(event, recipient(data.recipient), data.categories)


def _deleted(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataDeleted)
    if data.store == "live":
        book.went_out(event, system(event), data.categories)


def _deidentified(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataDeidentified)
    own = data.holder == "controller"
    book.changed(event, book.controller if own else data.holder, data.categories)
    if not data.reversible:
        own = data.holder == "controller"
        holder = system(event) if own else recipient(data.holder)
        book.went_out(event, holder, data.categories)


def _cleared(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, SelfServiceCleared)
    if data.what == "order_records":
        categories = book.completed(event)
    else:
        categories = set(CLEARED_CATEGORIES[data.what])
    categories -= _kept_by_hold(book, event)
    for holder, category in book.in_systems(event, categories):
        book.went_out(event, holder, (category,))


def _kept_by_hold(book: Book, event: Recorded) -> set[str]:
    """What a recorded hold on the controller keeps at this moment: it stays held (hidden)."""
    kept: set[str] = set()
    day = EPOCH_ORDINAL + event.occurred_at // DAY_MICROS
    for placed_event, hold in book.holds:
        if hold.holder != "controller":
            continue
        if hold.until is not None and hold.until.toordinal() < day:
            continue
        kept |= set(hold.categories) - _released_from(book, placed_event, hold)
    return kept


def _released_from(book: Book, placed: Recorded, hold: RetentionHoldPlaced) -> set[str]:
    """What releases freed of a hold; one releases only what was placed before it."""
    freed: set[str] = set()
    for released, release in book.released:
        if released.moment < placed.moment:
            continue
        same = (
            release.hold_id == (hold.hold_id or placed.id)
            if release.hold_id is not None
            else release.holder == hold.holder and release.law in (None, hold.law)
        )
        if same:
            freed |= set(hold.categories if release.categories is None else release.categories)
    return freed


def _hold_placed(book: Book, event: Recorded) -> None:
    assert isinstance(event.data, RetentionHoldPlaced)
    book.holds.append((event, event.data))


def _hold_released(book: Book, event: Recorded) -> None:
    assert isinstance(event.data, RetentionHoldReleased)
    book.released.append((event, event.data))


def _purpose_changed(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, PurposeChanged)
    book.changed(
        event,
        data.recipient or book.controller,
        data.categories or (),
        purpose_from=data.purpose_from,
        purpose_to=data.purpose_to,
    )


def _combined(book: Book, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataCombined | CombinationEnded)
    book.changed(event, book.controller, data.categories)


OUT_HANDLERS: dict[type, Callable[[Book, Recorded], None]] = {
    RecipientDeleted: _recipient_deleted,
    DataDeleted: _deleted,
    DataDeidentified: _deidentified,
    SelfServiceCleared: _cleared,
    RetentionHoldPlaced: _hold_placed,
    RetentionHoldReleased: _hold_released,
    PurposeChanged: _purpose_changed,
    DataCombined: _combined,
    CombinationEnded: _combined,
}
