"""The compose file as the tests read it: parsed, its variables as they are without any set."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.architecture.tree import ROOT

FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def text() -> str:
    """The file as it stands."""
    return FILE.read_text(encoding="utf-8")


def parsed() -> dict[str, Any]:
    """The file with the defaults of its variables put in."""
    filled = VARIABLE.sub(lambda found: found[2] or "", text())
    loaded: dict[str, Any] = yaml.safe_load(filled)
    return loaded


def services() -> dict[str, Any]:
    """Its services by name."""
    found: dict[str, Any] = parsed()["services"]
    return found


def ours() -> dict[str, Any]:
    """The services that run lineage."""
    return {name: each for name, each in services().items() if "build" in each}
