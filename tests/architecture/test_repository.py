"""What the repository ships: locks that hold, and no trace of the machine it was written on."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT, shown, text_of, tracked_files

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(.*)$")
HOME = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work|workspace)/\w")
UPWARD = re.compile(r"(?<![\w./])(?:\.\./)+")
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


def pins(lock: str) -> dict[str, str]:
    """Name to version of every package in a lock."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    found = [match for line in lines if (match := PIN.match(line))]
    assert found, f"{lock} pins nothing"
    return {canonicalize_name(match[1]): match[2] for match in found}


def machine_traces(path: Path, text: str) -> list[str]:
    """Absolute paths of somebody's machine, and relative ones that leave the repository."""
    depth = len(path.relative_to(ROOT).parts) - 1
    traces = [match.group() for match in HOME.finditer(text)]
    return traces + [m.group() for m in UPWARD.finditer(text) if m.group().count("../") > depth]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_no_address(lock: str) -> None:
    """A lock names packages and hashes; where they come from is the installer's own setting."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^(?:-|\S+ @ )", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_hashes(lock: str) -> None:
    """Nothing is installed whose content was not the one that was tested."""
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))
    assert [b.split()[0] for b in blocks if "==" in b and "--hash=sha256:" not in b] == []


def test_locks_agree() -> None:
    """The demo and the tests run on the same versions."""
    dev = pins("requirements-dev.lock")
    for lock in LOCKS:
        assert {name: dev.get(name) for name in pins(lock)} == pins(lock)


def test_locks_are_fresh() -> None:
    """Each requirement of pyproject.toml is met by its lock: else `make lock` was forgotten."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "requirements.lock": config["project"]["dependencies"],
        "requirements-build.lock": config["build-system"]["requires"],
        "requirements-dev.lock": [
            line for line in config["dependency-groups"]["dev"] if isinstance(line, str)
        ],
    }
    for lock, lines in wanted.items():
        locked = pins(lock)
        for requirement in map(Requirement, lines):
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None, f"{lock} lacks {requirement.name}"
            assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {version}"


def test_no_trace_of_a_machine() -> None:
    """What is shipped works, and reads, the same wherever it is cloned."""
    traces = [
        f"{shown(path)}: {trace}"
        for path in tracked_files()
        if (text := text_of(path)) is not None
        for trace in machine_traces(path, text)
    ]
    assert traces == []


def test_traces_are_seen() -> None:
    """The search sees a home folder and a way out, and lets addresses and inner paths be."""
    home, out = "/home" + "/ada/x", ".." + "/elsewhere"
    assert machine_traces(ROOT / "README.md", f"see {home} and {out}") != []
    assert machine_traces(ROOT / "docs" / "a.md", f"see {home}") != []
    assert (
        machine_traces(ROOT / "docs" / "a.md", "[b](../README.md) https://x.example/home/b") == []
    )


def test_links_of_documents_lead_somewhere() -> None:
    """A relative link in a page names a file that is there."""
    broken = [
        f"{shown(path)}: {target}"
        for path in tracked_files()
        if path.suffix == ".md"
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []
