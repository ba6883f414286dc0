"""Groups of event types, as bits: what a person has on record, and what a judgement looked at.

A judgement that looked at groups of which a person has nothing on record is the same for everybody
like that, so it can be kept; and an event that comes late can only change what looked at its group.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from lineage import events as e
from lineage.events import EventData

REQUEST_STEPS = (
    e.RequestReceived,
    e.AccountCancellationRequested,
    e.IdentityVerificationRequested,
    e.IdentityVerified,
    e.RequestTriaged,
    e.RequestExtended,
    e.RequestPaused,
    e.RequestResumed,
    e.RequestWithdrawn,
    e.RequestDecided,
    e.AccountCancellationApproved,
    e.RequestResponded,
    e.RequestCompleted,
)
"""Everything that names a request or a cancellation and takes it a step further"""

_GROUPS: tuple[frozenset[type[EventData]], ...] = (
    frozenset({e.ConsentGranted, e.ConsentWithdrawn}),
    frozenset({e.UserRegistered, e.MinorIdentified}),
    frozenset({e.GuardianConsentGranted, e.GuardianConsentWithdrawn}),
    frozenset({e.OrderCreated, e.OrderCompleted, e.OrderCancelled}),
    frozenset(REQUEST_STEPS),
    frozenset({e.AccountCancelled}),
    frozenset({e.DataCombined, e.CombinationEnded}),
    frozenset({e.MarketingOptIn, e.MarketingOptOut}),
    frozenset({e.SharingNoticeGiven, e.SharingOptOut}),
    frozenset({e.ThirdPartySourceAttested}),
    frozenset({e.RetentionHoldPlaced, e.RetentionHoldReleased}),
    frozenset({e.CounterpartyDisclosureRequested}),
    frozenset({e.DataShared, e.DataOnwardShared, e.DataSold, e.DataTransferred}),
    frozenset({e.DataStored, e.CrossBorderTransfer, e.PublicDisclosed, e.ReidentificationDetected}),
    frozenset({e.RecipientDeleted, e.DataDeidentified}),
    frozenset({e.DataCollected, e.DataInboundReceived, e.LogRecorded}),
    frozenset({e.DataDeleted, e.SelfServiceCleared}),
    frozenset({e.BackupIsolated, e.BackupPurged, e.BackupRestored}),
    frozenset({e.PurposeChanged, e.DataProcessed, e.AutomatedDecisionMade, e.ExplanationGiven}),
)
_OTHER = 1 << len(_GROUPS)
BITS = len(_GROUPS) + 1
NAMED_AHEAD = 1 << (BITS + 1)
"""A consent was looked for by its id, whenever it was given. The bit below it is the store's."""

LOOKED_AHEAD = _OTHER | sum(
    1 << number
    for number, group in enumerate(_GROUPS)
    if group & {e.UserRegistered, e.GuardianConsentGranted, e.RequestReceived}
)
"""Groups of which judges count what comes later too: who is found to be a child was one before, and
what a request is found to be decides on the shares before it.
"""

EVERYTHING = (1 << BITS) - 1


@cache
def bit_of(model: type[EventData]) -> int:
    """The bit of a type's group; a type that is in no group shares one with all such."""
    for number, group in enumerate(_GROUPS):
        if model in group:
            return 1 << number
    return EVERYTHING if model is EventData else _OTHER


def bits_of(models: Iterable[type[EventData]]) -> int:
    """The bits of several types' groups."""
    bits = 0
    for model in models:
        bits |= bit_of(model)
    return bits


@cache
def types_of(bits: int) -> frozenset[str]:
    """The CloudEvents types of these groups; of the rest, all that are in none."""
    found = {m.event_type() for n, group in enumerate(_GROUPS) if bits & 1 << n for m in group}
    if bits & _OTHER:
        grouped = frozenset[type[EventData]]().union(*_GROUPS)
        found |= {name for name, model in e.EVENT_MODELS.items() if model not in grouped}
    return frozenset(found)
