"""A server from the wheel leaves nothing behind, however the run that started it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support import native
from tests.support.native import NativeServer
from tests.support.servers import PostgresMissing, answers

ROOT = Path(__file__).resolve().parents[2]
TOUCHED = """
import signal, sys, time
from tests.support.native import NativeServer
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
server = NativeServer(in_memory=True)
print(server.folder, flush=True)
time.sleep(60)
"""

OURSELVES = {"user": os.getuid(), "group": os.getgid()}
"""An identity as root gives it, that an ordinary user may take on too."""

pytestmark = pytest.mark.postgres


def processes_in(folder: Path) -> list[str]:
    """The command lines that name a folder."""
    listed = subprocess.run(
        ["ps", "-eww", "-o", "args"], check=True, capture_output=True, text=True
    )
    return [line for line in listed.stdout.splitlines() if str(folder) in line]


def within_seconds(seconds: float, folder: Path) -> bool:
    """Whether folder and processes are gone in time."""
    ends_at = time.monotonic() + seconds
    while folder.exists() or processes_in(folder):
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_stays_when_the_run_is_ended(how: signal.Signals) -> None:
    """After kill -9 or ctrl-C of the tests no process runs on and no folder is left."""
    with subprocess.Popen(
        [sys.executable, "-c", TOUCHED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        before = processes_in(folder)
        run.send_signal(how)
    assert any("postgres" in line for line in before)
    assert within_seconds(10, folder)


@pytest.mark.parametrize("killed", [False, True])
def test_nothing_stays_after_close(killed: bool) -> None:
    """An ordinary end leaves nothing either, even of a server that was killed and not started."""
    server = NativeServer(in_memory=True)
    assert answers(server.url)
    segment = (server.folder / "data" / "postmaster.pid").read_text().splitlines()[6].split()[1]
    assert segment in _shared_memory()
    if killed:
        server.kill()
    server.close()
    assert within_seconds(0, server.folder)
    assert segment not in _shared_memory()


def _shared_memory() -> list[str]:
    listed = subprocess.run(["ipcs", "-m"], check=True, capture_output=True, text=True)
    return [line.split()[1] for line in listed.stdout.splitlines() if len(line.split()) > 1]


def test_a_failed_start_tells_why_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot start is an error with its own words, not a wait without end."""
    folders: list[Path] = []
    made = tempfile.mkdtemp

    def noted(**where: str) -> str:
        folders.append(Path(made(**where)))
        return str(folders[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", noted)
    monkeypatch.setitem(native.SETTINGS, "max_connections", "none")
    monkeypatch.setattr(native, "START_SECONDS_MAX", 0.5)
    with pytest.raises(PostgresMissing, match="max_connections"):
        NativeServer(in_memory=True)
    assert len(folders) == 1
    assert within_seconds(0, folders[0])


def test_a_checkout_that_is_closed_to_others_serves_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Root's tests run from a folder only root can enter: the programs are copied, then removed."""
    as_we_are = native._unprivileged()
    monkeypatch.setattr(native, "_open_to_all", lambda _: False)
    monkeypatch.setattr(native, "_unprivileged", lambda: as_we_are or OURSELVES)
    server = NativeServer(in_memory=True)
    folders = list(server._rubbish)
    assert answers(server.url)
    assert len(folders) == 2
    server.close()
    assert not any(folder.exists() for folder in folders)
