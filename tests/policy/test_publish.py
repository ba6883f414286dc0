"""The published schemas: fresh, and of one mind with the models."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lineage.policy.loader import LIBRARY
from lineage.policy.publish import main, schemas


def _plain(file: Path) -> Any:
    return json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))


def test_published_schemas_are_fresh() -> None:
    """What lies in schemas/, and the page of rule kinds, are what the models say today."""
    assert main(["--check"]) == 0


def test_runs_as_a_module() -> None:
    """The gate's own command works and finds nothing stale."""
    command = [sys.executable, "-m", "lineage.policy.publish", "--check"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_check_names_a_stale_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing or changed schema fails the check by name; writing mends it."""
    folder = ["--root", str(tmp_path)]
    assert main(["--check", *folder]) == 1
    assert main(folder) == 0
    assert main(["--check", *folder]) == 0
    capsys.readouterr()
    (tmp_path / "schemas/policy.schema.json").write_text("{}\n", encoding="utf-8")
    assert main(["--check", *folder]) == 1
    assert capsys.readouterr().err.startswith("stale: schemas/policy.schema.json ")
    assert (tmp_path / "schemas/policy.schema.json").read_text(encoding="utf-8") == "{}\n"


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.yaml")), ids=lambda file: file.stem)
def test_library_is_valid_by_the_schema(file: Path) -> None:
    """Somebody who checks a policy file with the schema alone finds ours valid, a wrong one not."""
    schema = json.loads(schemas()["policy.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    policy = _plain(file)
    validator.validate(policy)
    assert validator.is_valid(policy | {"version": "v1", "effective_from": "2026-06-01"})
    assert not validator.is_valid(policy | {"nmae": "x"})
    assert not validator.is_valid({key: policy[key] for key in policy if key != "id"})


def test_registry_schema() -> None:
    """The registry's schema takes a good entry and refuses an unknown channel."""
    schema = json.loads(schemas()["registry.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for channel, fine in (("manual", True), ("pigeon", False)):
        entry = {"controllers": {"senro": {"recipients": {"CarryCo": {"channel": channel}}}}}
        assert validator.is_valid(entry) is fine
