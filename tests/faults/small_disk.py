"""A file system that is soon full, for a server to put its data on; knows no store.

It is memory, mounted for as long as the block lasts. Who may not mount gets the same error from the
database by a trigger, which shows what the program does with it, if not that a real disk says so.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAY_MOUNT_ONLY_ROOT = "only root may mount a file system; run this one test as root"
GUARD = 'read -r _; umount --lazy "$1"; rmdir "$1"'
"""Reads from a pipe that only we hold open, so nothing stays mounted when we are killed."""


class SmallDisk:
    """A mounted file system of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        """Take a folder on which it is mounted."""
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, but: int) -> None:
        """Leave this many bytes free."""
        self.clear()
        found = os.statvfs(self.folder)
        size = found.f_bavail * found.f_frsize - but
        assert size > 0, "there is less room than that"
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    def clear(self) -> None:
        """Make room again."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(megabytes: int, *, owner: int) -> Iterator[SmallDisk | None]:
    """A small disk on which this user may write; None where we may not mount."""
    folder = Path(tempfile.mkdtemp(prefix="lineage-small-"))
    mounted = subprocess.run(
        [
            *("mount", "-t", "tmpfs"),
            *("-o", f"size={megabytes}m,mode=700,uid={owner}", "tmpfs", folder),
        ],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        folder.rmdir()
        yield None
        return
    with subprocess.Popen(
        ["sh", "-c", GUARD, "guard", folder], stdin=subprocess.PIPE, start_new_session=True
    ):  # which closes the pipe, and waits for the guard
        yield SmallDisk(folder)
