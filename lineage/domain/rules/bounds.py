"""Judges what binds recipients: their purposes, and the evidence that a share needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lineage.domain.facts import Moment
from lineage.domain.findings import Finding, broken
from lineage.domain.history.consents import Use
from lineage.domain.judging import Case
from lineage.domain.rules.share import OWN_PURPOSES, kind_of, share_of
from lineage.events import (
    AdGuidelinesAccepted,
    AgreementSigned,
    ApiSecurityTested,
    DataOnwardShared,
    DataShared,
    PurposeChanged,
)
from lineage.policy.kinds.bounds import EvidenceNeeded, PurposeBound


def judge_purpose_change(case: Case) -> Iterable[Finding]:
    """A recipient changes what it uses the data for.

    Reads the kind of the recipient, what it holds and the consents renewed for the new purpose.
    Says ``broken`` of the rule that binds this kind of recipient to its purposes.
    """
    data = case.data
    if not isinstance(data, PurposeChanged) or data.recipient is None:
        return
    kind = kind_of(case, data.recipient)
    for rule in case.policy.of(PurposeBound):
        if "change" not in rule.on or kind not in rule.recipients:
            continue
        if data.purpose_to == data.purpose_from or data.purpose_to in rule.not_other:
            return
        came = case.history.came
        held = came.held_by(data.recipient, case.event.moment)
        if not held and came.arrivals(data.recipient):
            return
        named = held if data.categories is None else frozenset(data.categories)
        personal = case.personal.personal_at(named, data.recipient, case.event.moment)
        unrenewed = {c for c in personal if not _renewed(case, data, rule, kind, c)}
        if unrenewed or not (named or _renewed_by_name(case, data)):
            yield broken(rule, case.event, unrenewed)
        return


def _renewed_by_name(case: Case, data: PurposeChanged) -> bool:
    """Whether the event names a consent that is not withdrawn: on record, or only stated."""
    return data.consent_id is not None and not case.history.consents.withdrawn_by_name(
        data.consent_id, case.event.moment
    )


def _renewed(
    case: Case, data: PurposeChanged, rule: PurposeBound, kind: str, category: str
) -> bool:
    """Whether the person agreed anew: by the consent named, for this purpose, or since it came."""
    consents, at = case.history.consents, case.event.moment
    if consents.stated(data.consent_id, at):
        return True
    holders = ["controller"]
    if rule.consent_to == "either" and data.recipient is not None:
        holders.append(data.recipient)
    came = _last_came(case, data.recipient or "", category)
    for holder in holders:
        use = Use(
            recipient=data.recipient,
            recipient_kind=kind,
            purpose=data.purpose_to,
            granted_to=holder,
        )
        if any(
            grant.purpose is not None
            or (data.consent_id is not None and grant.consent_id == data.consent_id)
            for grant in consents.grants(category, at, use)
        ):
            return True
        if came is not None and consents.grants(category, at, use, since=came):
            return True
    return False


def _last_came(case: Case, recipient: str, category: str) -> Moment | None:
    """When the recipient last got a category before the event."""
    moments = [
        arrival.at
        for arrival in case.history.came.arrivals(recipient)
        if arrival.at < case.event.moment and category in arrival.categories
    ]
    return max(moments, default=None)


def judge_onward_share(case: Case) -> Iterable[Finding]:
    """A recipient passes data on for a purpose of the next one's own.

    Reads the kind of the recipient that passes it on. Says ``broken`` of the rule that binds that
    kind to its purposes.
    """
    data = case.data
    if not isinstance(data, DataOnwardShared) or data.purpose not in OWN_PURPOSES:
        return
    sender = kind_of(case, data.sender)
    for rule in case.policy.of(PurposeBound):
        if "onward" in rule.on and sender in rule.recipients:
            at = case.event.moment
            personal = case.personal.personal_at(data.categories, data.recipient, at)
            use = Use(
                recipient=data.recipient, recipient_kind=data.recipient_kind, purpose=data.purpose
            )
            unagreed = personal - case.history.consents.covered(personal, at, use)
            if unagreed:
                yield broken(rule, case.event, unagreed)
            return


def judge_evidence(case: Case) -> Iterable[Finding]:
    """A share that evidence speaks against: no agreement, a failed test, an open password.

    Reads what the share says of itself, and the controller's agreements, accepted guidelines and
    tests. Says ``broken`` of the rule that asks for it; what is only missing it does not say.
    """
    data = case.data
    if not isinstance(data, DataShared):
        return
    rules = [rule for rule in case.policy.of(EvidenceNeeded) if _concerns(rule, data)]
    share = share_of(case) if rules else None
    if share is None:
        return
    for rule in rules:
        categories = share.personal if rule.personal else frozenset(data.categories)
        if rule.categories is not None:
            categories = categories.intersection(rule.categories)
        if categories and _speaks_against(case, rule, data):
            yield broken(rule, case.event, categories)


def _concerns(rule: EvidenceNeeded, data: DataShared) -> bool:
    return data.recipient_kind not in rule.not_recipients and (
        rule.recipients is None or data.recipient_kind in rule.recipients
    )


def _speaks_against(case: Case, rule: EvidenceNeeded, data: DataShared) -> bool:
    at = case.event.moment
    if rule.evidence == "encryption":
        return data.safeguards is not None and "encryption" not in data.safeguards
    if rule.evidence == "api_test":
        results = [
            tested.result
            for event, tested in case.history.every_wide(ApiSecurityTested)
            if tested.recipient == data.recipient and event.moment < at
        ]
        return bool(results) and results[-1] == "failed"
    given = list(_given(case, rule, data.recipient))
    if any(moment < at for moment in given):
        return False
    if rule.evidence == "ad_guidelines":
        return bool(given)
    return data.agreement == "none" or (data.agreement is None and bool(given))


def _given(case: Case, rule: EvidenceNeeded, recipient: str) -> Iterator[Moment]:
    """When agreements of this kind were signed with a recipient, or guidelines accepted by it."""
    if rule.evidence == "ad_guidelines":
        for event, accepted in case.history.every_wide(AdGuidelinesAccepted):
            if accepted.recipient == recipient:
                yield event.moment
    else:
        for event, signed in case.history.every_wide(AgreementSigned):
            if signed.recipient == recipient and signed.agreement_kind == rule.evidence:
                yield event.moment
