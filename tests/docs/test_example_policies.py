"""The policies under docs/examples: files only, without a hole, and as their own tests say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lineage.policy.lint.running import lint_files
from lineage.policy.loader import load_library
from lineage.scenarios.files import Scenario, read_scenarios
from lineage.scenarios.mutation import coverage_of
from lineage.scenarios.report import lines
from lineage.scenarios.running import Outcome, scenario_runner
from tests.docs.blocks import ROOT
from tests.support.databases import Databases

POLICY = "policy.yaml"
FOLDERS = sorted(file.parent for file in (ROOT / "docs/examples").glob(f"*/{POLICY}"))

Run = Callable[[Scenario], Outcome]
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def scenarios_of(folder: Path) -> list[Scenario]:
    """The tests of a folder's policy."""
    return read_scenarios([folder / "scenarios.yaml"], load_library(folder / POLICY).controllers)


@contextmanager
def runner(folder: Path, store: str | None = None) -> Iterator[Run]:
    """What runs a scenario under the folder's policy."""
    with scenario_runner(load_library(folder / POLICY), store=store) as run:
        yield run


def failures(run: Run, scenarios: list[Scenario]) -> list[str]:
    """What of the scenarios is not as expected, as the command says it."""
    outcomes = [run(scenario) for scenario in scenarios]
    return [line for outcome in outcomes if not outcome.passed for line in lines(outcome)]


def test_there_is_a_sixth_policy() -> None:
    """Somebody wrote one from the page, so the tests below are about something."""
    assert [folder.name for folder in FOLDERS] == ["sixth"]


@each_folder
def test_nothing_but_files_of_rules(folder: Path) -> None:
    """A policy needs no code: none lies there, and none of the program knows the controller."""
    assert {file.suffix for file in folder.iterdir()} == {".yaml"}
    [controller] = load_library(folder / POLICY).controllers
    known = [
        path
        for top in ("lineage", "streams")
        for path in (ROOT / top).rglob("*.py")
        if controller in path.read_text(encoding="utf-8").lower()
    ]
    assert known == []


@each_folder
def test_it_has_no_hole_and_no_contradiction(folder: Path) -> None:
    """With its registry."""
    assert lint_files(folder / POLICY, folder / "recipients.yaml").rows == ()


@each_folder
def test_its_answers_are_the_expected_ones(folder: Path) -> None:
    """On SQLite."""
    with runner(folder) as run:
        assert failures(run, scenarios_of(folder)) == []


@each_folder
def test_each_rule_is_held_by_a_scenario(folder: Path) -> None:
    """Nothing of it can be switched off or moved by one unseen."""
    library = load_library(folder / POLICY)
    table = coverage_of(library, [folder / "scenarios.yaml"])
    assert [(row.name, change.change) for row, change in table.survivors] == []


@pytest.mark.postgres
@each_folder
def test_its_answers_are_the_same_on_postgresql(folder: Path, postgres: Databases) -> None:
    """All of them again."""
    with postgres.database() as url, runner(folder, url) as run:
        assert failures(run, scenarios_of(folder)) == []
