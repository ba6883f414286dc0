"""Which scenarios hold which rules: measured, stored, checked, and what survives explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from lineage.cli.main import make_app
from lineage.policy.loader import load_library
from lineage.policy.mutants import OFF
from lineage.scenarios.coverage import Coverage
from lineage.scenarios.mutation import coverage_of
from lineage.scenarios.publish import main
from lineage.scenarios.stored import as_text, read_stored
from lineage.service.errors import InvalidInput

POLICY: Final = """\
id: small
prefix: "900"
name: Small
personal: {}
calendar: {rule: D-01, basis: default, says: Mondays to Fridays.}
rules:
  - {kind: request_clock, rule: 900.K.1, basis: policy, says: In ten days., section: "1",
     rights: [access], unit: calendar_day, limit: 10}
  - {kind: message_opt_out, rule: 900.C.1, basis: policy, says: Messages stop., section: "2",
     classes: [marketing]}
  - {kind: stated, rule: 900.A.1, basis: policy, says: Who., section: "3",
     not_machine_checkable: It says who the controller is.}
"""
SCENARIOS: Final = """\
scenarios:
  - id: due
    title: an access request is due on the tenth day
    controller: small
    given:
      - {type: request_received, at: 2026-03-01, subject: m1, request_id: r1, right: access}
    when: {at: 2026-03-02, ask: [deadlines], request: r1}
    then: {deadlines: {reply_by: 2026-03-11}}
  - id: open
    title: it is open until then
    controller: small
    given:
      - {type: request_received, at: 2026-03-01, subject: m1, request_id: r1, right: access}
    when: {at: 2026-03-12, ask: [deadlines], request: r1}
    then: {deadlines: {overdue: [reply_by]}}
    why: 900.K.1, ten days
"""
REASON: Final = """\
survivors:
  - {controllers: [small], rule: 900.C.1, kind: message_opt_out, change: switched off,
     why: Nobody writes to anybody here.}
