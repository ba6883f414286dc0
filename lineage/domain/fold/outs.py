"""What ends a holding or changes it in place; *outs* by section 4.0 of the event contract. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lineage.domain.facts import HolderKind, Recorded
from lineage.domain.fold.state import State, recipient, system
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


def _recipient_deleted(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, RecipientDeleted)
    state.went_out(event, recipient(data.recipient), data.categories)


def _deleted(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataDeleted)
    if data.store == "live":
        state.went_out(event, system(event), data.categories)


def _deidentified(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataDeidentified)
    own = data.holder == "controller"
    state.changed(event, state.controller if own else data.holder, data.categories)
    if not data.reversible:
        own = data.holder == "controller"
        holder = system(event) if own else recipient(data.holder)
        state.went_out(event, holder, data.categories)


def _cleared(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, SelfServiceCleared)
    if data.what == "order_records":
        categories = set(state.completed)
    else:
        categories = set(CLEARED_CATEGORIES[data.what])
    categories -= _kept_by_hold(state, event)
    known = [key for key in state.holdings if key[0].kind is HolderKind.SYSTEM]
    for holder, category in sorted(known, key=lambda key: (key[0].name, key[1])):
        if category in categories:
            state.went_out(event, holder, (category,))


def _kept_by_hold(state: State, event: Recorded) -> set[str]:
    """What a recorded hold on the controller keeps at this moment: it stays held (hidden)."""
    kept: set[str] = set()
    day = EPOCH_ORDINAL + event.occurred_at // DAY_MICROS
    for placed_event, hold in state.holds:
        if hold.holder != "controller":
            continue
        if hold.until is not None and hold.until.toordinal() < day:
            continue
        kept |= set(hold.categories) - _released_from(state, placed_event, hold)
    return kept


def _released_from(state: State, placed: Recorded, hold: RetentionHoldPlaced) -> set[str]:
    """What releases freed of a hold; one releases only what was placed before it."""
    freed: set[str] = set()
    for released, release in state.released:
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


def _hold_placed(state: State, event: Recorded) -> None:
    assert isinstance(event.data, RetentionHoldPlaced)
    state.holds.append((event, event.data))


def _hold_released(state: State, event: Recorded) -> None:
    assert isinstance(event.data, RetentionHoldReleased)
    state.released.append((event, event.data))


def _purpose_changed(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, PurposeChanged)
    state.changed(
        event,
        data.recipient or state.controller,
        data.categories or (),
        purpose_from=data.purpose_from,
        purpose_to=data.purpose_to,
    )


def _combined(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataCombined | CombinationEnded)
    state.changed(event, state.controller, data.categories)


OUT_HANDLERS: dict[type, Callable[[State, Recorded], None]] = {
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
