"""What came of somebody through another person's account, planned for with it (D-37). Pure.

The handlers of the fold say what an event brings to whom; here it is only noted whether that came
through the account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from lineage.domain.facts import Holder, HolderKind, Hop, Recorded
from lineage.domain.fold.book import Book
from lineage.domain.fold.ins import IN_HANDLERS, first_times
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.domain.planning.causes import Cause
from lineage.events import (
    CrossBorderTransfer,
    DataDeidentified,
    DataDeleted,
    DataOnwardShared,
    DataStored,
    DataTransferred,
    RecipientDeleted,
    ReidentificationDetected,
)
from lineage.policy.kinds.fan_out import AccountCovers, CleanUpFanOut

_HANDLERS = IN_HANDLERS | {
    model: OUT_HANDLERS[model] for model in (DataDeidentified, DataDeleted, RecipientDeleted)
}
"""Who clears something by itself is no third person: of it only what is erased ends what came."""

_MOVES = (
    CrossBorderTransfer,
    DataOnwardShared,
    DataStored,
    DataTransferred,
    ReidentificationDetected,
)
"""What becomes of data that is there already; who says so knows of no account."""


class Through(NamedTuple):
    """What came of a person through an account."""

    held: frozenset[tuple[Holder, str]]
    """(holder, category), held still or not"""

    given: frozenset[tuple[str, str]]
    """(who gave it to us, category)"""


def covers_account(cause: Cause) -> bool:
    """Whether a cause covers what came of others through the person's account: all do that end
    the account, if only by its cancellation; the clean-up of a minor's data does not.
    """
    return not isinstance(cause.rule, CleanUpFanOut) and bool(cause.policy.of(AccountCovers))


def through_account(
    controller: str, events: Sequence[Recorded], account: Collection[bytes]
) -> Through:
    """What came of a person through the account of a holder, of whom ``account`` are the refs.

    ``events`` are the person's, as ``effective_events`` gives them. What says the account came
    through it in full; what moves data that is there carries what its source had through the
    account by then; nothing else came through it.
    """
    book = _AccountBook(controller, events, account)
    return Through(frozenset(book.held), frozenset(book.given))


class _AccountBook(Book):
    """Notes who has what through an account. A party is a recipient, or the controller."""

    def __init__(
        self, controller: str, events: Sequence[Recorded], account: Collection[bytes]
    ) -> None:
        super().__init__(controller, version_at=lambda _: "")
        self.held: set[tuple[Holder, str]] = set()
        self.given: set[tuple[str, str]] = set()
        self._account = account
        self._had: set[tuple[str, str]] = set()  # (party, category)
        self._gone: set[tuple[Holder, str]] = set()
        self._waiting: defaultdict[tuple[str, str], list[Holder]] = defaultdict(list)
        self._now: int | None = None
        self.first_on_record = first_times(events)
        for event in events:
            handler = _HANDLERS.get(type(event.data))
            if handler is not None:
                handler(self, event)

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Note what came through the account, and what came anew in another way."""
        if event.occurred_at != self._now:
            self._now = event.occurred_at
            self._waiting.clear()
        source = hop.from_party or self.controller
        for category in categories:
            if event.account_ref in self._account:
                self._came([hop.to], category)
                if hop.from_party == self.controller:
                    self._came(self._has(source, category), category)
                elif hop.to.kind is HolderKind.SYSTEM and hop.from_party is not None:
                    self.given.add((hop.from_party, category))
            elif event.account_ref is not None or not isinstance(event.data, _MOVES):
                self._came_otherwise(hop.to, category)
            elif (source, category) in self._had:
                self._came([hop.to], category)
            else:
                self._came_otherwise(hop.to, category)
                self._waiting[source, category].append(hop.to)

    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:  # noqa: ARG002 - in order
        """Note what is gone: what comes again, comes by itself."""
        self._gone.update((holder, category) for category in categories)

    def _came(self, holders: list[Holder], category: str) -> None:
        """These have it through the account, and with them whom it reached from there at that very
        time: the order of events of one time means nothing.
        """
        while holders:
            holder = holders.pop()
            self.held.add((holder, category))
            self._gone.discard((holder, category))
            own = holder.kind is HolderKind.SYSTEM
            holders += self._has(self.controller if own else holder.name, category)

    def _has(self, party: str, category: str) -> list[Holder]:
        """Note that a party has it; to whom it moved on from there at that time."""
        self._had.add((party, category))
        return self._waiting.pop((party, category), [])

    def _came_otherwise(self, holder: Holder, category: str) -> None:
        """What was gone came anew, and not through the account."""
        if (holder, category) not in self._gone:
            return
        self._gone.discard((holder, category))
        self.held.discard((holder, category))
        if holder.kind is HolderKind.RECIPIENT:
            self._had.discard((holder.name, category))
