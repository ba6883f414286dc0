"""A Kafka broker in Docker, by testcontainers; loaded only where an engine answers."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from testcontainers.core.container import DockerContainer

from tests.support.brokers import (
    VERSION,
    Address,
    Door,
    new_cluster_id,
    properties,
    wait_for_answer,
)

IMAGE = f"apache/kafka:{VERSION}"
PORT = 9092
DOOR_PORT = 9094
"""The first of those of other doors"""

STOP_SECONDS_MAX = 60
START = """
printf '%s' "$1" > /tmp/server.properties
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted \
  --cluster-id "$2" --config /tmp/server.properties
exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties
"""
"""The settings of the native broker, not those of the image; the last line becomes Java."""


class ContainerBroker:
    """One broker in a container of its own; the reaper of testcontainers ends it if we cannot."""

    origin = f"Docker, image {IMAGE}"

    def __init__(self, doors: Sequence[Door] = ()) -> None:
        """Start the container; the image is fetched where it is not there yet."""
        container = DockerContainer(IMAGE)
        host, port = container.get_container_host_ip(), _free_port()
        self.servers = f"{host}:{port}"
        inside = {door.name: DOOR_PORT + number for number, door in enumerate(doors)}
        outside = {door.name: _free_port() for door in doors}
        self._doors = {name: f"{host}:{outer}" for name, outer in outside.items()}
        settings = properties(
            folder="/tmp/lineage-kafka",  # noqa: S108 - in the container, nobody else is there
            open_door=Address(f"0.0.0.0:{PORT}", self.servers),
            controller="localhost:9093",
            doors=[
                (door, Address(f"0.0.0.0:{inside[door.name]}", self.door(door.name)))
                for door in doors
            ],
        )
        # A port that Docker chooses itself is another one after every start.
        self._container = container.with_bind_ports(PORT, port).with_command(
            ["sh", "-c", START, "start", settings, new_cluster_id()]
        )
        for name, outer in outside.items():
            self._container.with_bind_ports(inside[name], outer)
        try:
            self._container.start()
            wait_for_answer(self.servers)
        except BaseException:
            self.close()
            raise

    def door(self, name: str) -> str:
        """The address of one of its other doors."""
        return self._doors[name]

    def kill(self) -> None:
        """End it by ``kill -9``: the broker is the first process of its container."""
        self._end("SIGKILL")

    def stop(self) -> None:
        """Stop it in good order."""
        self._end("SIGTERM")

    def start(self) -> None:
        """Start it again on the same data; it answers when this returns."""
        self._container.get_wrapped_container().start()
        wait_for_answer(self.servers)

    def logged(self) -> bytes:
        """All that it has logged."""
        return bytes(self._container.get_wrapped_container().logs())

    def _end(self, how: str) -> None:
        running = self._container.get_wrapped_container()
        running.reload()
        if running.status == "running":
            running.kill(signal=how)
            running.wait(timeout=STOP_SECONDS_MAX)

    def close(self) -> None:
        """Remove the container with its data."""
        self._container.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
