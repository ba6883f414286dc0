"""Judges what goes to whom: shares, sales and publications, by the rows that permit them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lineage.domain.findings import Finding, broken, gap
from lineage.domain.history.optouts import opt_outs_of
from lineage.domain.judging import Case
from lineage.domain.rules.permits import (
    consented,
    not_agreed_since,
    noticed,
    objected,
    permitted,
    withdrawn,
)
from lineage.domain.rules.share import Share, share_of
from lineage.events import DataSold
from lineage.policy.kinds.bounds import PurposeBound
from lineage.policy.kinds.recipients import (
    MayReceive,
    NeverSold,
    ShareAfterOptOut,
    ShareAfterWithdrawal,
    ShareByConsent,
    ShareClosed,
    ShareException,
    SharingNotice,
)
from lineage.policy.rule import Rule


def judge_share(case: Case) -> Iterable[Finding]:
    """A share, a sale or a publication: what of it no row, consent or notice permits.

    Reads what is personal at the recipient, the rows of kind ``may_receive``, consents, notices
    and opt-outs. Says ``broken`` of the row that limits this kind of recipient, of the closing
    rule or of the rule on purposes, sales, withdrawn consent or opt-outs; ``gap`` of what is
    permitted though the text does not speak of it.
    """
    share = share_of(case)
    if share is None or not share.personal:
        return
    sale = _sale(case, share)
    if sale is not None:
        yield broken(sale, case.event, share.personal)
        return
    if any(share.exception in rule.exceptions for rule in case.policy.of(ShareException)):
        return
    yield from _after_opt_out(case, share)
    yield from _beyond_the_rows(case, share)


def _sale(case: Case, share: Share) -> NeverSold | None:
    data = case.data
    for rule in case.policy.of(NeverSold):
        if share.recipient_kind in rule.not_recipients:
            continue
        if share.for_payment or (isinstance(data, DataSold) and data.mode in rule.modes):
            return rule
    return None


def _beyond_the_rows(case: Case, share: Share) -> Iterator[Finding]:
    left = share.personal
    for row in case.policy.of(MayReceive):
        if not left:
            break
        allowed = permitted(case, share, row) & left
        if allowed and row.gap:
            yield gap(row, case.event, allowed)
        left -= allowed
    if share.relies_on_consent and left != share.personal:
        yield from _on_withdrawn(case, share, share.personal - left)
    for by_consent in case.policy.of(ShareByConsent):
        if left and (
            by_consent.recipients is None or share.recipient_kind in by_consent.recipients
        ):
            allowed = consented(case, share, left, by_consent.forms)
            if allowed and by_consent.gap:
                yield gap(by_consent, case.event, allowed)
            left -= allowed
    if left:
        yield from _by_notice(case, share, left)


def _by_notice(case: Case, share: Share, left: frozenset[str]) -> Iterator[Finding]:
    """What was noticed and consented to is permitted; what was only noticed lacks the consent."""
    rules = {rule.asks: rule for rule in case.policy.of(SharingNotice)}
    if "notice" in rules:
        told = noticed(case, share, left)
        agreed = consented(case, share, told)
        left -= agreed
        told -= agreed
        if "consent" in rules and _purpose_bound(case, share) is None:
            yield from _breaking(case, share, dict.fromkeys(told, rules["consent"]))
            left -= told
    broken_by: dict[str, Rule] = {}
    for category in left:
        rule = _broken_by(case, share, category)
        if rule is not None:
            broken_by[category] = rule
    yield from _breaking(case, share, broken_by)
    yield from _on_withdrawn(case, share, left.difference(broken_by))


def _breaking(case: Case, share: Share, broken_by: dict[str, Rule]) -> Iterator[Finding]:
    """A finding for each rule; of our defaults the one on withdrawn consent is the closer one."""
    on_default = frozenset(c for c, rule in broken_by.items() if rule.basis == "default")
    closer = next(iter(case.policy.of(ShareAfterWithdrawal)), None)
    taken_back = withdrawn(case, share, on_default) if closer and on_default else frozenset()
    found: dict[str, set[str]] = defaultdict(set)
    rules: dict[str, Rule] = {}
    for category, own in broken_by.items():
        rule = closer if closer is not None and category in taken_back else own
        rules[rule.rule] = rule
        found[rule.rule].add(category)
    for name, categories in found.items():
        yield broken(rules[name], case.event, categories)


def _broken_by(case: Case, share: Share, category: str) -> Rule | None:
    """The rule that a share of a category breaks which nothing permits."""
    bound = _purpose_bound(case, share)
    if bound is not None:
        return bound
    limits = [
        row
        for row in case.policy.of(MayReceive)
        if row.limits
        and share.recipient_kind in row.recipients
        and (row.asked is None or (row.asked == "complaint") == share.about_complaint)
    ]
    for row in limits:
        if row.categories is not None and category in row.categories:
            return row
    if limits:
        return limits[0]
    for closed in case.policy.of(ShareClosed):
        if (closed.recipients is None or share.recipient_kind in closed.recipients) and (
            closed.functions is None or share.functions.intersection(closed.functions)
        ):
            return closed
    return None


def _purpose_bound(case: Case, share: Share) -> PurposeBound | None:
    if not share.own_purpose:
        return None
    for rule in case.policy.of(PurposeBound):
        if "share" in rule.on and share.recipient_kind in rule.recipients:
            return rule
    return None


def _on_withdrawn(case: Case, share: Share, categories: frozenset[str]) -> Iterator[Finding]:
    """What rests on a consent that was taken back."""
    for rule in case.policy.of(ShareAfterWithdrawal):
        taken_back = withdrawn(case, share, categories) if categories else categories
        if taken_back:
            yield broken(rule, case.event, taken_back)


def _after_opt_out(case: Case, share: Share) -> Iterator[Finding]:
    for rule in case.policy.of(ShareAfterOptOut):
        if share.recipient_kind not in rule.recipients or (rule.paid and not _is_paid(case, share)):
            continue
        unwanted = objected(case, share) if rule.of == "sharing" else _unwanted(case, share)
        if unwanted:
            yield broken(rule, case.event, unwanted)


def _is_paid(case: Case, share: Share) -> bool:
    return share.for_payment or isinstance(case.data, DataSold)


def _unwanted(case: Case, share: Share) -> frozenset[str]:
    """What of a share goes out after opting out of marketing, and without consent since."""
    since = opt_outs_of(case.history).since(None, share.at)
    asked = {} if since is None else dict.fromkeys(share.personal, since)
    return not_agreed_since(case, share, asked)
