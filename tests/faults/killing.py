"""Starting a worker as a process of its own, and killing it; knows nothing of what it does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL

REPOSITORY = Path(__file__).parents[2]
SECONDS_MAX = 60


@contextmanager
def worker(
    *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A running worker; whatever happens, it is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(SECONDS_MAX)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


def kill(process: subprocess.Popen[str]) -> bool:
    """End it by kill -9; whether that came before the worker's own end."""
    os.kill(process.pid, SIGKILL)
    return process.wait(SECONDS_MAX) == -SIGKILL


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What the worker says, line by line."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()
