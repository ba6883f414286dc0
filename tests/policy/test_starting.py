"""The file to begin with: it loads, has no hole, says what to change, and can be tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lineage.policy.kinds.stated import Stated
from lineage.policy.lint.running import lint_files
from lineage.policy.loader import load_library
from lineage.policy.starting import free_prefix, starting_file
from lineage.scenarios.files import read_scenarios
from lineage.scenarios.running import scenario_runner

DEFAULTS = Path(__file__).parent / "rule_ids.txt"
TEXT = starting_file("my-shop", "731")
SCENARIOS = """\
scenarios:
- id: carrier-gets-too-much
  title: the carrier gets an address and no correspondence
  controller: my-shop
  given:
    - {type: data_shared, ev: fine, at: 2026-03-02, subject: p1, recipient: FastParcel,
       recipient_kind: logistics, categories: [shipping_address], purpose: delivery}
    - {type: data_shared, ev: wrong, at: 2026-03-02, subject: p1, recipient: FastParcel,
       recipient_kind: logistics, categories: [comms_record], purpose: delivery}
  when: {at: 2026-03-04, ask: [findings]}
  then:
    findings: {violations: [{rule: 731.D.1, ev: wrong}]}
- id: decided-within-a-month
  title: a request for deletion is decided within a month
  controller: my-shop
  given:
    - {type: request_received, at: 2026-03-09, subject: p1, request_id: r1, right: deletion}
  when: {at: 2026-04-01, ask: [deadlines], request: r1}
  then:
    deadlines: {reply_by: 2026-04-09, overdue: []}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a shop."""
    path = tmp_path / "my-shop.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_it_loads_and_lints_clean(file: Path) -> None:
    """By itself, and beside the policies of the package."""
    assert lint_files(file).rows == ()
    [policy] = load_library(file).versions("my-shop")
    assert (policy.id, policy.prefix, policy.name) == ("my-shop", "731", "my-shop")
    assert policy.effective_from is None


def test_every_rule_can_be_broken_or_gives_something(file: Path) -> None:
    """None is only stated; and the defaults are those we have."""
    [policy] = load_library(file).versions("my-shop")
    assert policy.of(Stated) == ()
    known = set(re.findall(r"D-\d{2,3}", DEFAULTS.read_text(encoding="utf-8")))
    used = {rule.rule for rule in policy.every_rule() if rule.basis == "default"}
    used.update(word for rule in policy.every_rule() for word in rule.completed_by)
    assert used <= known


def test_what_is_commented_out_is_sound_too(tmp_path: Path) -> None:
    """Whoever takes the marks away has a file that loads and has no hole."""
    lines, shown = [], False
    for line in TEXT.splitlines():
        rest = re.match(r"( *)# (.*)$", line)
        starts = rest is not None and re.match(r"- kind:|only_in_combination:|public_hol", rest[2])
        shown = bool(starts) or (shown and rest is not None and rest[2].startswith("  "))
        lines.append(rest[1] + rest[2] if rest is not None and shown else line)
    path = tmp_path / "whole.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert lint_files(path).rows == ()
    [whole] = load_library(path).versions("my-shop")
    kinds = {type(rule).__name__ for rule in whole.rules}
    assert {"EvidenceNeeded", "RetentionMinimum", "KeptIn", "MayLeave"} <= kinds
    assert whole.personal_in_combination
    assert whole.calendar.public_holidays is not None


def test_every_section_says_what_to_do() -> None:
    """A comment stands above each letter, and the page of kinds is named."""
    letters = re.findall(r"^  # ---- ([A-Z, ]+):", TEXT, re.MULTILINE)
    rules = yaml.safe_load(TEXT)["rules"]
    used = {rule["rule"].split(".")[1] for rule in rules if not rule["rule"].startswith("D-")}
    assert used <= {letter for group in letters for letter in group.split(", ")}
    assert "rule-kinds.md" in TEXT
    assert "$" not in TEXT


def test_a_scenario_runs_under_it(file: Path, tmp_path: Path) -> None:
    """A share that goes too far is found, and a request has its last day."""
    path = tmp_path / "scenarios.yaml"
    path.write_text(SCENARIOS, encoding="utf-8")
    library = load_library(file)
    with scenario_runner(library) as run:
        outcomes = [run(one) for one in read_scenarios([path], library.controllers)]
    assert [outcome.found for outcome in outcomes] == [(), ()]


def test_the_prefix_is_one_that_nobody_has() -> None:
    """The lowest that is free."""
    assert free_prefix([]) == "000"
    assert free_prefix(["000", "001", "003"]) == "002"
