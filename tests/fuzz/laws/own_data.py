"""What holds of our own copies: what is kept is not erased, what is reviewed has no date."""

from __future__ import annotations

from collections.abc import Iterator

from lineage.domain.facts import Recorded
from lineage.domain.holdings import holdings
from lineage.events import RetentionHoldPlaced, RetentionHoldReleased, SelfServiceCleared
from lineage.events.types import CONTROLLER
from lineage.policy.words import category_words
from tests.fuzz.asking import Asked
from tests.fuzz.laws.dates import day_of

CLEARED = {"search_history": "search_history", "cookies": "cookie_id", "posts": "ugc"}
"""What is cleared under which word (section 4.0 of the contract)"""


def words_of(event: Recorded) -> set[str]:
    """The categories that an event names, or clears by a word of its own."""
    named = {word for _, word in category_words(event.data)}
    if isinstance(event.data, SelfServiceCleared) and event.data.what in CLEARED:
        named.add(CLEARED[event.data.what])
    return named


def what_is_on_hold_is_not_erased(asked: Asked) -> Iterator[str]:
    """D-11, D-12: a hold of ours on record wins, whatever asks for erasure. Told only of holds
    that nobody released anything of, so that no reading of a release is needed here.
    """
    if asked.history.only(RetentionHoldReleased):
        return
    kept = {
        category
        for _, data in asked.history.every(RetentionHoldPlaced)
        if data.holder == CONTROLLER and (data.until is None or data.until >= asked.today)
        for category in data.categories
    }
    for due in asked.retention:
        if due.category in kept and due.action != "hold":
            yield f"{due.category}: {due.action}"
    for plan in asked.plans:
        if not plan.of_account:
            own = {category for row in plan.rows.own for category in row.categories}
            yield from (f"{category} is to be erased by us" for category in own & kept)


def a_hold_lasts_until_its_last_day(asked: Asked) -> Iterator[str]:
    """D-57: data may exist on the last day. A hold that runs has not ended, one that has ended
    holds nothing up.
    """
    for due in asked.retention:
        if due.hold_until is None:
            continue
        if due.action == "hold" and due.hold_until < asked.today:
            yield f"{due.category} is on hold since {due.hold_until}"
        if due.action != "hold" and due.hold_until > asked.today:
            yield f"{due.category}: {due.action} until {due.hold_until}"


def what_is_reviewed_has_no_date(asked: Asked) -> Iterator[str]:
    """A date is that of something that asks for erasure, and is overdue once it has passed."""
    for due in asked.retention:
        if due.action == "review" and due.erase_by is not None:
            yield f"{due.category}: review by {due.erase_by}"
        late = due.erase_by is not None and due.erase_by < asked.today
        if due.overdue is not (late and due.there and due.action != "hold"):
            yield f"{due.category}: overdue is {due.overdue} of {due}"


def nothing_is_due_before_anything_happened(asked: Asked) -> Iterator[str]:
    """D-01: no period ends before its start, and every start is an event."""
    events = asked.history.everything
    for due in asked.retention:
        if due.erase_by is not None and due.erase_by < min(map(day_of, events)):
            yield f"{due.category}: {due.erase_by}"
    for period in asked.own_copies.personal:
        if period.to_day is not None and period.to_day < period.from_day:
            yield f"{period}"


def every_row_is_answered_once(asked: Asked) -> Iterator[str]:
    """One row for each category, of order data one for each order."""
    rows = [(due.category, due.order_id) for due in asked.retention]
    yield from (f"{row} twice" for row in {*rows} if rows.count(row) > 1)


def every_answer_names_a_rule_there_is(asked: Asked) -> Iterator[str]:
    """What is due is due under a rule of one of the versions."""
    known = {rule.rule for policy in asked.versions for rule in policy.every_rule()}
    named = {due.rule for due in asked.retention} | {asked.minors.rule, asked.cancellation.rule}
    yield from (f"{rule}" for rule in named - known - {None})


def our_copies_are_on_record(asked: Asked) -> Iterator[str]:
    """A category that no event of hers names has no state; one that a system holds by section 4.0
    is present or hidden, where erasing in the live systems is what counts.
    """
    named = {word for event in asked.history.everything for word in words_of(event)}
    states = asked.own_copies.data
    yield from (f"{word} has a state" for word in states.keys() - named)
    facts = asked.dossier.whole.facts
    held = {
        row.category
        for row in holdings(facts.edges, facts.erasures, controller=asked.dossier.controller)
        if row.held and row.holder.kind.value == "system"
    }
    for word in held:
        if states.get(word) not in ("present", "hidden") and not asked.backups_count:
            yield f"{word} is held and {states.get(word)}"


def our_systems_erase_what_they_got(asked: Asked) -> Iterator[str]:
    """A share alone proves no copy of ours: a system erases what an event of its own names, or what
    was cleared there and must be kept.
    """
    for plan in asked.plans:
        named = {(e.source, word) for e in plan.history.everything for word in words_of(e)}
        own = {(row.system, category) for row in plan.rows.own for category in row.categories}
        yield from (f"{one} has no such copy" for one in own - named)


LAWS = (
    what_is_on_hold_is_not_erased,
    a_hold_lasts_until_its_last_day,
    what_is_reviewed_has_no_date,
    nothing_is_due_before_anything_happened,
    every_row_is_answered_once,
    every_answer_names_a_rule_there_is,
    our_copies_are_on_record,
    our_systems_erase_what_they_got,
)
