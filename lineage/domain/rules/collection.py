"""Judges what is collected, and what comes in from others. What is done with it: ``use``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from lineage.domain.findings import Finding, broken
from lineage.domain.judging import Case
from lineage.domain.rules.own_use import agreed, own, taken_back
from lineage.domain.rules.share import kind_of, sensitive_of
from lineage.events import DataCollected, DataInboundReceived, ThirdPartySourceAttested
from lineage.policy.kinds.collection import (
    AuthorisedByPerson,
    CollectionClosed,
    CollectionException,
    Collects,
    InboundPermission,
    SourceAttested,
)
from lineage.policy.kinds.use import UseAfterWithdrawal
from lineage.policy.rule import Rule

_BY_LAW = "other_by_law"


def judge_collection(case: Case) -> Iterable[Finding]:
    """What is collected: reads what the event says of permissions, law, authorisation and source,
    the rows of kind ``collects`` and the consents of the person.

    Says ``broken`` of the row whose condition is not met, of the rule on authorisation or source,
    of the one that closes the list, and of the one on withdrawn consent.
    """
    data = case.data
    assert isinstance(data, DataCollected)
    yield from _against_conditions(case, data)
    if _excepted(case, data):
        return
    if data.subject_authorisation is False:
        rule = _about(case.policy.of(AuthorisedByPerson), data.categories)
        if rule is not None:
            yield broken(rule, case.event, _personal(case, data.categories))
    ended = _after_withdrawal(case, data)
    for withdrawal in case.policy.of(UseAfterWithdrawal):
        if ended:
            yield broken(withdrawal, case.event, ended)
    yield from _unattested(case, data, ended)
    yield from _beyond_the_list(case, data, ended)
    yield from _on_no_listed_reason(case, data)


def judge_inbound(case: Case) -> Iterable[Finding]:
    """What another party sent: reads whether the account holder permitted it, attestations of the
    source and consents. Says ``broken`` of the rule on permission or on the source.
    """
    data = case.data
    assert isinstance(data, DataInboundReceived)
    if data.user_permission is False:
        for rule in case.policy.of(InboundPermission):
            categories = _named(rule.categories, data.categories)
            if categories:
                yield broken(rule, case.event, categories)
                break
    if data.user_permission is not True:
        yield from _source(case, "inbound", data.sender, data.categories, purpose=data.purpose)


def _against_conditions(case: Case, data: DataCollected) -> Iterator[Finding]:
    """What the event says against the condition of a row."""
    found: dict[str, set[str]] = defaultdict(set)
    rules: dict[str, Rule] = {}
    for row in case.policy.of(Collects):
        if not (row.within_permissions or row.by_law_only or row.optional):
            continue
        named = _named(row.categories, data.categories)
        against: set[str] = set()
        if row.within_permissions and data.permission_scope is not None:
            against |= named.difference(data.permission_scope)
        if row.by_law_only and data.legal_requirement is False:
            against |= named
        if row.optional and data.mandatory is True and not _named_by(row, data):
            against |= named - _needed(case, data)
        if against:
            rules[row.rule] = row
            found[row.rule] |= against
    for name, categories in found.items():
        yield broken(rules[name], case.event, categories)


def _serves(row: Collects, data: DataCollected) -> bool:
    """Whether a row may be about the function that the event names."""
    return not row.functions or data.function is None or _named_by(row, data)


def _named_by(row: Collects, data: DataCollected) -> bool:
    """Whether the event names a function of the row."""
    if data.function is None:
        return False
    return "_".join(re.findall("[a-z0-9]+", data.function.lower())) in row.functions


def _needed(case: Case, data: DataCollected) -> frozenset[str]:
    """What some row that may be about the function does not leave to the person."""
    return frozenset(
        word
        for row in case.policy.of(Collects)
        if not row.optional and _serves(row, data)
        for word in row.categories
    )


def _excepted(case: Case, data: DataCollected) -> bool:
    """Whether the policy lists the reason that the event gives for collecting without consent."""
    reasons = {data.exception, _BY_LAW if data.legal_requirement else None} - {None}
    return bool(reasons) and any(
        reasons.intersection(rule.exceptions) for rule in case.policy.of(CollectionException)
    )


def _after_withdrawal(case: Case, data: DataCollected) -> frozenset[str]:
    """What is collected on a consent that was taken back; what a function needs rests on none."""
    if not case.policy.of(UseAfterWithdrawal) or (data.mandatory and data.consent_id is None):
        return frozenset()
    use = own(data.purpose)
    return taken_back(case, data.categories, use, consent_id=data.consent_id)


def _unattested(case: Case, data: DataCollected, but: Collection[str]) -> Iterator[Finding]:
    if data.source_kind == "third_party":
        left = [category for category in data.categories if category not in but]
        yield from _source(
            case,
            "collected",
            data.source_party,
            left,
            purpose=data.purpose,
            consent_id=data.consent_id,
        )


def _beyond_the_list(case: Case, data: DataCollected, but: Collection[str]) -> Iterator[Finding]:
    """What no row describes, and the person did not consent to first."""
    for rule in case.policy.of(CollectionClosed):
        described = {
            word
            for row in case.policy.of(Collects)
            if _serves(row, data) or not rule.by_function
            for word in row.categories
        }
        new = set(data.categories).difference(described, rule.also, but)
        new -= case.policy.never_personal
        if new:
            use = own(data.purpose)
            new -= agreed(case, new, use, consent_id=data.consent_id, forms=rule.forms)
        if new:
            yield broken(rule, case.event, new)


def _on_no_listed_reason(case: Case, data: DataCollected) -> Iterator[Finding]:
    """What is collected for a reason that is none, and without consent."""
    if data.exception is None:
        return
    for rule in case.policy.of(CollectionException):
        if rule.no_other:
            left = _personal(case, data.categories)
            left -= agreed(case, left, own(data.purpose), consent_id=data.consent_id)
            if left:
                yield broken(rule, case.event, left)


def _source(
    case: Case,
    on: str,
    party: str | None,
    categories: Collection[str],
    *,
    purpose: str | None,
    consent_id: str | None = None,
) -> Iterator[Finding]:
    """What of the data nobody answers for, by the first rule that has it."""
    left = set(categories) - case.policy.never_personal
    for rule in case.policy.of(SourceAttested):
        if on not in rule.on or not left:
            continue
        named = _named(rule.categories, left).difference(rule.not_categories)
        if named != left and party is not None and rule.senders:
            named = frozenset(left) if kind_of(case, party) in rule.senders else named
        left -= named
        missing = named
        for holder in ("controller", party):
            if missing and holder is not None:
                use = own(purpose, granted_to=holder)
                missing -= agreed(case, missing, use, consent_id=consent_id)
        missing -= _attested(case, rule, party, missing)
        if missing:
            yield broken(rule, case.event, missing)


def _attested(
    case: Case, rule: SourceAttested, party: str | None, categories: frozenset[str]
) -> frozenset[str]:
    """Those of the categories that the source had answered for before the event."""
    if not categories or party is None:
        return frozenset()
    at = case.event.moment
    said = [data for _, data in case.history.before(at, ThirdPartySourceAttested)]
    wide = case.history.every_wide(ThirdPartySourceAttested)
    said += [data for event, data in wide if event.moment < at]
    said = [data for data in said if data.source_party == party]
    if not any(data.lawful_origin for data in said):
        return frozenset()
    if rule.written_demand and not any(data.written_demand for data in said):
        return frozenset()
    if rule.confirm_sensitive and not any(data.user_confirmed_sensitive for data in said):
        return categories - sensitive_of(case, categories)
    return categories


def _about(
    rules: Iterable[AuthorisedByPerson], categories: Collection[str]
) -> AuthorisedByPerson | None:
    """The first rule that speaks of one of the categories."""
    return next((rule for rule in rules if _named(rule.categories, categories)), None)


def _named(scope: Collection[str] | None, categories: Iterable[str]) -> frozenset[str]:
    """Those of the categories that a scope names; without a scope all."""
    return frozenset(c for c in categories if scope is None or c in scope)


def _personal(case: Case, categories: Iterable[str]) -> frozenset[str]:
    """Those of the categories that may be personal data."""
    return frozenset(categories) - case.policy.never_personal
