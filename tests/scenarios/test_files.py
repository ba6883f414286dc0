"""A scenario file is closed: each fault is named by file, line and key, and nothing is run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from lineage.policy.errors import PolicyError
from lineage.scenarios.files import Scenario, read_scenarios

CONTROLLERS: Final = ("senro", "sesiiduo")
GOOD: Final = """\
equivalent:
  - [000.E.2, 000.D.5]
scenarios:
- id: S-1
  title: a share
  controller: sesiiduo
  tags: [sharing]
  basis: policy
  why: 000.E.2
  given:
    - {type: data_shared, at: 2026-03-02, rec: '2026-03-03T10:00:00Z', ev: a, subject: m1}
    - {type: request_received, at: 2026-03-04, subject: m1, request_id: r1, right: deletion}
  when: {at: 2026-03-05, ask: [plan, findings, minors], request: r1}
  then:
    plan: {notify: []}
    findings: {violations: [{rule: 000.E.2, ev: a}]}
"""


def read(folder: Path, text: str) -> list[Scenario]:
    """The scenarios of one file."""
    file = folder / "some.yaml"
    file.write_text(text, encoding="utf-8")
    return read_scenarios([file], CONTROLLERS)


def test_a_scenario_is_read(tmp_path: Path) -> None:
    """A date without a time is 00:00 UTC; what is not recorded at another time is at its own."""
    [scenario] = read(tmp_path, GOOD)
    shared, received = scenario.form.given
    assert (scenario.id, scenario.file) == ("S-1", "some.yaml")
    assert shared.recorded.isoformat() == "2026-03-03T10:00:00+00:00"
    assert received.recorded.isoformat() == "2026-03-04T00:00:00+00:00"
    assert [e.group for e in scenario.then["sesiiduo"]] == ["plan", "findings"]
    assert scenario.persons == ("m1",)


@pytest.mark.parametrize(
    ("change", "line", "key", "expected"),
    [
        (("basis: policy", "base: policy"), 8, "scenarios[0].base", "only known keys"),
        (("ask: [plan,", "asks: [plan,"), 13, "scenarios[0].when.asks", "only known"),
        (("{notify: []}", "{notified: []}"), 15, "scenarios[0].then.plan.notified", "only known"),
        (("[{rule: 000.E.2, ev: a}]", "[{ev: a}]"), 16, "violations[0].rule", "required"),
        (("    plan:", "    plans:"), 15, "scenarios[0].then.plans", "a question that is asked"),
        (
            ("    plan:", "    refusal:"),
            15,
            "scenarios[0].then.refusal",
            "a question that is asked",
        ),
        (("[plan, findings, minors]", "[plan, finding]"), 13, "when.ask[1]", "one of plan"),
        (("at: 2026-03-05", "at: 2026-03-05T10:00:00Z"), 13, "when.at", "in quotes"),
        (("at: 2026-03-05", "at: soon"), 13, "when.at", "a date such as 2026-03-04"),
        (("at: 2026-03-04", "at: 4"), 12, "given[1].at", "a date such as 2026-03-04"),
        (("type: request_received, ", ""), 12, "given[1].type", "required"),
        (("at: 2026-03-04, ", "at: 2026-03-04, ev: a, "), 12, "given[1].ev", "no other event"),
        (("controller: sesiiduo", "controller: nobody"), 6, "controller", "senro, sesiiduo"),
        (("controller: sesiiduo", "controller: []"), 6, "controller", "a list of names"),
        (("controller: sesiiduo", "controller: [senro]"), 15, "then.plan", "one of senro"),
        ((", request: r1", ""), 13, "when.subject", "the person that plan is about"),
        (("request: r1", "request: [r1]"), 15, "then.plan.notify", "one of r1"),
        (("basis: policy", "basis: guess"), 8, "basis", "'policy', 'default' or 'mixed'"),
        (("[000.E.2, 000.D.5]", "[000.E.2, E.5]"), 2, "equivalent[0][1]", "text of the form"),
        (("rule: 000.E.2", "rule: E.2"), 16, "violations[0].rule", "text of the form"),
        (("scenarios:", "cases:"), 3, "cases", "only known keys"),
    ],
)
def test_a_fault_is_named(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, expected: str
) -> None:
    """By its line, its key, and what was expected."""
    assert change[0] in GOOD
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, GOOD.replace(*change, 1))
    assert caught.value.line == line
    assert caught.value.key.endswith(key)
    assert expected in caught.value.expected


def test_a_list_may_be_shared(tmp_path: Path) -> None:
    """A program that writes a file may write an alias where a list stands twice."""
    text = GOOD.replace("tags: [sharing]", "tags: &t [sharing]")
    text += text[text.index("- id:") :].replace("S-1", "S-2").replace("&t [sharing]", "*t")
    assert [scenario.form.tags for scenario in read(tmp_path, text)] == [("sharing",)] * 2


def test_an_id_is_unique_in_the_run(tmp_path: Path) -> None:
    """In one file and over several."""
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(GOOD, encoding="utf-8")
    other.write_text(GOOD, encoding="utf-8")
    with pytest.raises(PolicyError, match="an id that no other scenario of the run has"):
        read_scenarios([one, other], CONTROLLERS)


def test_one_is_said_plainly_and_several_by_name(tmp_path: Path) -> None:
    """A list of controllers, requests or persons makes the expectation a map of its members."""
    text = """\
scenarios:
- id: S-1
  title: several
  controller: [sesiiduo, senro]
  given:
    - {type: request_received, at: 2026-03-04, subject: m1, request_id: r1, right: deletion}
    - {type: request_received, at: 2026-03-04, subject: m2, request_id: r2, right: deletion}
  when: {at: 2026-03-05, ask: [plan, minors, deadlines], request: [r1, r2], subject: [m1]}
  then:
    sesiiduo:
      plan: {m1: {notify: []}}
      minors: {m1: {minor: false}}
      deadlines: {r1: {reply_by: null}, r2: {reply_by: 2026-03-06}}
"""
    [scenario] = read(tmp_path, text)
    found = [(e.group, e.about) for e in scenario.then["sesiiduo"]]
    assert found == [("plan", "m1"), ("minors", "m1"), ("deadlines", "r1"), ("deadlines", "r2")]
    # The persons of several requests are named where nobody else is.
    without = text.replace(", subject: [m1]", "").replace("{m1: {notify", "{r1: {notify")
    [scenario] = read(tmp_path, without)
    found = [(e.group, e.about) for e in scenario.then["sesiiduo"]]
    assert found == [("plan", "r1"), ("minors", "m1"), ("deadlines", "r1"), ("deadlines", "r2")]
    assert scenario.persons == ("m1", "m2")
