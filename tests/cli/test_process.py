"""The command as a process of its own: start, streams, pipes, colours, additions of others."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from lineage.cli import plugins
from lineage.cli.main import make_app

LINEAGE = [sys.executable, "-m", "lineage.cli.main"]
ROOT = Path(__file__).parents[2]
# What costs time and belongs to the work of a command, not to its help.
HEAVY = (
    *("sqlalchemy", "alembic", "httpx", "cryptography", "lineage.events", "lineage.storage"),
    *("kafka", "aiokafka", "faust", "mode", "prometheus_client"),
)


def lineage(
    *words: str, folder: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in ``folder``."""
    return subprocess.run(
        [*LINEAGE, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_version(tmp_path: Path) -> None:
    """The installed version, and nothing else."""
    done = lineage("--version", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("lineage ")
    assert done.stderr == ""


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Help comes at once: the database, HTTP and the contract are loaded by the work alone."""
    program = (
        "import sys; from lineage.cli.main import make_app; from typer.main import get_command;"
        "get_command(make_app());"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_commands_over_kafka_load_no_client(tmp_path: Path) -> None:
    """They are there, and neither they nor `import lineage` loads a client of Kafka."""
    program = (
        "import sys, typer, lineage; from streams.commands import add_to; from lineage.cli.main"
        " import make_app; app = make_app(plugins=False); add_to(app);"
        "assert any(group.name == 'topics' for group in app.registered_groups);"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_file_is_two_sentences(tmp_path: Path) -> None:
    """No traceback, no output, exit code 2, and no store left behind."""
    done = lineage("record", "nothing.jsonl", folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == "error: nothing.jsonl: there is no such file"
    assert len(done.stderr.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


def test_generate_writes_events_and_truth(tmp_path: Path) -> None:
    """Exactly the lines asked for, the same for the same seed."""
    words = ["generate", "--people", "10", "--events", "200", "--seed", "7"]
    one = lineage(*words, "--out", "a.jsonl", "--truth", "truth.jsonl", folder=tmp_path)
    two = lineage(*words, "--out", "b.jsonl", "--json", folder=tmp_path)
    assert (one.returncode, two.returncode) == (0, 0)
    written = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert len(written.splitlines()) == 200
    assert written == (tmp_path / "b.jsonl").read_text(encoding="utf-8")
    truth = (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum("subject" in json.loads(line) for line in truth) == 10
    assert json.loads(two.stdout)["events"] == 200


def test_generate_says_what_is_too_little(tmp_path: Path) -> None:
    """Too few events for the people is a usage error."""
    done = lineage("generate", "--people", "100", "--events", "10", folder=tmp_path)
    assert done.returncode == 2
    assert "events a person" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "--people", "100", "--events", "5000", "--out", "-"),
        ("policy", "coverage"),
    ],
)
def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, words: tuple[str, ...]) -> None:
    """`lineage ... | head` ends quietly, whether text is written or laid out."""
    with subprocess.Popen(
        [*LINEAGE, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(timeout=60) == 128 + signal.SIGPIPE
    assert said == b""


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_is_respected(tmp_path: Path, env: dict[str, str], coloured: bool) -> None:
    """A terminal gets colours unless NO_COLOR is set."""
    forced = {"FORCE_COLOR": "1", "TERM": "xterm-256color", **env}
    done = lineage("record", "nothing.jsonl", folder=tmp_path, env=forced)
    assert ("\x1b[31m" in done.stderr or "\x1b[1;31m" in done.stderr) is coloured


def test_a_bar_is_shown_to_a_terminal_only(tmp_path: Path) -> None:
    """On standard error, where it cannot get into the output."""
    words = ["generate", "--people", "10", "--events", "2000", "--out", "a.jsonl", "--json"]
    shown, printed = _before_a_terminal(tmp_path, *words)
    assert "generating" in shown
    assert json.loads(printed)["events"] == 2000
    assert lineage(*words, folder=tmp_path).stderr == ""


def test_what_is_written_under_a_bar_is_no_part_of_it(tmp_path: Path) -> None:
    """Rows go to standard output while a bar is shown on a terminal, and nowhere else."""
    words = ["generate", "--people", "10", "--events", "2000", "--out", "-"]
    shown, printed = _before_a_terminal(tmp_path, *words)
    assert "generating" in shown
    assert "specversion" not in shown
    assert len(printed.splitlines()) == 2000
    policy = str(ROOT / "lineage/policy/library/senro.yaml")
    shown, printed = _before_a_terminal(tmp_path, "policy", "simulate", policy, "--json")
    assert "simulating" in shown
    assert "controller" not in shown
    assert json.loads(printed)["rows"] == []


def _before_a_terminal(folder: Path, *words: str) -> tuple[str, str]:
    """What a command shows on a terminal as standard error, and what it prints to a pipe."""
    reader, writer = pty.openpty()
    with subprocess.Popen(
        [*LINEAGE, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
    ) as process:
        os.close(writer)
        assert process.stdout is not None
        with ThreadPoolExecutor(1) as beside:
            shown = beside.submit(lambda: b"".join(iter(lambda: _read(reader), b"")))
            printed = process.stdout.read()
    os.close(reader)
    return shown.result().decode(), printed


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side has closed the terminal
        return b""


def extra(app: typer.Typer) -> None:
    """Register one command, as another package would."""

    @app.command("work")
    def work() -> None:
        """Say something."""
        typer.echo("working")


def test_other_packages_add_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point of the group brings its command along."""
    point = EntryPoint("streams", f"{__name__}:extra", plugins.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _self: extra)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] * (group == plugins.GROUP))
    result = CliRunner().invoke(make_app(), ["work"])
    assert result.stdout == "working\n"


def test_a_broken_addition_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Our own commands stay when somebody else's cannot be loaded."""
    point = EntryPoint("streams", "no_such_module:register", plugins.GROUP)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] * (group == plugins.GROUP))
    result = CliRunner().invoke(make_app(), ["--version"])
    assert result.exit_code == 0
    assert "'streams' are missing: ModuleNotFoundError" in capsys.readouterr().err
