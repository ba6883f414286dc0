"""A PostgreSQL server in Docker, by testcontainers; loaded only where an engine answers."""

from __future__ import annotations

import secrets
import socket

import sqlalchemy as sa
from testcontainers.community.postgres import PostgresContainer

from tests.support.servers import DRIVER, wait_for_answer

IMAGE = "postgres:18.4"
STOP_SECONDS_MAX = 30


class ContainerServer:
    """One server in a container of its own; the reaper of testcontainers ends it if we cannot."""

    origin = f"Docker, image {IMAGE}"

    def __init__(self) -> None:
        """Start the container; the image is fetched where it is not there yet."""
        password, port = secrets.token_hex(8), _free_port()
        container = PostgresContainer(
            IMAGE, username="postgres", password=password, dbname="postgres", driver=None
        )
        # A port that Docker chooses itself is another one after every start.
        self._container = container.with_bind_ports(5432, port)
        try:
            self._container.start()
            self.url = sa.URL.create(
                DRIVER,
                username="postgres",
                password=password,
                host=self._container.get_container_host_ip(),
                port=port,
                database="postgres",
            )
            wait_for_answer(self.url)
        except BaseException:
            self.close()
            raise

    def kill(self) -> None:
        """End it by ``kill -9``: the server is the first process of its container."""
        self._end("SIGKILL")

    def stop_immediately(self) -> None:
        """End it by the signal that ``pg_ctl stop -m immediate`` sends."""
        self._end("SIGQUIT")

    def restart(self) -> None:
        """Stop it in good order, and start it again."""
        self._end("SIGINT")
        self.start()

    def start(self) -> None:
        """Start it again on the same data; it answers when this returns."""
        self._container.get_wrapped_container().start()
        wait_for_answer(self.url)

    def logged(self) -> bytes:
        """All that it has logged."""
        return bytes(self._container.get_wrapped_container().logs())

    def _end(self, how: str) -> None:
        running = self._container.get_wrapped_container()
        running.kill(signal=how)
        running.wait(timeout=STOP_SECONDS_MAX)

    def close(self) -> None:
        """Remove the container with its data."""
        self._container.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
