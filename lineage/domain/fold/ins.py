"""What creates a holding, one handler per *in* of section 4.0 of the event contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lineage.domain.facts import Recorded
from lineage.domain.fold.state import State, recipient, system
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


def _collected(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataCollected)
    hop = state.hop(
        event,
        system(event),
        data.source_party,
        purpose=data.purpose,
        source_kind=data.source_kind,
    )
    state.came_in(event, hop, data.categories)


def _inbound(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataInboundReceived)
    hop = state.hop(
        event, system(event), data.sender, purpose=data.purpose, source_kind="third_party"
    )
    state.came_in(event, hop, data.categories)


def _logged(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, LogRecorded)
    state.came_in(event, state.hop(event, system(event), None), data.categories)


def _order_completed(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, OrderCompleted)
    state.completed.update(data.categories)
    state.came_in(event, state.hop(event, system(event), None), data.categories)


def _shared(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataShared)
    hop = state.hop(
        event,
        recipient(data.recipient),
        state.controller,
        recipient_kind=data.recipient_kind,
        purpose=data.purpose,
        legal_basis=data.legal_basis,
        functions=tuple(sorted(data.functions or ())),
        region=data.region,
        deidentified=data.deidentified and not data.reidentifiable,
    )
    state.came_in(event, hop, data.categories)


def _onward(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataOnwardShared)
    hop = state.hop(
        event,
        recipient(data.recipient),
        data.sender,
        recipient_kind=data.recipient_kind,
        purpose=data.purpose,
    )
    state.came_in(event, hop, data.categories)


def _sold(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataSold)
    hop = state.hop(event, recipient(data.recipient), state.controller, purpose=data.buyer_purpose)
    state.came_in(event, hop, data.categories)


def _transferred(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataTransferred)
    categories: Iterable[str] | None = data.categories
    if categories is None:
        categories = [c for c, first in state.on_record.items() if first <= event.occurred_at]
    hop = state.hop(
        event, recipient(data.recipient), state.controller, unnamed_kind="ma_transferee"
    )
    state.came_in(event, hop, categories)


def _disclosed(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, PublicDisclosed)
    for name in data.copies_uncontrolled or ():
        hop = state.hop(event, recipient(name), state.controller, unnamed_kind="public_disclosure")
        state.came_in(event, hop, data.categories)


def _stored(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, DataStored)
    if data.host is None:
        hop = state.hop(event, system(event), None, region=data.region)
    else:
        hop = state.hop(
            event,
            recipient(data.host),
            state.controller,
            unnamed_kind=HOST_KIND,
            region=data.region,
        )
    state.came_in(event, hop, data.categories)


def _crossed_border(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, CrossBorderTransfer)
    # One that both receives and stores got the data once.
    for name, kind in {data.recipient: None, data.host: HOST_KIND}.items():
        if name is not None:
            hop = state.hop(
                event,
                recipient(name),
                state.controller,
                unnamed_kind=kind,
                region=data.region_to,
            )
            state.came_in(event, hop, data.categories)


def _reidentified(state: State, event: Recorded) -> None:
    data = event.data
    assert isinstance(data, ReidentificationDetected)
    hop = state.hop(event, recipient(data.holder), data.holder)
    state.came_in(event, hop, data.categories)
    state.changed(event, data.holder, data.categories)


IN_HANDLERS: dict[type, Callable[[State, Recorded], None]] = {
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
