"""What must follow, and what must not, when one more thing is on record."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from lineage.events import (
    AccountCancellationRequested,
    ConsentWithdrawn,
    EventClass,
    EventRetracted,
    EventScope,
    IdentityLinked,
    RequestReceived,
    RequestWithdrawn,
    RetentionHoldReleased,
)
from tests.fuzz.asking import Asked
from tests.fuzz.histories import MODELS
from tests.fuzz.laws.comparing import differences, erase_dates, later, lost, worse
from tests.fuzz.laws.plans import left_out, told
from tests.fuzz.values import drawn_fields
from tests.fuzz.variations import said

NEWCOMER: Final = "Newcomer"
RETRACTABLE: Final = [
    name
    for name, model in MODELS.items()
    if model.event_scope is EventScope.PERSON
    and model.event_class is not EventClass.SYSTEM
    and model not in (EventRetracted, IdentityLinked)
]


def begin(asked: Asked) -> int:
    """A moment before everything that is on record."""
    return min(one.occurred_at for one in asked.composition.recorded) - 1


def a_hold_of_ours_changes_no_notice(asked: Asked) -> Iterator[str]:
    """D-11: still notify downstream for all shared categories, unless the hold names that
    recipient; our own systems keep everything. A release at the very time comes after the hold.
    """
    if any(one.occurred_at == asked.as_of for one in asked.history.only(RetentionHoldReleased)):
        return
    words = list(asked.composition.words.categories)
    held = asked.after(said(asked, "retention_hold_placed", law="tax", categories=words))
    for old, new in zip(asked.plans, held.plans, strict=True):
        if told(old) != told(new):
            yield f"{told(old) ^ told(new)} by a hold of ours"
        if not new.of_account and new.rows.own:
            yield f"{new.rows.own} though on hold"
    for due in held.retention:
        if due.category in words and due.action != "hold":
            yield f"{due.category}: {due.action} though on hold"


def who_confirms_is_told_no_more(asked: Asked) -> Iterator[str]:
    """D-50: if the recipient confirmed deletion after its last share, no notice. A share at the
    very time of the erasure is held still.
    """
    names = {row.recipient for plan in asked.plans for row in plan.rows.told}
    words = [*asked.composition.words.categories]
    for name in sorted(names)[:1]:
        erased = asked.after(said(asked, "recipient_deleted", recipient=name, categories=words))
        for plan in erased.plans:
            for row in plan.rows.told:
                late = {c for c, at in row.received.items() if at >= asked.as_of}
                if row.recipient == name and not plan.of_account and {*row.categories} - late:
                    yield f"{name} is told of {row.categories}"


def a_late_fact_takes_nobody_out(asked: Asked) -> Iterator[str]:
    """Once a cause stands, what comes on record later takes nobody out of its plan, unless an
    officer confirms it: neither a grant of the person's own nor a copy made unrestorable.
    """
    names = {name for plan in asked.plans if plan.cause.stands for name, _ in told(plan)}
    words = [*asked.composition.words.categories]
    for name in sorted(names)[:1]:
        unrestorable = said(
            asked, "data_deidentified", holder=name, reversible=False, categories=words
        )
        grant = said(asked, "consent_granted", id="grant", at=begin(asked), granted_to=name)
        after = asked.after(unrestorable, grant)
        for old, new in zip(asked.plans, after.plans, strict=True):
            if old.cause.stands:
                yield from (f"{one} is told no more" for one in told(old) - told(new))


def a_new_recipient_loses_nobody(asked: Asked) -> Iterator[str]:
    """One more share adds its recipient, told or left out, and takes away nobody else."""
    word = asked.composition.words.categories[0]
    share = said(
        asked, "data_shared", recipient=NEWCOMER, recipient_kind="logistics", categories=[word]
    )
    more = asked.after(share)
    yield from lost(asked, more)
    for plan in more.plans:
        names = {name for name, _ in told(plan) | left_out(plan)}
        if NEWCOMER not in names and plan.cause.asks_for(word) and not plan.of_account:
            yield f"{NEWCOMER} is neither told nor left out"


def a_new_copy_never_lengthens_a_date(asked: Asked) -> Iterator[str]:
    """D-12: the earliest date governs, so that what is there goes no later when it comes again."""
    words = list(asked.composition.words.categories)
    again = asked.after(said(asked, "log_recorded", categories=words))
    known = asked.own_copies.data.keys()
    there = {(d.category, d.order_id) for d in asked.retention if d.there and d.category in known}
    before = {row: day for row, day in erase_dates(asked).items() if row in there}
    yield from later(before, erase_dates(again))


def accepting_gives_what_was_shown(asked: Asked) -> Iterator[str]:
    """An officer approves the plan that was shown as if it were accepted, and no other. Told of
    requests for deletion that wait: what a cancellation does stands in the policy.
    """
    others = {data.request_id for _, data in asked.history.every(RequestWithdrawn)}
    others |= {data.request_id for _, data in asked.history.every(AccountCancellationRequested)}
    asking = {
        data.request_id
        for _, data in asked.history.every(RequestReceived)
        if data.right == "deletion"
    }
    for plan in asked.plans:
        request = plan.cause.request_id
        waits = plan.if_accepted and plan.cause.why_not == "request_undecided"
        if not waits or request is None or request not in asking - others:
            continue
        decided = asked.after(
            said(asked, "request_decided", request_id=request, outcome="accepted")
        )
        for new in decided.plans:
            same = (new.cause.request_id, new.of_account) == (request, plan.of_account)
            if same and told(new) != told(plan):
                yield f"{request}: {told(new) ^ told(plan)}, if_accepted={new.if_accepted}"


def what_is_taken_back_never_was(asked: Asked) -> Iterator[str]:
    """An event that was taken back counts as never having happened, whatever it was: but for what
    is taken back after a deletion was accepted, which waits for an officer.
    """
    if any(cause.stands for cause in asked.causes):
        return
    rng = Random(f"{asked.composition.seed} taken back")
    name = rng.choice(RETRACTABLE)
    data = drawn_fields(MODELS[name], rng, asked.composition.words)
    wrong = said(asked, name, **data)
    back = said(
        asked,
        "event_retracted",
        id="back",
        retracted_source=wrong.source,
        retracted_id=wrong.id,
        reason="wrong",
    )
    yield from differences(asked, asked.after(wrong, back))


def a_consent_makes_nothing_worse(asked: Asked) -> Iterator[str]:
    """What was done without a consent is judged no milder. A consent that was taken back is worse
    than none (D-44), so that nothing is said of histories with a withdrawal.
    """
    if asked.history.only(ConsentWithdrawn):
        return
    yield from worse(asked, asked.after(said(asked, "consent_granted", at=begin(asked))))


def an_objection_lets_nothing_off(asked: Asked) -> Iterator[str]:
    """C.1, D-23, D-54: what was wrong is no better for a person who had said no to it."""
    for name in ("marketing_opt_out", "sharing_opt_out", "consent_withdrawn"):
        yield from worse(asked.after(said(asked, name, at=begin(asked))), asked)


def the_order_of_arrival_means_nothing(asked: Asked) -> Iterator[str]:
    """What we know is one fold over the events in canonical order, never in order of arrival."""
    yield from differences(asked, asked.arrived_backwards())


LAWS = (
    a_hold_of_ours_changes_no_notice,
    who_confirms_is_told_no_more,
    a_late_fact_takes_nobody_out,
    a_new_recipient_loses_nobody,
    a_new_copy_never_lengthens_a_date,
    accepting_gives_what_was_shown,
    what_is_taken_back_never_was,
    a_consent_makes_nothing_worse,
    an_objection_lets_nothing_off,
    the_order_of_arrival_means_nothing,
)
