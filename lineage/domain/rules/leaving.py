"""On what data may leave a place: law, terms, consent, purchase, review. Nothing is found here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lineage.domain.facts import Moment
from lineage.domain.history.consents import Use
from lineage.domain.judging import Case
from lineage.domain.questions.asked import day_of
from lineage.events import (
    AdequacyReviewed,
    ConsentGranted,
    CrossBorderTransfer,
    DataStored,
    UserRegistered,
)
from lineage.events.times import from_micros
from lineage.policy.calendar import add_days
from lineage.policy.kinds.places import KeptIn, MayLeave, PurchaseData
from lineage.policy.regions import enclosing, lies_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Data that is stored at a place or moves there; ``personal`` is what of it is personal data.

    ``origin`` is where it was collected or comes from, ``lives`` where the person lives; None is
    what is not stated.
    """

    at: Moment
    origin: str | None
    to: str
    personal: frozenset[str]
    lives: str | None
    recipient: str | None
    host: str | None
    basis: str | None
    consent_id: str | None
    order_id: str | None
    safeguards: tuple[str, ...] | None

    @property
    def parties(self) -> tuple[str, ...]:
        """Who gets the data."""
        return tuple(party for party in (self.recipient, self.host) if party is not None)

    def leaves(self, rule: KeptIn) -> bool:
        """Whether the data leaves the region of a rule that concerns it."""
        origin = self.origin
        if rule.of == "people":
            if self.lives is not None and not lies_in(self.lives, rule.region):
                return False
            # Of data stored on a basis for abroad, nothing says where it came from but the person.
            if origin is None and self.basis is not None:
                origin = self.lives
        return (
            origin is not None
            and lies_in(origin, rule.region)
            and not lies_in(self.to, rule.region)
        )


def move_of(case: Case) -> Move | None:
    """The move that an event is; None where it is none."""
    data = case.data
    if isinstance(data, DataStored):
        return Move(
            at=case.event.moment,
            origin=data.collected_in,
            to=data.region,
            personal=_personal(case, data),
            lives=_lives(case),
            recipient=None,
            host=data.host,
            basis=data.basis,
            consent_id=data.consent_id,
            order_id=None,
            safeguards=data.safeguards,
        )
    if isinstance(data, CrossBorderTransfer):
        return Move(
            at=case.event.moment,
            origin=data.region_from,
            to=data.region_to,
            personal=_personal(case, data),
            lives=data.subject_region or _lives(case),
            recipient=data.recipient,
            host=data.host,
            basis=data.basis,
            consent_id=data.consent_id,
            order_id=data.order_id,
            safeguards=data.safeguards,
        )
    return None


def allowed(case: Case, move: Move, row: MayLeave, left: frozenset[str]) -> frozenset[str]:
    """What of these categories may leave on the basis of a row."""
    if row.hosted and move.host is None:
        return frozenset()
    match row.ground:
        case "consent":
            return frozenset(c for c in left if _consented(case, move, row, c))
        case "purchase":
            return left.intersection(_needed(case)) if _bought(case, move) else frozenset()
        case "adequacy":
            return left if _adequate(case, move, row) else frozenset()
        case _:
            return left if move.basis == row.ground else frozenset()


def surplus(
    case: Case, move: Move, rule: KeptIn, left: frozenset[str]
) -> Iterator[tuple[PurchaseData, frozenset[str]]]:
    """What leaves on a purchase that does not need it, with the rule that says so."""
    rows = (row for row in case.policy.of(MayLeave) if row.region == rule.region)
    if left and any(row.ground == "purchase" for row in rows) and _bought(case, move):
        for bought in case.policy.of(PurchaseData):
            yield bought, left
            return


def _personal(case: Case, data: DataStored | CrossBorderTransfer) -> frozenset[str]:
    """What is personal at the controller, at who gets it, or beside what is personal by itself."""
    personal, at = case.personal, case.event.moment
    if any(map(personal.always, data.categories)):
        return frozenset(data.categories) - case.policy.never_personal
    parties = [data.host] if data.host else []
    if isinstance(data, CrossBorderTransfer) and data.recipient:
        parties.append(data.recipient)
    return frozenset(
        category
        for category in data.categories
        if personal.at_controller(category, at)
        or any(personal.at_recipient(category, party, at) for party in parties)
    )


def _lives(case: Case) -> str | None:
    """Where the person said last that it lives."""
    said = [data.region for _, data in case.history.before(case.event.moment, UserRegistered)]
    return next((region for region in reversed(said) if region is not None), None)


def _consented(case: Case, move: Move, row: MayLeave, category: str) -> bool:
    consents = case.history.consents
    if consents.stated(move.consent_id, move.at):
        return True
    relies = move.basis == "consent" or move.consent_id is not None
    return any(
        _reaches(grant, move, row, relies=relies)
        for place in enclosing(move.to)
        for party in (move.parties or (None,))
        for grant in consents.grants(category, move.at, Use(recipient=party, region=place))
    )


def _reaches(grant: ConsentGranted, move: Move, row: MayLeave, *, relies: bool) -> bool:
    """Whether a consent in force is one to this place: it names it, or is what the event rests on.

    One that is limited to a recipient says nothing of data that goes to nobody.
    """
    if row.forms is not None and grant.form is not None and grant.form not in row.forms:
        return False
    if grant.region is not None:
        return True
    return relies and (grant.recipient is None or grant.recipient in move.parties)


def _bought(case: Case, move: Move) -> bool:
    """Whether it serves a purchase across the border that the person started."""
    if move.basis != "purchase" and (move.basis is not None or move.order_id is None):
        return False
    for order in case.history.orders.values():
        made, created, cancelled = order.made, order.created, order.cancelled
        if made is None or created is None or move.order_id not in (None, order.order_id):
            continue
        gone = cancelled is not None and cancelled.moment < move.at
        started = made.cross_border and made.started_by_user is not False
        if started and created.moment < move.at and not gone:
            return True
    return False


def _needed(case: Case) -> frozenset[str]:
    return frozenset(c for rule in case.policy.of(PurchaseData) for c in rule.categories)


def _adequate(case: Case, move: Move, row: MayLeave) -> bool:
    """Whether the last review of the place found it adequate, and still counts."""
    reviews = [
        (event, data)
        for event, data in case.history.every_wide(AdequacyReviewed)
        if event.moment < move.at and lies_in(move.to, data.country)
    ]
    if not reviews or reviews[-1][1].result != "adequate":
        return False
    if row.review is None:
        return True
    case.history.look_at_time()
    last = add_days(
        day_of(reviews[-1][0]),
        row.review.limit,
        unit=row.review.unit,
        holidays=case.policy.calendar.days_off,
    )
    return from_micros(move.at[0]).date() <= last
