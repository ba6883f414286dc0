"""Fixtures of the tests over Kafka: the command line against a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from lineage.cli.main import make_app
from streams.commands import add_to

if TYPE_CHECKING:
    from tests.support.kafka_topics import Kafka

Run = Callable[..., Result]


@pytest.fixture
def prefix(kafka: Kafka) -> str:
    """A prefix whose topics are this test's own."""
    return kafka.name()


@pytest.fixture
def run(kafka: Kafka, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``lineage`` in a folder of its own, with broker and prefix in the environment."""
    for name in ("STORE", "KEYS", "POLICIES", "RECIPIENTS", "DEBUG"):
        monkeypatch.delenv(f"LINEAGE_{name}", raising=False)
    monkeypatch.setenv("LINEAGE_KAFKA", kafka.servers)
    monkeypatch.setenv("LINEAGE_TOPICS_PREFIX", prefix)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    app = make_app(plugins=False)
    add_to(app)

    def invoke(*words: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=stdin)

    return invoke


def answer(result: Result) -> Any:
    """What a command printed, as JSON."""
    return json.loads(result.stdout)
