"""What holds of every plan: who is told, who is left out, of what, why and by when."""

from __future__ import annotations

from collections.abc import Iterator

from lineage.domain.facts import HolderKind
from lineage.domain.holdings import Holding
from lineage.domain.planning.exemptions import REASONS
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    AccountCancelled,
    ConsentGranted,
    RequestDecided,
    RetentionHoldPlaced,
)
from lineage.policy.kinds.fan_out import (
    AccountCovers,
    CleanUpFanOut,
    DocumentedHop,
    FanOut,
    LegalCompulsion,
    NoticeClock,
)
from tests.domain.plain_holdings import plain_holdings
from tests.fuzz.asking import Asked
from tests.fuzz.planned import Plan

Pair = tuple[str, str]
"""(recipient, category)"""

DIRECT = 2
"""Length of the way to whom the controller itself gave it"""


def told(plan: Plan) -> set[Pair]:
    """Who is told of what."""
    return {(row.recipient, category) for row in plan.rows.told for category in row.categories}


def left_out(plan: Plan) -> set[Pair]:
    """Who is left out of what."""
    return {(row.recipient, category) for row in plan.rows.left_out for category in row.categories}


def on_record(plan: Plan) -> list[Holding]:
    """What recipients hold or held, by the plain rules of section 4.0 of the contract."""
    facts = plan.facts
    rows = plain_holdings(facts.edges, facts.erasures, plan.dossier.controller)
    return [row for row in rows if row.holder.kind is HolderKind.RECIPIENT]


def nobody_is_told_of_what_it_does_not_hold(asked: Asked) -> Iterator[str]:
    """D-50: who confirmed the deletion after its last share gets no notice, and who never got
    anything all the less.
    """
    for plan in asked.plans:
        held = {(row.holder.name, row.category) for row in on_record(plan) if row.held}
        yield from (f"{one} is told and does not hold it" for one in told(plan) - held)


def nobody_falls_through(asked: Asked) -> Iterator[str]:
    """Every recipient on record of what a cause asks for is told, or left out with a reason."""
    for plan in asked.plans:
        if plan.of_account:
            continue
        known = {
            (row.holder.name, row.category)
            for row in on_record(plan)
            if plan.cause.asks_for(row.category)
        }
        lost = known - told(plan) - left_out(plan)
        yield from (f"{one} is neither told nor left out" for one in lost)


def nobody_is_both_told_and_left_out(asked: Asked) -> Iterator[str]:
    """By one cause a recipient is told of a category or is not."""
    for plan in asked.plans:
        yield from (f"{one} is both" for one in told(plan) & left_out(plan))


def a_plan_keeps_to_what_was_asked(asked: Asked) -> Iterator[str]:
    """A request for some categories is about these: of recipients, and of our own systems."""
    for plan in asked.plans:
        own = {(row.system, category) for row in plan.rows.own for category in row.categories}
        for one in told(plan) | left_out(plan) | own:
            if not plan.cause.asks_for(one[1]):
                yield f"{one} was not asked for"


def nobody_is_told_before_a_decision(asked: Asked) -> Iterator[str]:
    """000.F.5, 004.F.2: the duty hangs on the decision. Without it everybody is left out for that
    reason, and our own systems erase nothing.
    """
    for plan in asked.plans:
        if plan.tells:
            continue
        if plan.rows.told or plan.rows.own:
            yield f"{plan.cause.why_not}, and yet {plan.rows}"
        for row in plan.rows.left_out:
            if row.reason != plan.cause.why_not:
                yield f"{row} where {plan.cause.why_not}"


def a_cause_stands_on_an_event(asked: Asked) -> Iterator[str]:
    """A standing cause is an accepting decision, a cancellation, or a clean-up that fans out."""
    cancelled = (AccountCancellationApproved, AccountCancellationRequested, AccountCancelled)
    accepting = [
        event
        for event, data in asked.history.every(RequestDecided)
        if data.outcome in ("accepted", "partly")
    ]
    for cause in asked.causes:
        cleaned_up = isinstance(cause.rule, CleanUpFanOut)
        if cause.stands and not (accepting or asked.history.only(*cancelled) or cleaned_up):
            yield f"{cause.request_id} stands on nothing"


