"""The tests find the next way to a service quickly, and say why no way was left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import ways
from tests.support.ways import ServiceMissing, first_of, in_docker


@pytest.mark.parametrize(
    "docker", ["exit 1", "exec sleep 60", None], ids=["without an engine", "hanging", "absent"]
)
def test_a_docker_that_does_not_answer_costs_little(
    docker: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client without an engine, one that hangs and none at all lead on within seconds."""
    if docker is not None:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{docker}\n")
        (tmp_path / "docker").chmod(0o755)
    monkeypatch.setattr(ways, "DOCKER_SECONDS_MAX", 0.5)
    after = "/nowhere" if docker is None else os.environ["PATH"]
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), after]))
    before = time.monotonic()
    assert not ways.docker_answers()
    assert time.monotonic() - before < 5


def fails(reason: str) -> Callable[[], str]:
    """A way that leads nowhere."""

    def way() -> str:
        raise ServiceMissing(reason)

    return way


def test_the_next_way_is_taken_and_all_reasons_are_told() -> None:
    """One way that fails does not matter; where all do, the error says why each and what to do."""
    got = first_of([fails("no engine"), lambda: "a server"], missing=ServiceMissing, do="")
    assert got == "a server"
    with pytest.raises(ServiceMissing) as caught:
        first_of([fails("no engine"), fails("no wheel")], missing=ServiceMissing, do="Do this:")
    assert str(caught.value) == "Do this:\n  - no engine\n  - no wheel"


def test_a_container_that_fails_is_a_way_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker that answers and then cannot start anything is a reason like any other."""

    def breaks() -> str:
        raise OSError("no such image")

    monkeypatch.setattr(ways, "docker_answers", lambda: True)
    with pytest.raises(ServiceMissing, match="OSError: no such image"):
        in_docker(breaks, missing=ServiceMissing)
    monkeypatch.setattr(ways, "docker_answers", lambda: False)
    with pytest.raises(ServiceMissing, match="docker info"):
        in_docker(breaks, missing=ServiceMissing)
