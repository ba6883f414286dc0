"""What must follow, and what must not, when one thing about the policy changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import get_args

from lineage.domain.findings import FindingKind
from lineage.events.enums import RecipientKind
from lineage.policy.kinds.fan_out import FanOut
from lineage.policy.kinds.requests import RequestClock
from lineage.policy.kinds.retention import RetentionLimit
from lineage.policy.kinds.stated import Stated
from tests.fuzz.asking import Asked
from tests.fuzz.laws.comparing import (
    differences,
    erase_dates,
    hold_dates,
    later,
    lost,
    no_later,
    request_dates,
)
from tests.fuzz.variations import (
    drawn_rule,
    with_each_rule,
    with_limits,
    with_policies,
    with_rule,
    without,
)


def a_stricter_retention_never_lengthens_a_date(asked: Asked) -> Iterator[str]:
    """D-12: the earliest applicable date governs. One period more, or each a unit shorter, moves
    no date back and makes none vanish.
    """
    before = erase_dates(asked)
    added = with_rule(asked, drawn_rule(asked, RetentionLimit))
    for stricter in (added, with_limits(asked, "retention_limit", -1)):
        after = erase_dates(stricter)
        yield from later(before, after)
        yield from (f"{row} has no row any more" for row in before.keys() - after.keys())


def a_longer_minimum_never_shortens_a_hold(asked: Asked) -> Iterator[str]:
    """004.J.2, D-13: a minimum is a floor."""
    longer = with_limits(asked, "retention_minimum", 1)
    yield from later(hold_dates(longer), hold_dates(asked))
    held = {(due.category, due.order_id) for due in longer.retention if due.action == "hold"}
    for due in asked.retention:
        if due.action == "hold" and (due.category, due.order_id) not in held:
            yield f"{due.category} is on hold no more"


def a_shorter_clock_never_lengthens_a_limit(asked: Asked) -> Iterator[str]:
    """D-29: of several clocks the earliest wins per step. The same of all other periods."""
    before = request_dates(asked)
    after = request_dates(with_limits(asked, "request_clock", -1))
    if before.keys() != after.keys():
        yield f"limits {before.keys() ^ after.keys()}"
    for one in before.keys() & after.keys():
        if after[one] > before[one]:
            yield f"{one}: {before[one]}, then {after[one]}"
    ending = with_limits(asked, "erasure_after_cancellation", -1).cancellation.erase_by
    cleaned = with_limits(asked, "minor_clean_up", -1).minors.erase_by
    yield from no_later("cancellation", asked.cancellation.erase_by, ending)
    yield from no_later("clean-up", asked.minors.erase_by, cleaned)
    shorter = with_limits(asked, "breach_notice", -1).breaches
    for old, new in zip(asked.breaches, shorter, strict=True):
        yield from no_later("breach", old.notify_by, new.notify_by)


def one_more_clock_never_lengthens_a_limit(asked: Asked) -> Iterator[str]:
    """D-29: of several clocks the earliest wins per step. A triage is what other clocks start
    from, so that one more may put them off.
    """
    clock = drawn_rule(asked, RequestClock)
    if clock.get("step") == "triage":
        return
    after = request_dates(with_rule(asked, clock))
    for one, moment in request_dates(asked).items():
        if after[one] > moment:
            yield f"{one}: {moment}, then {after[one]}"


def a_shorter_clock_never_delays_a_notice(asked: Asked) -> Iterator[str]:
    """D-04: who is told stays told, by no later day, and erases by no later day."""
    shorter = with_limits(asked, "notice_clock", -1)
    for old, new in zip(asked.plans, shorter.plans, strict=True):
        after = {row.recipient: row for row in new.rows.told}
        for row in old.rows.told:
            yield from no_later(row.recipient, row.send_by, after[row.recipient].send_by)
            yield from no_later(row.recipient, row.erase_by, after[row.recipient].erase_by)


def a_day_off_never_brings_a_date_forward(asked: Asked) -> Iterator[str]:
    """D-01: a day off is no working day, so that what counts in working days ends no earlier."""

    def off(policy: dict[str, object]) -> None:
        calendar = policy["calendar"]
        assert isinstance(calendar, dict)
        days = {*calendar.get("holidays", ()), *(str(d) for d in asked.composition.words.days[2:4])}
        calendar["holidays"] = sorted(days)

    after = with_policies(asked, off)
    yield from later(erase_dates(after), erase_dates(asked))
    dates = request_dates(after)
    for one, moment in request_dates(asked).items():
        if dates[one] < moment:
            yield f"{one}: {moment}, then {dates[one]}"


def without_an_exemption_nobody_is_lost(asked: Asked) -> Iterator[str]:
    """000.F.4, D-49: these rules leave recipients out and do nothing else."""
    yield from lost(asked, without(asked, "exemption", "legal_compulsion"))


def one_more_fan_out_loses_nobody(asked: Asked) -> Iterator[str]:
    """A row reaches more recipients, or the same under another rule."""
    row = drawn_rule(asked, FanOut)
    if not row.get("to") and not row.get("but"):
        row["to"] = list(get_args(RecipientKind)[:3])
    yield from lost(asked, with_rule(asked, row))


def without_rules_nothing_is_broken(asked: Asked) -> Iterator[str]:
    """Section 0.6: a violation breaks a rule. A policy without one has only findings on the
    process: what waits for an officer, what contradicts itself.
    """
    for found in with_each_rule(asked, lambda _: None).all_findings:
        if found.kind is not FindingKind.PROCESS:
            yield f"{found.kind} of {found.rule}"


def what_is_only_stated_changes_nothing(asked: Asked) -> Iterator[str]:
    """Kind ``stated``: kept so that none is missing, and nothing is judged."""
    yield from differences(asked, with_rule(asked, drawn_rule(asked, Stated)))


def the_order_of_kinds_means_nothing(asked: Asked) -> Iterator[str]:
    """Rules are read in the order of the file within their kind; of different kinds in none."""

    def by_kind(policy: dict[str, list[dict[str, str]]]) -> None:
        policy["rules"].sort(key=lambda rule: rule["kind"], reverse=True)

    yield from differences(asked, with_policies(asked, by_kind))


def a_version_to_come_changes_nothing(asked: Asked) -> Iterator[str]:
    """D-31: a later version counts from its ``effective_from``."""
    last = asked.versions[-1]
    head = {"version": "to-come", "effective_from": date.max, "rules": ()}
    coming = last.model_copy(update=head)
    coming.__dict__.pop("_by_kind", None)
    yield from differences(asked, asked.under(type(asked.library)([*asked.versions, coming])))


def equal_questions_have_equal_answers(asked: Asked) -> Iterator[str]:
    """Nothing that was asked before is left over in what is asked next."""
    yield from differences(asked, asked.under(asked.library))


LAWS = (
    a_stricter_retention_never_lengthens_a_date,
    a_longer_minimum_never_shortens_a_hold,
    a_shorter_clock_never_lengthens_a_limit,
    one_more_clock_never_lengthens_a_limit,
    a_shorter_clock_never_delays_a_notice,
    a_day_off_never_brings_a_date_forward,
    without_an_exemption_nobody_is_lost,
    one_more_fan_out_loses_nobody,
    without_rules_nothing_is_broken,
    what_is_only_stated_changes_nothing,
    the_order_of_kinds_means_nothing,
    a_version_to_come_changes_nothing,
    equal_questions_have_equal_answers,
)
