"""What holds of every date: none before what starts it, none overdue before it has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from lineage.domain.facts import Recorded
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    AccountCancelled,
    BreachDetected,
    MinorIdentified,
    RequestDecided,
    RequestReceived,
    RequestWithdrawn,
    UserRegistered,
)
from lineage.events.times import from_micros, to_micros
from lineage.policy.kinds.breach import BreachNotice
from lineage.policy.kinds.ending import ErasureAfterCancellation
from lineage.policy.kinds.minors import MinorCleanUp
from tests.fuzz.asking import Asked

DAY = 86_400_000_000


def day_of(event: Recorded) -> date:
    """The day of an event."""
    return from_micros(event.occurred_at).date()


def last_moment(due: date) -> int:
    """The last microsecond in time: of a time itself, of a day its end (D-01)."""
    if isinstance(due, datetime):
        return to_micros(due)
    return (due.toordinal() - date(1970, 1, 1).toordinal() + 1) * DAY - 1


def no_limit_lies_before_the_request(asked: Asked) -> Iterator[str]:
    """D-01, D-03: the receipt is the earliest start there is, and its day is day 0."""
    for request, found in asked.limits.items():
        receipts = [
            event
            for event, data in asked.history.every(RequestReceived, AccountCancellationRequested)
            if getattr(data, "request_id", None) == request
        ]
        for name in ("reply_target", "reply_by", "outcome_by", "triage_by"):
            due = getattr(found, name)
            if due is not None and last_moment(due) < min(e.occurred_at for e in receipts):
                yield f"{request}: {name} is {due}"


def the_target_is_no_later_than_the_limit(asked: Asked) -> Iterator[str]:
    """D-02: the target is the warning, the limit the breach."""
    for request, found in asked.limits.items():
        target, limit = found.reply_target, found.reply_by
        if target is not None and (limit is None or last_moment(target) > last_moment(limit)):
            yield f"{request}: {target} before {limit}"


def nothing_is_overdue_in_time(asked: Asked) -> Iterator[str]:
    """D-01: a deadline is missed once its last day is over; a request withdrawn has none left."""
    for request, found in asked.limits.items():
        withdrawn = [
            event
            for event, data in asked.history.every(RequestWithdrawn)
            if data.request_id == request
        ]
        for name in found.overdue:
            due = getattr(found, name)
            if withdrawn or due is None or last_moment(due) >= asked.as_of:
                yield f"{request}: {name} is {due}, asked on {asked.today}"


def every_limit_names_its_rule(asked: Asked) -> Iterator[str]:
    """A limit without a rule of the policy in force at the receipt is nobody's word."""
    for request, found in asked.limits.items():
        receipt = asked.history.requests[request].receipt
        named = {
            name
            for name in ("reply_target", "reply_by", "outcome_by", "triage_by", "reply_channel")
            if getattr(found, name) is not None
        }
        if named != set(found.rules):
            yield f"{request}: {sorted(named)} under {found.rules}"
        if receipt is None:
            continue
        known = {rule.rule for rule in asked.policy_at(receipt.occurred_at).every_rule()}
        yield from (f"{request}: {rule}" for rule in {*found.rules.values()} - known)


def a_cancellation_erases_after_it_began(asked: Asked) -> Iterator[str]:
    """002.J.2, 000.G.2: the period counts from a step of the cancellation, or of the request that
    was approved as one; without a step there is neither state nor date, and without a rule no date.
    """
    steps = asked.history.only(
        AccountCancellationRequested,
        AccountCancellationApproved,
        AccountCancelled,
        RequestReceived,
        RequestDecided,
    )
    found = asked.cancellation
    if not steps and (found.state != "none" or found.erase_by is not None):
        yield f"{found} of no cancellation"
    if found.erase_by is None:
        return
    if found.erase_by < min(map(day_of, steps)):
        yield f"{found.erase_by} before the first step"
    if not any(one.of(ErasureAfterCancellation) for one in asked.versions):
        yield f"{found.erase_by} without a rule"


def nobody_is_a_minor_without_an_age(asked: Asked) -> Iterator[str]:
    """D-20: age unknown is no minor until declared or found; and the clean-up starts after."""
    ages = [
        event
        for event, data in asked.history.every(UserRegistered)
        if data.birth_date is not None or data.age_band is not None
    ]
    ages += asked.history.only(MinorIdentified)
    found = asked.minors
    if not ages and (found.minor or found.erase_by is not None):
        yield f"{found} of nobody's age"
    if found.erase_by is not None:
        if found.erase_by < min(map(day_of, asked.history.everything)):
            yield f"{found.erase_by} before anything happened"
        if not any(one.of(MinorCleanUp) for one in asked.versions):
            yield f"{found.erase_by} without a rule"


def a_breach_is_told_after_it_was_found(asked: Asked) -> Iterator[str]:
    """D-65, 001.N.1: the clock counts from the detection; who was told, or is covered by an
    announcement, is not left to be told.
    """
    detected = [
        event
        for event, _ in asked.history.every_wide(BreachDetected)
        if asked.policy_at(event.occurred_at).of(BreachNotice)
    ]
    if len(detected) != len(asked.breaches):
        yield f"{len(asked.breaches)} answers on {len(detected)} breaches"
    for event, due in zip(detected, asked.breaches, strict=False):
        if due.notify_by < day_of(event):
            yield f"{due.breach}: by {due.notify_by}, found on {day_of(event)}"
        if due.told.intersection(due.not_told) or (due.announced and due.not_told):
            yield f"{due.breach}: {due.not_told} are to be told again"


LAWS = (
    no_limit_lies_before_the_request,
    the_target_is_no_later_than_the_limit,
    nothing_is_overdue_in_time,
    every_limit_names_its_rule,
    a_cancellation_erases_after_it_began,
    nobody_is_a_minor_without_an_age,
    a_breach_is_told_after_it_was_found,
)
