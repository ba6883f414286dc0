"""`lineage work` hands every option to the worker; what the worker does is tested beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from lineage.cli.main import make_app
from lineage.kafka.reply_topic import PREFIX_DEFAULT
from lineage.kafka.security import Security
from streams import worker
from streams.commands import add_to
from streams.metrics import Metrics
from streams.options import PREFIX
from streams.settings import Settings

VARIABLES = (
    *("STORE", "KEYS", "POLICIES", "RECIPIENTS"),
    *("KAFKA", "KAFKA_SECURITY", "TOPICS_PREFIX", "DEAD_LETTER_TOPIC"),
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of the workers that were started."""
    for name in VARIABLES:
        monkeypatch.delenv(f"LINEAGE_{name}", raising=False)
    settings: list[Settings] = []

    def run_worker(told: Settings, metrics: Metrics) -> None:
        assert isinstance(metrics, Metrics)
        settings.append(told)

    monkeypatch.setattr(worker, "run_worker", run_worker)
    return settings


def work(*words: str) -> int:
    """Run the command; gives its exit code."""
    app = make_app(plugins=False)
    add_to(app)
    return CliRunner().invoke(app, ["work", *words]).exit_code


def test_without_options_a_worker_is_the_default_one(started: list[Settings]) -> None:
    """The defaults of the options are those of the settings, so that both entrances do the same."""
    assert work() == 0
    assert started == [Settings()]
    assert PREFIX == PREFIX_DEFAULT


def test_every_option_reaches_the_worker(started: list[Settings]) -> None:
    """None is read and forgotten."""
    words = "--kafka a:1,b:2 --prefix p --topic p.events --topic p.control --store sqlite:///x.db"
    more = "--keys k --policies pol --recipients r.yaml --batch 7 --metrics-port 9464"
    last = "--metrics-host 192.0.2.1 --dead-letter-topic dead --session-timeout 9"
    guarded = "--kafka-security ssl"
    assert work(*guarded.split(), *words.split(), *more.split(), *last.split()) == 0
    assert started == [
        Settings(
            servers="a:1,b:2",
            security=Security(protocol="ssl"),
            prefix="p",
            topics=("p.events", "p.control"),
            dead_letter_topic="dead",
            store="sqlite:///x.db",
            keys=Path("k"),
            policies=Path("pol"),
            recipients=Path("r.yaml"),
            batch=7,
            session_timeout_ms=9_000,
            metrics_port=9464,
            metrics_host="192.0.2.1",
        )
    ]
