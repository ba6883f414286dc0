"""``lineage outbox``: what it says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from lineage.cli.errors import FOUND, UNUSABLE
from lineage.cli.main import make_app
from lineage.events import OrderCreated, parse_event
from lineage.outbox import OutboxEmitter, outbox_table
from lineage.outbox.table import OUTBOX
from streams import outbox_command

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app() -> typer.Typer:
    """The command line with these commands."""
    app = make_app(plugins=False)
    outbox_command.add_to(app)
    return app


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A service's database with two events in its outbox."""
    url = f"sqlite:///{tmp_path / 'service.db'}"
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    outbox_table(metadata)
    metadata.create_all(engine)
    emitter = OutboxEmitter(source="/services/checkout", controller="senro")
    with engine.begin() as connection:
        for subject in ("m1", "m2"):
            emitter.emit(connection, OrderCreated(order_id="o1"), subject=subject)
    engine.dispose()
    return url


def test_the_outbox_is_published_into_a_file(
    app: typer.Typer, database: str, tmp_path: Path
) -> None:
    """Until it is empty; the status tells before and after."""
    run, file = CliRunner().invoke, tmp_path / "events.jsonl"
    before = run(app, ["outbox", "status", "--database", database])
    assert before.exit_code == 0
    assert before.stdout.startswith("2 events wait · the oldest since ")
    words = ["outbox", "relay", "--database", database, "--file", str(file), "--until-empty"]
    relayed = run(app, words)
    assert (relayed.exit_code, relayed.stdout.strip()) == (0, "2 published · 0 left")
    assert [parse_event(line).subject for line in file.read_bytes().splitlines()] == ["m1", "m2"]
    after = run(app, ["outbox", "status", "--database", database, "--json"])
    assert json.loads(after.stdout) == {"events": 0, "oldest_at": None, "failing": 0, "stuck": []}


def test_an_event_that_fails_is_a_finding(app: typer.Typer, database: str) -> None:
    """With its place and the kind of error, and an exit code for scripts."""
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        change = sa.update(OUTBOX).where(OUTBOX.c.position == 2)
        connection.execute(change.values(attempts=7, last_error="1 not delivered to t: Kind"))
    engine.dispose()
    done = CliRunner().invoke(app, ["outbox", "status", "--database", database])
    assert done.exit_code == FOUND
    assert "2 events wait" in done.stdout
    assert "1 have failed" in done.stdout
    assert [word for word in done.stdout.splitlines()[-1].split() if word] == [
        *("2", "7", "1", "not", "delivered", "to", "t:", "Kind")
    ]


def test_what_is_left_is_a_finding(app: typer.Typer, database: str, tmp_path: Path) -> None:
    """Who wants the outbox empty hears by the exit code that it is not."""
    words = ["--database", database, "--file", str(tmp_path / "no folder" / "events.jsonl")]
    done = CliRunner().invoke(app, ["outbox", "relay", *words, "--until-empty"])
    assert done.exit_code == FOUND
    assert done.stdout.strip() == "0 published · 2 left"


@pytest.mark.parametrize("command", [["status"], ["relay", "--until-empty"]])
@pytest.mark.parametrize("url", ["sqlite:///nowhere/x.db", "nodb://ada:secret@db", "no url"])
def test_an_outbox_that_is_not_there_is_said(
    app: typer.Typer, command: list[str], url: str
) -> None:
    """In one sentence, with what to do and without the address, which may hold a password."""
    done = CliRunner().invoke(app, ["outbox", *command, "--database", url])
    assert done.exit_code == UNUSABLE
    assert done.stderr.startswith("error: the outbox cannot be used: ")
    assert "secret" not in done.output


def test_a_relay_ends_by_sigterm(database: str, tmp_path: Path) -> None:
    """In good order, with what it did."""
    file = tmp_path / "events.jsonl"
    words = ["outbox", "relay", "--database", database, "--file", str(file), "--json"]
    code = "from lineage.cli.main import main; main()"
    file.touch()
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        while file.read_bytes().count(b"\n") < 2:
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(said) == {"published": 2, "left": 0}
