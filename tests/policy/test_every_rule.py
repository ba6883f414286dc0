"""Every rule of the five policies stands in their files, and each enforced one is tried."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from lineage.policy.kinds.stated import Stated
from lineage.policy.loader import load_library
from lineage.policy.model import Policy

IDS = Path(__file__).parent / "rule_ids.txt"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
RULE = re.compile(r"\b(?:\d{3}\.[A-S]\.\d+|D-\d{2,3})\b")
LIBRARY = load_library()


def listed() -> dict[str, set[str]]:
    """The ids of each controller's rules, and of the defaults that are for it."""
    found: dict[str, set[str]] = {}
    controller = ""
    for line in IDS.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found[controller].update(line.split())
        elif not line.startswith("#"):
            controller = line.removesuffix(":")
            found[controller] = set()
    return found


def policy_of(controller: str) -> Policy:
    """The one version that comes with the package."""
    [policy] = LIBRARY.versions(controller)
    return policy


@cache
def tried() -> dict[str, frozenset[str]]:
    """The ids that the scenarios of each controller name, in why and in what they expect."""
    found: dict[str, set[str]] = {}
    for file in SCENARIOS.glob("*.yaml"):
        for scenario in yaml.safe_load(file.read_text(encoding="utf-8"))["scenarios"]:
            names = scenario["controller"]
            for controller in [names] if isinstance(names, str) else names:
                found.setdefault(controller, set()).update(RULE.findall(str(scenario)))
    return {controller: frozenset(ids) for controller, ids in found.items()}


@pytest.mark.parametrize("controller", LIBRARY.controllers)
def test_every_rule_stands_in_the_file(controller: str) -> None:
    """None is missing and none invented: enforced, filled in, or said why no machine can tell."""
    policy = policy_of(controller)
    there = {rule.rule for rule in policy.every_rule()}
    named = there.union(*(rule.completed_by for rule in policy.every_rule()))
    wanted = listed()[controller]
    assert sorted(wanted - named) == []
    own = {rule for rule in there if rule.startswith(policy.prefix)}
    assert sorted(own - wanted) == []


@pytest.mark.parametrize("controller", LIBRARY.controllers)
def test_every_enforced_rule_is_tried_by_a_scenario(controller: str) -> None:
    """A rule that can be broken or that gives a date has a scenario that names it."""
    rules = policy_of(controller).every_rule()
    enforced = {rule.rule for rule in rules if not isinstance(rule, Stated)}
    assert sorted(enforced - tried()[controller]) == []
