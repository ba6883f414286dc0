"""The compose file, as far as it can be known without an engine: form, commands, hardening."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.main import get_command

from lineage.cli import reference
from tests.architecture.tree import ROOT
from tests.deploy import compose

SCHEMA = json.loads((ROOT / "tests/vectors/compose/compose-spec.json").read_text(encoding="utf-8"))
SERVICES = compose.services()
OURS = compose.ours()
PINNED = re.compile(r"[a-z0-9./-]+:\d+(\.\d+)+[\w.-]*")
LOOPBACK = re.compile(r"127\.0\.0\.1:\d+:\d+")


def one_shot(name: str) -> bool:
    """Whether others wait for the end of the service."""
    return any(
        waits.get("condition") == "service_completed_successfully"
        for service in SERVICES.values()
        for waited, waits in service.get("depends_on", {}).items()
        if waited == name
    )


def environment_read() -> set[str]:
    """The variables that the code reads, by its own words."""
    sources = [*(ROOT / "lineage").rglob("*.py"), *(ROOT / "streams").rglob("*.py")]
    found: set[str] = set()
    for path in sources:
        found |= set(re.findall(r'"(LINEAGE_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    return found


def test_it_is_a_compose_file() -> None:
    """Valid by the schema of the Compose Specification, and the schema would see a slip."""
    validator = Draft202012Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(compose.parsed())] == []
    slip = {"services": {"a": {"image": "b", "helthcheck": {}}}}
    assert list(validator.iter_errors(slip))


def test_what_was_asked_for_is_there() -> None:
    """Kafka, PostgreSQL, what makes topics and tables, and two workers."""
    assert set(SERVICES) == {"kafka", "postgres", "topics", "tables", "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    """To a version, so that what was tried is what runs."""
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_the_versions_are_those_of_the_tests() -> None:
    """Broker and database are the ones that the tests run against."""
    brokers = (ROOT / "tests/support/brokers.py").read_text(encoding="utf-8")
    databases = (ROOT / "tests/support/container.py").read_text(encoding="utf-8")
    assert f'VERSION = "{SERVICES["kafka"]["image"].partition(":")[2]}"' in brokers
    assert f'IMAGE = "{SERVICES["postgres"]["image"]}"' in databases


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_that_stays_has_a_health_check(name: str) -> None:
    """And comes back when it fails; one that ends says that it has none."""
    service = SERVICES[name]
    if one_shot(name):
        assert service["healthcheck"] == {"disable": True}
        assert "restart" not in service
        return
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])
    assert service["restart"] == "unless-stopped"


def test_everyone_waits_for_what_it_needs() -> None:
    """Services that are healthy, makers that have succeeded; nobody merely for a start."""
    for service in SERVICES.values():
        for name, waits in service.get("depends_on", {}).items():
            ends = "service_completed_successfully"
            assert waits["condition"] == (ends if one_shot(name) else "service_healthy")
    assert set(SERVICES["worker"]["depends_on"]) == {"topics", "tables"}


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_ours(name: str) -> None:
    """With options that it takes."""
    command: Any = get_command(reference.documented())
    words = [str(word) for word in OURS[name]["command"]]
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    with command.make_context("compose", words) as context:
        assert context.params


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_is_read(name: str) -> None:
    """A misspelt name would be no error, and a default in its place."""
    named = set(OURS[name]["environment"])
    assert named
    assert named <= environment_read()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(name: str) -> None:
    """No new privileges, no capabilities but those named, a root that cannot be written."""
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert service.get("read_only") is True or name == "kafka"
    assert "privileged" not in service
    if name in OURS:
        assert "cap_add" not in service
        assert "user" not in service, "the image says who it runs as"


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_reachable_from_another_machine(name: str) -> None:
    """Ports are on the loopback; the database has none at all."""
    ports = SERVICES[name].get("ports", [])
    assert all(LOOPBACK.fullmatch(port) for port in ports)
    assert not ports or name == "kafka"


def test_no_secret_stands_in_the_file() -> None:
    """A password comes from the environment; its default is of use on this machine only."""
    for name, default in compose.VARIABLE.findall(compose.text()):
        assert (name, default) == ("POSTGRES_PASSWORD", "on-this-machine-only")
    for line in compose.text().splitlines():
        if "PASSWORD" in line:
            assert "${POSTGRES_PASSWORD:-" in line


def test_keys_and_data_outlive_the_containers() -> None:
    """Each on a volume of its own, and the keys not on that of the database."""
    volumes = compose.parsed()["volumes"]
    assert set(volumes) == {"kafka", "keys", "postgres"}
    for service in OURS.values():
        assert service["volumes"] == ["keys:/keys"]
        assert Path(service["environment"]["LINEAGE_KEYS"]).parent == Path("/keys")
