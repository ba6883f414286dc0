"""A Kafka broker as a plain Java process: one node that is broker and controller, its own data.

A guard waits for our end, however it comes, to kill the broker and remove its folder.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.brokers import (
    PROBE_SECONDS,
    START_SECONDS_MAX,
    VERSION,
    Address,
    Door,
    KafkaMissing,
    answers,
    new_cluster_id,
    properties,
)
from tests.support.kafka_jars import cache_folder, kafka_jars
from tests.support.left_behind import Guard, base_folder

STOP_SECONDS_MAX = 60.0
FORMAT_SECONDS_MAX = 60.0
HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those that outgoing connections get: after a kill its port must still be free."""

LIGHT = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Half of what the start costs, and a third of the memory, against some speed of long runs."""

LOGGING = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"


class NativeBroker:
    """One broker with its data in a temporary folder; it runs until ``close``, or until we end."""

    origin = f"Java, Kafka {VERSION} by Maven"

    def __init__(
        self,
        *,
        in_memory: bool = True,
        flags: tuple[str, ...] = LIGHT,
        doors: Sequence[Door] = (),
    ) -> None:
        """Make the data and start the broker; for measuring, on the disk and without ``LIGHT``."""
        java, jars = _java(), kafka_jars(cache_folder())
        self._java = [java, "-Xmx512m", *flags, LOGGING, "-cp", f"{jars}/*"]
        port, controller_port, *others = _free_ports(2 + len(doors))
        self.servers = f"{HOST}:{port}"
        self._doors = {
            door.name: f"{HOST}:{other}" for door, other in zip(doors, others, strict=True)
        }
        self.folder = Path(
            tempfile.mkdtemp(prefix="lineage-kafka-", dir=base_folder(in_memory=in_memory))
        )
        self._guard = Guard([self.folder], pid_file=self._pid_file, ends_by=signal.SIGKILL)
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._settings.write_text(
                properties(
                    folder=str(self.folder / "data"),
                    open_door=Address(self.servers, self.servers),
                    controller=f"{HOST}:{controller_port}",
                    doors=[(d, Address(self.door(d.name), self.door(d.name))) for d in doors],
                )
            )
            self._make_data()
            self.start()
        except BaseException:
            self.close()
            raise

    def door(self, name: str) -> str:
        """The address of one of its other doors."""
        return self._doors[name]

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _make_data(self) -> None:
        tool = [*self._java, "kafka.tools.StorageTool", "format"]
        made = subprocess.run(
            [*tool, "--cluster-id", new_cluster_id(), "--config", str(self._settings)],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=FORMAT_SECONDS_MAX,
        )
        if made.returncode != 0:
            said = (made.stdout + made.stderr).strip().splitlines()[-3:]
            raise KafkaMissing("Kafka made no data folder: " + " / ".join(said))

    def start(self) -> None:
        """Start it on its data; it answers when this returns."""
        self._process = self._launched()
        ends_at = time.monotonic() + START_SECONDS_MAX
        while not (_listens(self.servers) and answers(self.servers)):
            if self._process.poll() is not None or time.monotonic() > ends_at:
                said = self._log.read_text(errors="replace").splitlines()[-5:]
                raise KafkaMissing("the broker did not start: " + " / ".join(said))
            time.sleep(PROBE_SECONDS)

    def _launched(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    # The shell becomes the broker: its number is written before there is one.
                    *("sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self._pid_file)),
                    *(*self._java, "kafka.Kafka", str(self._settings)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # ctrl-C is for us; we end it when we have tidied up
            )

    def kill(self) -> None:
        """End it by ``kill -9``."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in good order."""
        self._end(signal.SIGTERM)

    def logged(self) -> bytes:
        """All that it has logged."""
        return self._log.read_bytes()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS_MAX)
        self._pid_file.unlink(missing_ok=True)  # the number may be another's from now on

    def close(self) -> None:
        """End it and remove its data."""
        self._end(signal.SIGKILL)
        self._guard.close()


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        raise KafkaMissing("Java is not installed here (java), 17 or newer")
    return java


def _listens(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _free_ports(count: int) -> list[int]:
    """Ports that nobody has now; drawn at random, for other runs draw at the same time."""
    draw = random.SystemRandom()
    found: list[int] = []
    while len(found) < count:
        port = draw.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