"""


class Place:
    """A folder with a policy, its scenarios and the reasons for what survives."""

    def __init__(self, folder: Path) -> None:
        self.policy = folder / "small.yaml"
        self.scenarios = folder / "scenarios"
        self.reasons = folder / "survivors.yaml"
        self.table = folder / "coverage.json"
        self.scenarios.mkdir()
        self.write(self.policy, POLICY)
        self.write(self.scenarios / "some.yaml", SCENARIOS)
        self.write(self.reasons, "survivors: []\n")

    @staticmethod
    def write(file: Path, text: str) -> None:
        file.write_text(text, encoding="utf-8")

    def measured(self) -> Coverage:
        """The table."""
        files = [self.scenarios / "some.yaml"]
        return coverage_of(load_library(self.policy), files, reasons=self.reasons)

    def publish(self, *arguments: str) -> int:
        """``python -m lineage.scenarios.publish``."""
        options = {
            "--policies": self.policy,
            "--scenarios": self.scenarios,
            "--reasons": self.reasons,
            "--table": self.table,
        }
        return main([*arguments, *(str(part) for pair in options.items() for part in pair)])

    def command(self, *arguments: str) -> Any:
        """``lineage policy coverage``."""
        line = ["policy", "coverage", "--policies", str(self.policy), *arguments]
        return CliRunner().invoke(make_app(plugins=False), line, env={"COLUMNS": "160"})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """One rule that two scenarios hold, one that nobody holds, one that is only stated."""
    return Place(tmp_path)


def test_what_holds_each_rule(place: Place) -> None:
    """Without a rule all that name it are asked, then the first that fails; a number needs one."""
    rows = {row.rule: row for row in place.measured().rules}
    held = {
        rule: {change.change: change.held_by for change in row.changes}
        for rule, row in rows.items()
    }
    assert held == {
        "D-01": {},
        "900.K.1": {OFF: ("open",), "limit 10 -> 11": ("open",), "limit 10 -> 9": ("due",)},
        "900.C.1": {OFF: ()},
        "900.A.1": {},
    }
    assert rows["900.A.1"].not_machine_checkable == "It says who the controller is."


def test_without_a_rule_every_scenario_that_names_it_is_asked(place: Place) -> None:
    """Each that fails holds it; for a number the first of them is enough."""
    both = SCENARIOS.replace(
        "    then: {deadlines: {reply_by", "    why: 900.K.1\n    then: {deadlines: {reply_by"
    )
    place.write(place.scenarios / "some.yaml", both)
    changes = next(row for row in place.measured().rules if row.rule == "900.K.1").changes
    assert {change.change: change.held_by for change in changes} == {
        OFF: ("due", "open"),
        "limit 10 -> 11": ("due",),
        "limit 10 -> 9": ("due",),
    }


def test_a_change_that_no_scenario_names_is_held_by_the_first_that_fails(place: Place) -> None:
    """Nobody has to name a rule for holding it."""
    place.write(place.scenarios / "some.yaml", SCENARIOS.replace("why: 900.K.1, ten days", ""))
    [off, *_] = next(row for row in place.measured().rules if row.rule == "900.K.1").changes
    assert off.held_by == ("due",)


def test_a_survivor_is_named_or_explained(place: Place) -> None:
    """A change that nothing holds survives, until somebody has written why."""
    [(row, change)] = place.measured().survivors
    assert (row.rule, change.change) == ("900.C.1", OFF)
    place.write(place.reasons, REASON)
    table = place.measured()
    assert not list(table.survivors)
    [explained] = [one.why for row in table.rules for one in row.changes if one.why is not None]
    assert explained == "Nobody writes to anybody here."
    assert "2 enforced rules, 2 only stated" in table.summary()
    assert "4 changes: 3 held by a scenario, 1 explained, 0 survive" in table.summary()


@pytest.mark.parametrize(
    "wrong",
    [
        REASON.replace("900.C.1", "900.K.1").replace("message_opt_out", "request_clock"),
        REASON.replace("900.C.1, kind", "900.C.1, number: 2, kind"),
        REASON.replace("switched off", "limit 1 -> 2"),
    ],
)
def test_a_reason_must_be_needed(place: Place, wrong: str) -> None:
    """One for a change that a scenario holds, and one for a change that is none, are errors."""
    place.write(place.reasons, wrong)
    with pytest.raises(InvalidInput, match="what does not survive: small 900"):
        place.measured()


def test_a_scenario_that_fails_holds_nothing(place: Place) -> None:
    """It would fail under every change."""
    place.write(place.scenarios / "some.yaml", SCENARIOS.replace("2026-03-11", "2026-03-13"))
    with pytest.raises(InvalidInput, match="scenario due fails under the policy of small as it is"):
        place.measured()


def test_the_stored_table_comes_back(place: Place) -> None:
    """A line for each rule; what is written is what is read."""
    place.write(place.reasons, REASON)
    table = place.measured()
    text = as_text(table)
    place.write(place.table, text)
    assert read_stored(place.table) == table
    assert sum(line.startswith('  {"controller"') for line in text.splitlines()) == 4


def test_publishing_fails_while_a_change_survives(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is written all the same, and the check of it fails as well."""
    assert place.publish() == 1
    told = capsys.readouterr()
    assert told.err == "survives: small 900.C.1 message_opt_out: switched off\n"
    assert told.out.endswith("3 held by a scenario, 0 explained, 1 survive\n")
    assert place.publish("--check") == 1
    place.write(place.reasons, REASON)
    assert (place.publish(), place.publish("--check")) == (0, 0)


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        ("small.yaml", ("limit: 10", "limit: 12"), "policy of small "),
        ("scenarios/some.yaml", ("tenth", "10th"), "some.yaml "),
        ("scenarios/more.yaml", ("", "scenarios: []\n"), "more.yaml "),
        ("survivors.yaml", ("Nobody", "No one"), "survivors.yaml "),
    ],
)
def test_the_table_belongs_to_its_rules_and_files(
    place: Place, capsys: pytest.CaptureFixture[str], name: str, edit: tuple[str, str], said: str
) -> None:
    """The check fails when one of them is not what it was, and says which."""
    place.write(place.reasons, REASON)
    assert place.publish() == 0
    file = place.table.parent / name
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    place.write(file, before.replace(*edit))
    capsys.readouterr()
    assert place.publish("--check") == 1
    assert capsys.readouterr().err.startswith(f"stale: coverage of {said}")


def test_a_wrong_file_is_told(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Where and what was expected; the status is that of wrong input."""
    place.write(place.reasons, "survivers: []\n")
    assert place.publish() == 2
    assert "survivors.yaml:" in capsys.readouterr().err
    assert not place.table.exists()


def test_the_command_measures_the_policies_in_use(place: Place) -> None:
    """Status 1 while something survives; the reasons are read from the file that is named."""
    some = str(place.scenarios / "some.yaml")
    told = place.command(some)
    assert told.exit_code == 1
    for seen in (
        "request clock",
        "switched off: open",
        "not checkable: It says who the controller is.",
        "survives: small 900.C.1 message_opt_out: switched off",
    ):
        assert seen in told.stdout
    place.write(place.reasons, REASON)
    told = place.command(some, "--reasons", str(place.reasons))
    assert told.exit_code == 0
    assert "Nobody writes to anybody here." in told.stdout


def test_the_command_as_json(place: Place) -> None:
    """The table as it is stored, with all its keys."""
    told = place.command(str(place.scenarios / "some.yaml"), "--controller", "small", "--json")
    assert told.exit_code == 1
    shown = json.loads(told.stdout)
    assert shown["policies"].keys() == {"small"}
    assert [row["rule"] for row in shown["rules"]] == ["D-01", "900.K.1", "900.C.1", "900.A.1"]
    assert shown["rules"][2]["changes"] == [{"change": OFF, "held_by": [], "why": None}]
