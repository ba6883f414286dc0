"""The Dockerfile, as far as it can be known without an engine: lint, and what is in the image."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from lineage.cli import reference
from tests.architecture.tree import ROOT, tracked_files
from tests.deploy import compose

FILE = ROOT / "Dockerfile"
TEXT = FILE.read_text(encoding="utf-8")
JOINED = re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE).replace("\\\n", " ")
STAGES = JOINED.split("\nFROM ")[1:]


def instructions(name: str, stage: str) -> list[str]:
    """What follows each instruction of this name."""
    return re.findall(rf"^{name}\s+(.*)$", stage, re.MULTILINE)


def lint(text: str) -> subprocess.CompletedProcess[str]:
    """What hadolint says of a Dockerfile."""
    found = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"
    command = [found, "--no-color", "--config", "/dev/null", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_the_linter_has_nothing_to_say() -> None:
    """And it would: an image without a version is seen."""
    done = lint(TEXT)
    assert (done.returncode, done.stdout) == (0, "")
    assert "DL3006" in lint("FROM debian\n").stdout


def test_every_base_is_pinned_and_slim() -> None:
    """Two stages of the same version, so that the second has the Python of the first."""
    bases = [line.split()[0] for line in re.findall(r"^FROM (.*)$", JOINED, re.MULTILINE)]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])


def test_what_is_installed_is_what_is_locked() -> None:
    """By hash, wheels only, nothing resolved; our own wheel needs no index."""
    for line in re.findall(r"pip[^&]* install[^&]*", STAGES[0]):
        options = set(shlex.split(line))
        assert "--no-deps" in options
        assert "--no-index" in options or {"--require-hashes", "--only-binary"} <= options
    assert "pip" not in STAGES[1].replace("pip uninstall", "").replace("wheel pip", "")


def test_the_image_has_no_build_tools() -> None:
    """Nothing is installed in the last stage, and what could install is taken out."""
    final = STAGES[1]
    assert "pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip" in final
    assert not re.search(r"apt|apk|curl|wget|gcc|make\b", final)


def test_it_runs_as_nobody_in_particular() -> None:
    """By number, so that a runtime can see that it is not root; the keys are its own alone."""
    final = STAGES[1]
    (user,) = instructions("USER", final)
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    uid = user.partition(":")[0]
    assert f"--uid {uid}" in final
    assert "install --directory --mode 0700 --owner lineage --group lineage /keys" in final
    assert final.index("USER ") < final.index("ENTRYPOINT")


def test_it_starts_a_worker_that_can_be_asked_how_it_is() -> None:
    """The command is one of ours, and the health check asks the port that it opens."""
    (entry,) = instructions("ENTRYPOINT", STAGES[1])
    (words,) = instructions("CMD", STAGES[1])
    assert json.loads(entry) == ["lineage"]
    command: Any = get_command(reference.documented())
    name, *options = json.loads(words)
    with command.commands[name].make_context("image", options) as context:
        port = context.params["metrics_port"]
    (check,) = instructions("HEALTHCHECK", STAGES[1])
    assert f":{port}/metrics" in check
    assert instructions("EXPOSE", STAGES[1]) == [str(port)]
    probe = json.loads(check.partition("CMD")[2])
    compile(probe[2], "probe", "exec")
    worker = compose.services()["worker"]
    assert worker["healthcheck"]["test"] == ["CMD", *probe]
    assert worker["command"] == json.loads(words)


@pytest.mark.parametrize("source", ["lineage", "streams", "pyproject.toml", "requirements.lock"])
def test_what_is_copied_is_there(source: str) -> None:
    """Each source of a COPY exists and is let through by .dockerignore."""
    copied = [
        word
        for line in instructions("COPY", STAGES[0])
        for word in line.split()[:-1]
        if not word.startswith("--")
    ]
    assert source in copied
    assert all((ROOT / each).exists() for each in copied)
    assert all(let_in(f"{each}/x.py" if (ROOT / each).is_dir() else each) for each in copied)


def let_in(path: str) -> bool:
    """Whether .dockerignore lets a file into the build: the last pattern that fits decides."""
    answer = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        fits = [pattern, pattern.removeprefix("**/"), pattern.replace("/**", "/*")]
        if any(fnmatch(path, each) for each in fits):
            answer = line.startswith("!")
    return answer


def test_nothing_else_gets_in() -> None:
    """No store, no key, no history, no test: only packages, locks and what the wheel names."""
    assert not any(
        let_in(path)
        for path in (".git/config", "lineage.db", "lineage.db.keys/root.key", ".env", "tests/x.py")
    )
    names = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    tops = {name.split("/")[0] for name in names if let_in(name)}
    wanted = {"LICENSE", "NOTICE", "README.md", "lineage", "pyproject.toml", "streams"}
    assert tops == wanted | {"requirements-build.lock", "requirements.lock"}
