"""What could be wrong with a policy by one step."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from lineage.policy.kinds.requests import RequestClock
from lineage.policy.kinds.retention import RetentionLimit
from lineage.policy.loader import load_library
from lineage.policy.model import Policy
from lineage.policy.mutants import OFF, Entry, entries, mutants

LIBRARY: Final = load_library()
POLICIES: Final = [LIBRARY.versions(name)[0] for name in LIBRARY.controllers]
SMALL: Final = """\
id: small
prefix: "900"
name: Small
effective_from: 2026-01-01
personal:
  never:
    - {categories: [aggregate_stats], rule: D-70, basis: default, says: Sums name nobody.}
  only_in_combination:
    - {categories: [cookie_id], rule: D-42, basis: default, says: A cookie alone names nobody.}
calendar: {rule: D-01, basis: default, says: Mondays to Fridays, holidays: [2026-01-01, 2026-01-02]}
rules:
  - {kind: request_clock, rule: 900.K.1, basis: policy, says: Soon., section: "1",
     rights: [access], unit: working_day, limit: 1, target: 0}
  - {kind: stated, rule: 900.A.1, basis: policy, says: Who., section: "2",
     not_machine_checkable: A name of 7 letters.}
  - {kind: request_clock, rule: 900.K.1, basis: policy, says: Done., section: "1",
     rights: [access], step: outcome, unit: calendar_day, limit: 30}
"""


@pytest.fixture
def small(tmp_path: Path) -> Policy:
    """A policy of three rules."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return load_library(file).versions("small")[0]


def entry(policy: Policy, kind: str, number: int = 1) -> Entry:
    """One of its entries."""
    return next(one for one in entries(policy) if (one.kind, one.number) == (kind, number))


def changes(policy: Policy, kind: str, number: int = 1) -> list[str]:
    """What can be changed in it."""
    return [one.change for one in mutants(policy, entry(policy, kind, number))]


def test_every_entry_is_told_from_every_other(small: Policy) -> None:
    """By rule, kind and number; personal data and the calendar have entries too."""
    assert [(one.rule.rule, one.kind, one.number) for one in entries(small)] == [
        ("D-01", "calendar", 1),
        ("D-70", "personal.never", 1),
        ("D-42", "personal.only_in_combination", 1),
        ("900.K.1", "request_clock", 1),
        ("900.A.1", "stated", 1),
        ("900.K.1", "request_clock", 2),
    ]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_every_enforced_rule_of_the_library_can_be_switched_off(policy: Policy) -> None:
    """And what is only stated cannot; without it all others are there as they were."""
    found = list(entries(policy))
    assert [one.rule for one in found] == sorted(
        policy.every_rule(), key=lambda rule: rule is not policy.calendar
    )
    for one in found:
        made = {mutant.change: mutant.policy for mutant in mutants(policy, one)}
        assert (OFF in made) is one.enforced is bool(made)
        if one.path[0] != "calendar" and one.enforced:
            others = [other.rule for other in found if other is not one]
            assert [other.rule for other in entries(made[OFF])] == others


def test_a_number_is_moved_both_ways(small: Policy) -> None:
    """In the entry itself; the policy is the same but for it."""
    made = list(mutants(small, entry(small, "request_clock", 2)))
    assert [one.change for one in made] == [OFF, "limit 30 -> 31", "limit 30 -> 29"]
    clocks = [one.policy.of(RequestClock) for one in made]
    assert [[clock.limit for clock in each] for each in clocks] == [[1], [1, 31], [1, 29]]


def test_what_the_model_refuses_is_no_mutant(small: Policy) -> None:
    """No limit on or before its target, no target before its start."""
    assert changes(small, "request_clock") == [OFF, "limit 1 -> 2"]


def test_numbers_below_a_rule_are_moved() -> None:
    """Wherever they stand."""
    easydser = LIBRARY.versions("easydser")[0]
    assert changes(easydser, "end_of_service")[1:] == [
        "stop_collecting.limit 3 -> 4",
        "stop_collecting.limit 3 -> 2",
    ]


def test_nothing_can_be_changed_in_what_is_only_stated(small: Policy) -> None:
    """No machine reads it."""
    assert changes(small, "stated") == []


def test_without_the_calendar_each_day_is_a_working_day(small: Policy) -> None:
    """No file can leave it out; its days off are moved one by one, and none onto another."""
    made = list(mutants(small, entry(small, "calendar")))
    assert [one.change for one in made] == [
        OFF,
        "holidays[0] 2026-01-01 -> 2025-12-31",
        "holidays[1] 2026-01-02 -> 2026-01-03",
    ]
    assert {clock.unit for clock in made[0].policy.of(RequestClock)} == {"calendar_day"}


def test_a_calendar_that_nothing_counts_by_cannot_be_switched_off(small: Policy) -> None:
    """The policy would be the same."""
    counted = small.model_copy(update={"rules": small.rules[1:]})
    assert OFF not in changes(counted, "calendar")


def test_rows_on_personal_data_are_switched_off(small: Policy) -> None:
    """What was no personal data is."""
    [never] = mutants(small, entry(small, "personal.never"))
    [combined] = mutants(small, entry(small, "personal.only_in_combination"))
    assert (never.policy.personal.never, combined.policy.personal.only_in_combination) == ((), ())
    assert never.policy.personal_in_combination == {"cookie_id"}


def test_nothing_else_of_a_rule_is_a_number() -> None:
    """A switch is none, nor are the numbers of sections and rule ids."""
    store = LIBRARY.versions("store-002")[0]
    assert len(store.of(RetentionLimit)) > 1
    numbers = [change for change in changes(store, "retention_limit") if change != OFF]
    assert numbers == ["limit 90 -> 91", "limit 90 -> 89"]
