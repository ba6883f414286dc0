"""Whether a row of the policy, a consent or a notice permits a share. Nothing is found here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from lineage.domain.facts import Moment
from lineage.domain.judging import Case
from lineage.domain.rules.share import PURPOSES_READ, Share, sensitive_of
from lineage.events import (
    CounterpartyDisclosureRequested,
    DataShared,
    ReidentificationDetected,
    SharingNoticeGiven,
    SharingOptOut,
)
from lineage.policy.kinds.recipients import MayReceive


def permitted(case: Case, share: Share, row: MayReceive) -> frozenset[str]:
    """What of a share a row permits."""
    if share.recipient_kind not in row.recipients or not _conditions_hold(case, share, row):
        return frozenset()
    allowed = share.personal
    if row.categories is not None:
        allowed = allowed.intersection(row.categories)
    if not row.sensitive:
        allowed -= sensitive_of(case, allowed)
    if row.not_reidentified and allowed:
        allowed -= _reidentified(case, share)
    return allowed


def consented(
    case: Case, share: Share, categories: frozenset[str], forms: Iterable[str] | None = None
) -> frozenset[str]:
    """Those of the categories that the person consented to share so, in one of these forms."""
    if not categories:
        return categories
    consents = case.history.consents
    if consents.stated(share.consent_id, share.at):
        return categories
    allowed = None if forms is None else {None, *forms}
    covered = frozenset(
        category
        for category in categories
        if any(
            allowed is None or grant.form in allowed
            for grant in consents.grants(category, share.at, share.use)
        )
    )
    if share.consent_stated:
        return categories - withdrawn(case, share, categories)
    return covered


def withdrawn(case: Case, share: Share, categories: frozenset[str]) -> frozenset[str]:
    """Those of the categories whose share the person had consented to, and no longer does."""
    consents = case.history.consents
    if consents.withdrawn_by_name(share.consent_id, share.at):
        ever = categories
    else:
        ever = frozenset(c for c in categories if consents.ever(c, share.at, share.use))
    return ever - consents.covered(ever, share.at, share.use)


def noticed(case: Case, share: Share, categories: frozenset[str]) -> frozenset[str]:
    """Those of the categories whose share the person was told of before and did not opt out of.

    Consent given after an opt-out lifts it.
    """
    told: set[str] = set()
    for _, notice in case.history.before(share.at, SharingNoticeGiven):
        if notice.recipient in (None, share.recipient):
            told |= _named(notice.categories, categories)
    return frozenset(told) - (objected(case, share) if told else frozenset())


def objected(case: Case, share: Share) -> frozenset[str]:
    """What of a share the person opted out of sharing before, and did not consent to since."""
    since = {
        category: event.moment
        for event, out in case.history.before(share.at, SharingOptOut)
        if out.recipient in (None, share.recipient)
        for category in _named(out.categories, share.personal)
    }
    return not_agreed_since(case, share, since)


def not_agreed_since(case: Case, share: Share, since: Mapping[str, Moment]) -> frozenset[str]:
    """Those of the categories to whose share the person did not consent after their moment."""
    return frozenset(
        category
        for category, moment in since.items()
        if not case.history.consents.grants(category, share.at, share.use, since=moment)
    )


def _named(scope: Iterable[str] | None, categories: frozenset[str]) -> frozenset[str]:
    """Those of the categories that a scope names; without a scope all."""
    return categories if scope is None else categories.intersection(scope)


def _conditions_hold(case: Case, share: Share, row: MayReceive) -> bool:
    """No condition is contradicted; where the row asks for it, one is stated."""
    if row.functions is not None and not share.functions.intersection(row.functions):
        return False
    if share.functions.intersection(row.not_functions):
        return False
    if row.processor and not (share.functions or _shared_as_processor(case, share)):
        return False
    if share.own_purpose and not row.own_purposes:
        return False
    answers = list(_answers(case, share, row))
    return False not in answers and (True in answers or not row.on_record)


def _answers(case: Case, share: Share, row: MayReceive) -> Iterable[bool | None]:
    """What the event says to each condition of the row; None where it does not say."""
    if row.purposes:
        yield _serves(share.purpose, row.purposes)
    if row.legal_bases:
        yield None if share.legal_basis is None else share.legal_basis in row.legal_bases
    if row.chosen:
        yield _chosen(case, share)
    if row.institution is not None:
        yield None if share.institution is None else share.institution == row.institution
    if row.asked is not None:
        yield _complaint(case, share) if row.asked == "complaint" else _performance(case, share)


def _serves(purpose: str | None, purposes: Collection[str]) -> bool | None:
    """Whether a purpose is among these; a word that no rule reads contradicts nothing."""
    if purpose is None or (purpose not in purposes and purpose not in PURPOSES_READ):
        return None
    return purpose in purposes


def _chosen(case: Case, share: Share) -> bool | None:
    """Whether the person chose the recipient, by the share itself or by the order it serves."""
    if share.chosen is not None or share.order_id is None:
        return share.chosen
    order = case.history.orders.get(share.order_id)
    if order is None or order.made is None or order.made.chosen_parties is None:
        return None
    return share.recipient in order.made.chosen_parties


def _complaint(case: Case, share: Share) -> bool:
    """A qualified complaint stands behind it, and its respondent asked."""
    if not (share.about_complaint and share.complainant_qualified):
        return False
    return share.respondent_request or any(
        data.respondent_request and data.complaint_id == share.complaint_id
        for _, data in case.history.before(share.at, CounterpartyDisclosureRequested)
    )


def _performance(case: Case, share: Share) -> bool:
    """A party that has performed at least in part asked, or it cannot go on without the data.

    Of a transaction that the person did not start, nobody may ask.
    """
    order = None if share.order_id is None else case.history.orders.get(share.order_id)
    if order is not None and order.made is not None and order.made.started_by_user is False:
        return False
    return any(
        (data.performed in ("part", "full") or data.dispute)
        and (data.requester is None or data.requester == share.recipient)
        and (data.order_id is None or share.order_id in (None, data.order_id))
        for _, data in case.history.before(share.at, CounterpartyDisclosureRequested)
    )


def _shared_as_processor(case: Case, share: Share) -> bool:
    return any(
        data.recipient == share.recipient and data.recipient_kind == "service_provider"
        for _, data in case.history.before(share.at, DataShared)
    )


def _reidentified(case: Case, share: Share) -> frozenset[str]:
    found: set[str] = set()
    for _, data in case.history.before(share.at, ReidentificationDetected):
        if data.holder == share.recipient:
            found.update(data.categories)
    return frozenset(found)
