"""Fixtures of the command-line tests: a runner, and a fake tracker behind every command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from lineage.cli import place
from lineage.cli.commands import database
from lineage.cli.main import make_app
from tests.cli.fake import Opened

Run = Callable[..., Result]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Put a fake behind the one place where commands open a store."""
    fake = Opened()
    monkeypatch.setattr(place, "make_tracker", fake)
    monkeypatch.setattr(database, "upgrade_tables", lambda _: ("0001", 0))
    for name in ("STORE", "KEYS", "POLICIES", "RECIPIENTS", "DEBUG"):
        monkeypatch.delenv(f"LINEAGE_{name}", raising=False)
    return fake


@pytest.fixture
def run(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``lineage`` with the given words."""
    monkeypatch.setenv("COLUMNS", "160")
    app = make_app(plugins=False)

    def invoke(*words: str, stdin: str | None = None, env: dict[str, str] | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=stdin, env=env)

    return invoke
