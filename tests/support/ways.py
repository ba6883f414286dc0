"""How the tests choose between the ways to a service: one after the other, and never none."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from typing import TypeVar

DOCKER_SECONDS_MAX = 3.0

S = TypeVar("S")


class ServiceMissing(Exception):
    """A service that the tests need is not to be had."""


def docker_answers() -> bool:
    """Whether there is an engine: a client alone answers with an error, and quickly."""
    try:
        done = subprocess.run(
            ["docker", "info"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=DOCKER_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def in_docker(make: Callable[[], S], *, missing: type[ServiceMissing]) -> S:
    """What the container gives. Raises ``missing`` without an engine, or where it fails."""
    if not docker_answers():
        raise missing("`docker info` does not succeed")
    try:
        return make()
    except Exception as error:
        # Whatever is wrong with somebody's Docker, there is another way, and its end says this.
        raise missing(f"Docker: {type(error).__name__}: {error}") from error


def first_of(ways: Sequence[Callable[[], S]], *, missing: type[ServiceMissing], do: str) -> S:
    """What the first way gives that works. Raises ``missing`` with the reasons of all."""
    reasons = []
    for way in ways:
        try:
            return way()
        except missing as error:
            reasons.append(f"  - {error}")
    raise missing("\n".join([do, *reasons]))