def every_reason_has_its_fact(asked: Asked) -> Iterator[str]:
    """Who is left out is left out for something that is on record or in the policy."""
    for plan in asked.plans:
        history, policy = plan.history, plan.cause.policy
        rows = {(row.holder.name, row.category): row for row in on_record(plan)}
        holds = {data.holder for _, data in history.every(RetentionHoldPlaced)}
        grants = {data.granted_to for _, data in history.every(ConsentGranted)}
        impersonal = policy.never_personal | policy.personal_in_combination
        for out in plan.rows.left_out:
            for category in out.categories:
                row = rows.get((out.recipient, category))
                so = {
                    "legal_hold": out.recipient in holds,
                    "independent_authorisation": out.recipient in grants,
                    "excluded_by_law": bool(policy.of(LegalCompulsion)),
                    "already_erased": row is not None and not row.held,
                    "non_identifying": category in impersonal,
                    "source_only": row is None,
                    "unreachable": row is not None and row.held,
                    "deidentified": row is not None and (row.deidentified or not row.held),
                }
                if not so.get(out.reason, out.reason in REASONS):
                    yield f"{out.recipient}, {category}: {out.reason}"


def notices_name_rules_of_their_policy(asked: Asked) -> Iterator[str]:
    """Every answer names its rule, and that is one of the policy in force."""
    for plan in asked.plans:
        known = {rule.rule for rule in plan.cause.policy.every_rule()}
        named = {row.rule.rule for row in plan.rows.told}
        named |= {row.rule for row in plan.rows.left_out if row.rule is not None}
        yield from (f"{rule} is not in the policy" for rule in named - known)


def only_an_account_that_ends_covers_others(asked: Asked) -> Iterator[str]:
    """D-37: where the policy says so. A minor's clean-up (D-51) is about the minor alone."""
    for plan in asked.plans:
        if plan.of_account:
            if isinstance(plan.cause.rule, CleanUpFanOut):
                yield f"{plan.cause.rule} covers others"
            if not plan.cause.policy.of(AccountCovers):
                yield "others are covered without a rule"


def who_is_told_is_meant_by_its_rule(asked: Asked) -> Iterator[str]:
    """A row of the fan-out reaches its kinds of recipients, at its distance; a hop that the policy
    documents is as near as a direct one (D-05, D-06).
    """
    for plan in asked.plans:
        near = bool(plan.cause.policy.of(DocumentedHop))
        for row in plan.rows.told:
            rule, kind = row.rule, row.recipient_kind
            if not isinstance(rule, FanOut):
                continue
            if kind not in rule.to if rule.to else kind in rule.but:
                yield f"{row.recipient}, {kind}, is told under {rule}"
            if len(row.path) > DIRECT and rule.hops == "direct" and not near:
                yield f"{row.path} is told under {rule}"


def notices_go_out_after_the_decision(asked: Asked) -> Iterator[str]:
    """D-01, D-04, D-15: day 0 is that of the decision, or of recording where that is later; the
    recipient's time counts from the sending. Without a rule for it there is no last day.
    """
    for plan in asked.plans:
        day = plan.cause.day or asked.today
        erases = any(clock.of == "erase" for clock in plan.cause.policy.of(NoticeClock))
        for row in plan.rows.told:
            if row.send_by < day:
                yield f"{row.recipient} is told by {row.send_by}, decided on {day}"
            if (row.erase_by is not None) is not erases:
                yield f"{row.recipient} erases by {row.erase_by}"
            if row.erase_by is not None and row.erase_by < row.send_by:
                yield f"{row.recipient} erases by {row.erase_by}, told by {row.send_by}"


LAWS = (
    nobody_is_told_of_what_it_does_not_hold,
    nobody_falls_through,
    nobody_is_both_told_and_left_out,
    a_plan_keeps_to_what_was_asked,
    nobody_is_told_before_a_decision,
    a_cause_stands_on_an_event,
    every_reason_has_its_fact,
    notices_name_rules_of_their_policy,
    only_an_account_that_ends_covers_others,
    who_is_told_is_meant_by_its_rule,
    notices_go_out_after_the_decision,
)
