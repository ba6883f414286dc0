"""The compose file run for real: from nothing to an answer about a person, and after a kill."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.support.ways import docker_answers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
PROJECT = "lineage-test-compose"
SECONDS_MAX = 120


class Project:
    """The services of the file under a name of the test's own."""

    def __init__(self, folder: Path) -> None:
        """Lay out an override: no port of this machine is taken."""
        override = folder / "override.yml"
        override.write_text("services: {kafka: {ports: !reset []}}\n", encoding="utf-8")
        files = ["--file", str(ROOT / "docker-compose.yml"), "--file", str(override)]
        self._compose = ["docker", "compose", "--project-name", PROJECT, *files]

    def __call__(self, *words: str, stdin: bytes = b"") -> str:
        """Run ``docker compose`` and give what it printed; failing is a failure of the test."""
        done = subprocess.run(
            [*self._compose, *words],
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, "COMPOSE_PROGRESS": "quiet"},
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def lineage(self, *words: str, stdin: bytes = b"") -> str:
        """Run a command of lineage in a container of its own."""
        return self("run", "--rm", "--no-TTY", "--no-deps", "tables", *words, stdin=stdin)

    def recorded(self) -> None:
        """Wait until nothing is left to record."""
        ends_at = time.monotonic() + SECONDS_MAX
        while json.loads(self.lineage("lag", "--json"))["lag"] != 0:
            assert time.monotonic() < ends_at, "the workers do not catch up"
            time.sleep(1)


if docker_answers():  # nothing here could run without an engine; what can is in tests/deploy

    @pytest.fixture(scope="module")
    def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
        """All services up and healthy; gone with their volumes afterwards."""
        project = Project(tmp_path_factory.mktemp("compose"))
        try:
            project("up", "--build", "--wait", "--wait-timeout", "600")
            yield project
        finally:
            project("down", "--volumes", "--timeout", "30")

    def test_from_nothing_to_an_answer(project: Project) -> None:
        """Events that are emitted are recorded by the workers, and asked about."""
        events = (ROOT / "docs/examples/events.jsonl").read_bytes()
        project.lineage("emit", "-", "--make-topics", stdin=events)
        project.recorded()
        holders = json.loads(project.lineage("holders", "m1", "--json"))
        assert "FastParcel" in {row["holder"] for row in holders["holders"]}
        assert project.lineage("verify", "--json")

    def test_workers_that_are_killed_come_back(project: Project) -> None:
        """And nothing is lost or doubled: the same events again change nothing."""
        before = json.loads(project.lineage("verify", "--json"))["events"]
        project("kill", "--signal", "SIGKILL", "worker")
        events = (ROOT / "docs/examples/events.jsonl").read_bytes()
        project.lineage("emit", "-", "--make-topics", stdin=events)
        project("up", "--wait", "--wait-timeout", "300")
        project.recorded()
        assert json.loads(project.lineage("verify", "--json"))["events"] == before

    def test_the_containers_are_as_hard_as_the_file_says(project: Project) -> None:
        """A worker is no root, cannot write its root, and cannot install anything."""
        probe = "import os, pathlib; assert os.getuid() == 10001; pathlib.Path('/x').touch()"
        done = subprocess.run(
            [*project._compose, "exec", "--no-TTY", "worker", "python", "-c", probe],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "Read-only file system" in done.stderr
