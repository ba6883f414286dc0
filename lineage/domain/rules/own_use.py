"""What the person agreed to the controller doing itself, and took back. No rule is applied here."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.history.consents import Use
from lineage.domain.judging import Case
from lineage.events.types import CONTROLLER


def own(purpose: str | None, *, granted_to: str = CONTROLLER) -> Use:
    """The controller's own use: no consent that is limited to a recipient is about it."""
    return Use(
        recipient=CONTROLLER, recipient_kind=CONTROLLER, purpose=purpose, granted_to=granted_to
    )


def agreed(
    case: Case,
    categories: Iterable[str],
    use: Use,
    *,
    consent_id: str | None,
    forms: Iterable[str] | None = None,
) -> frozenset[str]:
    """Those of the categories that the person had consented to such a use of before the event.

    A consent that the event names and nobody recorded is taken as the emitter's statement.
    """
    consents, at = case.history.consents, case.event.moment
    if consents.stated(consent_id, at):
        return frozenset(categories)
    allowed = None if forms is None else {None, *forms}
    return frozenset(
        category
        for category in categories
        if any(
            allowed is None or grant.form in allowed for grant in consents.grants(category, at, use)
        )
    )


def taken_back(
    case: Case, categories: Iterable[str], use: Use, *, consent_id: str | None
) -> frozenset[str]:
    """Those of the categories whose use rested on a consent that was withdrawn before the event."""
    consents, at = case.history.consents, case.event.moment
    return frozenset(
        category
        for category in categories
        if consents.taken_back(category, at, use, consent_id=consent_id)
    )
