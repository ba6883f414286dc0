"""What holds of every finding: its rule is in force, its event on record, its kind its rule's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lineage.domain.findings import FindingKind
from lineage.events import RequestDecided
from lineage.policy.words import category_words
from tests.fuzz.asking import Asked

LESSER = (FindingKind.DEFAULT_VIOLATION, FindingKind.GAP)


def findings_name_a_rule_in_force(asked: Asked) -> Iterator[str]:
    """D-31: each event is judged by the version in force when it happened. Only what is wrong with
    the process has no rule.
    """
    for found in asked.all_findings:
        assert found.event is not None
        policy = asked.policy_at(found.event.occurred_at)
        if found.kind is FindingKind.PROCESS:
            if found.rule is not None or not found.reason:
                yield f"{found.event.id}: {found}"
        elif found.rule not in {rule.rule for rule in policy.every_rule()}:
            yield f"{found.event.id}: {found.rule} is not in {policy.version}"


def findings_are_on_events_on_record(asked: Asked) -> Iterator[str]:
    """A finding is on an event that counts: not on one that was taken back or lies ahead."""
    known = {id(event) for event in (*asked.history.everything, *asked.history.everything_wide)}
    for found in asked.all_findings:
        if id(found.event) not in known:
            yield f"{found.event}"


def findings_are_about_what_the_event_names(asked: Asked) -> Iterator[str]:
    """The categories are those of the event, if it names any. A refusal is about what was asked."""
    for found in asked.all_findings:
        assert found.event is not None
        named = {word for _, word in category_words(found.event.data)}
        if named and not isinstance(found.event.data, RequestDecided):
            beyond = {*found.categories} - named
            yield from (f"{found.event.id}: {found.rule} of {word}" for word in beyond)


def the_kind_is_that_of_the_rule(asked: Asked) -> Iterator[str]:
    """Section 0.6: a violation breaks a rule of the text, a default violation our own default."""
    for found in asked.all_findings:
        default = (found.rule or "").startswith("D-")
        if (found.kind is FindingKind.VIOLATION and default) or (
            found.kind is FindingKind.DEFAULT_VIOLATION and not default
        ):
            yield f"{found.kind} of {found.rule}"


def a_violation_suppresses_what_is_less(asked: Asked) -> Iterator[str]:
    """Section 0.6: on one event a violation suppresses default violations and gaps for the same
    categories.
    """
    violated: dict[str, set[str]] = defaultdict(set)
    for found in asked.all_findings:
        if found.kind is FindingKind.VIOLATION and found.event is not None:
            violated[found.event.id].update(found.categories)
    for found in asked.all_findings:
        if found.kind in LESSER and found.event is not None:
            both = violated[found.event.id].intersection(found.categories)
            yield from (f"{found.event.id}: {found.rule} of {word}" for word in both)


LAWS = (
    findings_name_a_rule_in_force,
    findings_are_on_events_on_record,
    findings_are_about_what_the_event_names,
    the_kind_is_that_of_the_rule,
    a_violation_suppresses_what_is_less,
)
