"""Judges new versions of the policy: rights that are cut, who is told how, what is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.findings import Finding, FindingKind, broken
from lineage.domain.judging import Case
from lineage.events import ImpactAssessed, PolicyPublished
from lineage.policy.kinds.changes import ChangeArchive, ChangeConsent, ChangeNotice

CONSENT_MISSING = "consent_missing"
"""The reason of a process finding: users should have been asked, though no text promises it."""


def judge_change(case: Case) -> Iterable[Finding]:
    """A new version of the policy is published.

    Reads what it changes, in which form it was told, and assessments since the last version. Says
    ``broken`` of the rules on rights that are cut (kind ``change_consent``), on changes that matter
    (``change_notice``) and on the archive (``change_archive``).
    """
    data = case.data
    if not isinstance(data, PolicyPublished):
        return
    for consent in case.policy.of(ChangeConsent):
        if data.reduces_rights and not data.consent_collected:
            if consent.only_flagged:
                yield Finding(
                    FindingKind.PROCESS,
                    None,
                    case.event,
                    says=consent.says,
                    reason=CONSENT_MISSING,
                )
            else:
                yield broken(consent, case.event)
    for notice in case.policy.of(ChangeNotice):
        if data.notice_form not in notice.notice_forms and _matters(case, data, notice):
            yield broken(notice, case.event)
    for archive in case.policy.of(ChangeArchive):
        if data.archive_id is None:
            yield broken(archive, case.event)


def _matters(case: Case, data: PolicyPublished, rule: ChangeNotice) -> bool:
    kinds = set(data.change_kinds)
    if rule.high_risk is not None and _high_risk(case):
        kinds.add(rule.high_risk)
    return data.major or not kinds.isdisjoint(rule.change_kinds)


def _high_risk(case: Case) -> bool:
    """Whether the last assessment since the version before found a high risk.

    One at the same time as a version belongs to that version.
    """
    at = case.event.moment
    published = [event.moment for event, _ in case.history.every_wide(PolicyPublished)]
    since = max((moment for moment in published if moment < at), default=None)
    assessed = [
        data.high_risk
        for event, data in case.history.every_wide(ImpactAssessed)
        if event.moment <= at and (since is None or since < event.moment)
    ]
    return bool(assessed) and assessed[-1]
