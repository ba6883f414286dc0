"""The table of coverage that comes with lineage: of today's policies, and of no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from typer.testing import CliRunner

from lineage.cli.main import make_app
from lineage.policy.loader import LIBRARY, load_library
from lineage.scenarios.publish import main
from lineage.scenarios.stored import read_stored

COMMAND: Final = ["policy", "coverage"]


def run(*arguments: str) -> Any:
    """``lineage policy coverage`` without files."""
    app = make_app(plugins=False)
    return CliRunner().invoke(app, [*COMMAND, *arguments], env={"COLUMNS": "160"})


def test_it_is_of_today() -> None:
    """The policies and scenarios are those that were measured, and no change survives."""
    assert main(["--check"]) == 0
    assert tuple(read_stored().policies) == load_library().controllers


def test_the_command_shows_it() -> None:
    """Of all policies of the library, or of one of them; what is only stated says why."""
    shown = run("--controller", "senro")
    assert shown.exit_code == 0, shown.output
    for text in ("003.D.1", "may receive", "switched off: ", "not checkable: ", "0 survive"):
        assert text in shown.stdout
    assert "004.D.1" not in shown.stdout
    assert {row["controller"] for row in json.loads(run("--json").stdout)["rules"]} == set(
        load_library().controllers
    )


def test_other_policies_must_be_measured(tmp_path: Path) -> None:
    """Whoever has changed a policy is told how; the others are known by what they say."""
    file = tmp_path / "senro.yaml"
    text = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    assert run("--policies", str(tmp_path)).exit_code == 0
    file.write_text(text + "\n", encoding="utf-8")
    told = run("--policies", str(tmp_path))
    assert told.exit_code == 2
    assert "is of other policies than yours: senro" in told.stderr
    assert "lineage policy coverage SCENARIO_FILE..." in told.stderr
    assert run("--controller", "nobody").exit_code == 2


def test_reasons_without_scenarios_are_no_question() -> None:
    """The stored table has its own; a file that would not be read is not passed over."""
    told = run("--reasons", "missing.yaml")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "Name scenario files too" in told.stderr
