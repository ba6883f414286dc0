"""Each check of a policy finds what it is for, at its place, and lets be what is near it."""

from __future__ import annotations

import pytest

from lineage.policy.lint.flaw import Flaw
from lineage.policy.lint.page import lint_page
from lineage.policy.lint.table import FORM, OF_POLICY, TABLES
from lineage.policy.loader import load_library
from lineage.policy.model import Policy
from lineage.policy.yamlfile import dotted
from tests.policy.lint.cases import CASES, Case
from tests.policy.lint.small import policy

LIBRARY = load_library()
CHECKS = {check.code: check for check in OF_POLICY}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.name}")


def flaws(code: str, checked: Policy) -> list[Flaw]:
    """What one check finds."""
    return list(CHECKS[code].finds(checked))


@each_case
def test_what_a_check_finds(case: Case) -> None:
    """Exactly one flaw, at this place, with the rule that stands there and what to do."""
    checked = policy(*case.trips, **case.head)
    [flaw] = flaws(case.code, checked)
    assert dotted(flaw.path) == case.at
    if flaw.path[0] == "rules":
        assert flaw.rule == checked.rules[int(flaw.path[1])].rule
    assert flaw.says
    assert flaw.do


@each_case
def test_what_is_near_is_let_be(case: Case) -> None:
    """The rule that fills the hole, or a condition that lifts the contradiction, is enough."""
    assert flaws(case.code, policy(*case.near, **case.near_head)) == []


def test_every_check_is_tried() -> None:
    """By a case that trips it and one near it."""
    assert {case.code for case in CASES} == set(CHECKS)


def test_every_check_is_documented_under_a_word_of_its_own() -> None:
    """The page has a row of each, with what it looks for."""
    page = lint_page()
    checks = [check for _, table in TABLES for check in table]
    codes = [check.code for check in checks]
    assert len({*codes, FORM}) == len(codes) + 1
    for check in checks:
        assert f"| `{check.code}` | {check.severity} | {check.explains} |" in page
        assert check.explains.endswith(".")


@pytest.mark.parametrize("controller", LIBRARY.controllers)
def test_the_policies_of_the_package_are_sound(controller: str) -> None:
    """Where their text is silent, a default or a rule of kind stated says so."""
    [checked] = LIBRARY.versions(controller)
    assert [(code, flaw) for code in CHECKS for flaw in flaws(code, checked)] == []
