"""The reference page and the help texts: every command is documented and shows an example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from lineage.cli import reference
from tests.cli.conftest import Run

ROOT: Any = get_command(reference.documented())
COMMANDS: dict[str, Any] = dict(
    reference.commands(ROOT, ROOT.make_context("lineage", [], resilient_parsing=True))
)
PAGE = Path("docs/cli.md")
ISSUE = (
    *(
        "record",
        "show",
        "holders",
        "recipient subjects",
        "recipient list",
        "recipient show",
        "recipient test",
        "dispatch",
        "rebuild",
        "rejudge",
        "verify",
    ),
    *("request open", "request decide", "request plan", "request status", "request list"),
    *("dead-letters list", "dead-letters show", "dead-letters replay", "db upgrade", "db grants"),
    *("doctor", "generate", "demo", "emit", "work", "lag", "scenario test"),
    *("check", "retention", "breach", "policy list", "policy show", "policy diff"),
    *("policy lint", "policy new", "policy simulate", "policy coverage"),
    *("request deadlines", "request entitlement", "request refusal", "due", "report"),
    *("request ask-identity", "request verify", "request triage", "request withdraw"),
    *("request extend", "request pause", "request resume", "request answer"),
    *("request confirm", "request respond", "request complete", "request letter"),
    *("topics create", "topics check", "topics skip", "outbox relay", "outbox status"),
)


def test_the_commands_are_those_that_were_asked_for() -> None:
    """None is missing and none is there that nobody asked for."""
    assert set(COMMANDS) == {f"lineage {name}" for name in ISSUE}


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_stands_in_the_reference(path: str) -> None:
    """With its options."""
    page = PAGE.read_text(encoding="utf-8")
    assert f"### `{path}" in page
    section = page.split(f"### `{path}", 1)[1].split("### ", 1)[0]
    for option in COMMANDS[path].params:
        if option.param_type_name == "option" and "Store" not in (option.rich_help_panel or ""):
            assert f"`{option.opts[0]}`" in section


@pytest.mark.parametrize("path", COMMANDS)
def test_every_help_text_teaches(path: str) -> None:
    """A sentence, and an example that begins with this very command."""
    shown = CliRunner().invoke(reference.documented(), [*path.split()[1:], "--help"])
    assert shown.exit_code == 0
    assert "Example:" in shown.stdout
    assert COMMANDS[path].help
    examples = [line.removeprefix("Example: ") for line in COMMANDS[path].epilog.split("\n\n")]
    assert any(path in line for line in examples)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_example_can_be_parsed(path: str) -> None:
    """What the help shows is accepted by the command it stands at."""
    for line in COMMANDS[path].epilog.split("\n\n"):
        words = (
            line.removeprefix("Example: ").split("  #")[0].split(" | ")[-1].split(" > ")[0].split()
        )
        assert words[0] == "lineage"
        command: Any = ROOT
        words = words[1:]
        while hasattr(command, "list_commands"):
            command, words = command.commands[words[0]], words[1:]
        with command.make_context("example", words) as context:
            assert context.params


def test_the_page_is_fresh() -> None:
    """Whoever changes a command writes the page anew."""
    assert reference.main(["--check"]) == 0


def test_a_stale_page_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the message says what to run."""
    page = tmp_path / "cli.md"
    monkeypatch.setattr(reference, "TARGET", page)
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert reference.main(["--check"]) == 1
    assert "python -m lineage.cli.reference" in capsys.readouterr().err


def test_every_exit_code_is_documented(run: Run) -> None:
    """Those of the published table are on the page."""
    page = PAGE.read_text(encoding="utf-8")
    for code in range(6):
        assert f"| {code} | " in page
