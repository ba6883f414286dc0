"""What a server of the tests leaves behind: where its files lie, and who removes them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - folders of random name are made in it
MEMORY_BYTES_MIN = 2 << 30
END_SECONDS_MAX = 30.0

GUARD = """
read -r _
how=$1 pid_file=$2
shift 2
if pid=$(head -n 1 "$pid_file" 2>/dev/null); then
  kill "-$how" "$pid" 2>/dev/null
  n=0
  while [ -e "$pid_file" ] && kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do
    sleep 0.05
    n=$((n + 1))
  done
fi
rm -rf "$@"
"""
"""Reads from a pipe that only we hold open: it ends when we end, by kill -9 too."""


class Guard:
    """One shell that outlives us just long enough to stop the server and remove its folders."""

    def __init__(self, folders: Iterable[Path], *, pid_file: Path, ends_by: signal.Signals) -> None:
        """Begin to wait. The first line of ``pid_file`` is the server, while it runs."""
        self._folders = list(folders)
        self._shell = subprocess.Popen(
            [
                *("sh", "-c", GUARD, "guard"),
                *(ends_by.name.removeprefix("SIG"), str(pid_file)),
                *map(str, self._folders),
            ],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def close(self) -> None:
        """Remove the folders of a server that has ended, and wait no more."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait(END_SECONDS_MAX)


def base_folder(*, in_memory: bool) -> Path | None:
    """Where the data go; a container often has only 64 MiB of memory to mount, so we look."""
    if not (in_memory and os.access(MEMORY, os.W_OK)):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN else None
