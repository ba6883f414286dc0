"""Runs the steps of one page in one shell, in a folder of its own, as a reader would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.docs.blocks import ROOT, Step

MARK = "@@@"
PORT = "8471"
"""The port that the pages name; replaced by a free one, so that two runs do not meet."""

DATABASE = "postgresql://lineage@localhost/lineage"
"""The database that the pages name; replaced by a fresh one."""

BROKER = "localhost:9092"
"""The broker that the pages name; replaced by one of the page's own."""

SECONDS_MAX = 240

CHANGING = (
    (re.compile(r"\b(?!2025)\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?"), "<time>"),
    (re.compile(r"\b(ntc_)?[0-9a-f]{12,}\b"), "<hash>"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "<seconds>"),
    (re.compile(r"\([\d,.]+ a second\)"), "<rate>"),
    (re.compile(r"─+"), "─"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True)
class Result:
    """What came of one step."""

    exit_code: int
    lines: tuple[str, ...]


def normalised(line: str) -> str:
    """A line without what differs from run to run; only the examples happen in 2025."""
    for pattern, stands_for in CHANGING:
        line = pattern.sub(stands_for, line)
    return line.strip()


def agrees(shown: Sequence[str], got: Sequence[str]) -> bool:
    """Whether the output is as shown; a line ``...`` stands for any lines."""
    lines = [line for line in map(normalised, got) if line]
    parts: list[list[str]] = [[]]
    for line in filter(None, map(normalised, shown)):
        if line == "...":
            parts.append([])
        else:
            parts[-1].append(line)
    at = 0
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        starts = [len(lines) - len(part)] if last else range(at, len(lines) - len(part) + 1)
        if number == 0:
            starts = [0]
        found = next((s for s in starts if s >= at and lines[s : s + len(part)] == part), None)
        if found is None:
            return False
        at = found + len(part)
    return at == len(lines)


def run(
    steps: Sequence[Step], folder: Path, database: str = DATABASE, *, broker: str = BROKER
) -> list[Result]:
    """Run all steps one after the other; the shell keeps its variables and background jobs.

    ``database`` is the URL of an empty one, and ``broker`` the address of one without topics, for
    a page that names one.
    """
    port = _free_port()
    steps = [
        replace(step, text=step.text.replace(DATABASE, database).replace(BROKER, broker))
        for step in steps
    ]
    _lay_out(folder, port)
    script = "\n".join(_commands(number, step, folder) for number, step in enumerate(steps))
    # A file, not a pipe: what runs on in the background would keep a pipe open for ever.
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", script.replace(PORT, port)],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        process.wait(timeout=SECONDS_MAX)
    finally:
        _end(process)
    return _results((folder / "output.txt").read_text(), len(steps))


def _lay_out(folder: Path, port: str) -> None:
    shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
    for name in ("recipients.yaml", "erasing.yaml"):
        registry = folder / "docs" / "examples" / name
        registry.write_text(registry.read_text().replace(PORT, port))
    for name in ("lineage", "Makefile"):
        (folder / name).symlink_to(ROOT / name)


def _commands(number: int, step: Step, folder: Path) -> str:
    text = step.text
    if step.python:
        (folder / f"step{number}.py").write_text(text)
        text = f"python step{number}.py"
    elif step.is_make:
        text = f"make --dry-run --directory {shlex.quote(str(ROOT))} {text.removeprefix('make ')}"
    lines = [f"echo '{MARK} {number}'", text, f"rc=$?; echo; echo '{MARK} rc' $rc"]
    if text.endswith("&"):
        lines.append(
            f"for _ in $(seq 200); do (: < /dev/tcp/127.0.0.1/{PORT}) 2> /dev/null && break;"
            " sleep 0.1; done"
        )
    return "\n".join(lines)


def _results(output: str, count: int) -> list[Result]:
    results: list[Result] = []
    for chunk in output.split(f"{MARK} ")[1:]:
        head, _, rest = chunk.partition("\n")
        if head.startswith("rc "):
            results[-1] = Result(int(head.removeprefix("rc ")), results[-1].lines)
        else:
            results.append(Result(-1, tuple(rest.splitlines())))
    assert len(results) == count, output
    return results


def _environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LINEAGE_", "MAKE"))}
    kept.pop("MFLAGS", None)
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "TZ": "UTC",
    }


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what the page left running in the background: all of it, and nothing else."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
