"""Consents: which were in force at a moment, for which use. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lineage.domain.facts import Moment, Recorded
from lineage.events import ConsentGranted, ConsentWithdrawn
from lineage.events.types import CONTROLLER


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What somebody does with data, as far as a consent may be limited to it.

    None is what is not stated: it contradicts no limit. ``granted_to`` is who relies on it.
    """

    recipient: str | None = None
    recipient_kind: str | None = None
    purpose: str | None = None
    region: str | None = None
    granted_to: str = CONTROLLER


class Consents:
    """The consents of one person over time."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        """Take the person's events in canonical order."""
        self.asked_by_name = False
        """Whether a consent was looked for by its id, whenever it was given: one that comes later
        may then change what was found
        """
        self._granted: list[tuple[Recorded, ConsentGranted]] = []
        self._withdrawn: list[tuple[Recorded, ConsentWithdrawn]] = []
        for event in events:
            if isinstance(event.data, ConsentGranted):
                self._granted.append((event, event.data))
            elif isinstance(event.data, ConsentWithdrawn):
                self._withdrawn.append((event, event.data))

    def covered(self, categories: Iterable[str], at: Moment, use: Use) -> frozenset[str]:
        """Those of the categories for which some consent to this use was in force."""
        if not self._granted:
            return frozenset()
        return frozenset(c for c in categories if self.grants(c, at, use))

    def grants(
        self, category: str, at: Moment, use: Use, *, since: Moment | None = None
    ) -> Sequence[ConsentGranted]:
        """Every consent in force before a moment that lets this use have this category.

        With ``since`` only those that were given after that moment.
        """
        return [
            grant
            for event, grant in self._granted
            if event.moment < at
            and (since is None or since < event.moment)
            and _fits(grant, category, use)
            and not self._ended(event, grant, category, at, use)
        ]

    def ever(self, category: str, at: Moment, use: Use) -> bool:
        """Whether a consent to this use had been given before, withdrawn since or not."""
        return any(
            event.moment < at and _fits(grant, category, use) for event, grant in self._granted
        )

    def stated(self, consent_id: str | None, at: Moment) -> bool:
        """Whether an event names a consent that nobody recorded, and nobody withdrew till then."""
        return (
            consent_id is not None
            and not self.named(consent_id)
            and not self.withdrawn_by_name(consent_id, at)
        )

    def withdrawn_by_name(self, consent_id: str | None, at: Moment) -> bool:
        """Whether the consent of this name had been withdrawn as a whole before a moment."""
        return consent_id is not None and any(
            event.moment < at
            and withdrawal.consent_id == consent_id
            and withdrawal.categories is None
            for event, withdrawal in self._withdrawn
        )

    def taken_back(
        self, category: str, at: Moment, use: Use, *, consent_id: str | None = None
    ) -> bool:
        """Whether this use of a category rested on a consent that was withdrawn, and rests on none.

        It rested on the consent it names, or on one that spoke of such a use in particular: of its
        purpose, or of the category.
        """
        if not self._withdrawn or self.grants(category, at, use):
            return False
        if self.withdrawn_by_name(consent_id, at):
            return True
        if any(
            event.moment < at and _fits(grant, category, use)
            for event, grant in self._named(consent_id)
        ):
            return True
        return any(
            event.moment < at
            and _among(withdrawal.categories, category)
            and any(_speaks_of(scope, category, use) for scope in self._scopes(event, withdrawal))
            for event, withdrawal in self._withdrawn
        )

    def _scopes(
        self, event: Recorded, withdrawal: ConsentWithdrawn
    ) -> Sequence[ConsentGranted | ConsentWithdrawn]:
        """What a withdrawal is about: the consent of its name, or what it says itself."""
        named = self._named(withdrawal.consent_id)
        return [grant for granted, grant in named if granted.moment < event.moment] or [withdrawal]

    def named(self, consent_id: str | None) -> Sequence[tuple[Recorded, ConsentGranted]]:
        """The consents on record under this id, whenever they were given."""
        self.asked_by_name |= consent_id is not None
        return self._named(consent_id)

    def _named(self, consent_id: str | None) -> Sequence[tuple[Recorded, ConsentGranted]]:
        if consent_id is None:
            return []
        return [found for found in self._granted if found[1].consent_id == consent_id]

    def _ended(
        self, granted: Recorded, grant: ConsentGranted, category: str, at: Moment, use: Use
    ) -> bool:
        """Whether a withdrawal between grant and moment reaches this use of this category."""
        for event, withdrawal in self._withdrawn:
            if not granted.moment < event.moment < at:
                continue
            if withdrawal.consent_id is not None:
                if withdrawal.consent_id == grant.consent_id and _among(
                    withdrawal.categories, category
                ):
                    return True
            elif _fits(withdrawal, category, use):
                return True
        return False


def _fits(consent: ConsentGranted | ConsentWithdrawn, category: str, use: Use) -> bool:
    return (
        consent.granted_to == use.granted_to
        and _among(consent.categories, category)
        and _agree(consent.recipient, use.recipient)
        and _agree(consent.recipient_kind, use.recipient_kind)
        and _agree(consent.purpose, use.purpose)
        and _agree(consent.region, use.region)
    )


def _speaks_of(consent: ConsentGranted | ConsentWithdrawn, category: str, use: Use) -> bool:
    """Whether a consent names the purpose of the use, or its category for any purpose."""
    if not _fits(consent, category, use):
        return False
    return consent.purpose == use.purpose if consent.purpose else consent.categories is not None


def _among(categories: Sequence[str] | None, category: str) -> bool:
    return categories is None or category in categories


def _agree(limit: str | None, stated: str | None) -> bool:
    return limit is None or stated is None or limit == stated
