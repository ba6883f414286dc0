"""``lineage policy lint`` and ``new``: what they print, as text and JSON, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.cli.place import Place
from lineage.service.policy_answers import LintRow
from tests.cli.conftest import Run
from tests.cli.fake import Opened
from tests.cli.test_real import CONTROLLER, EVENTS, Shop
from tests.policy.lint.small import Said, head, rule

NOT_LOOKED = "the record was not looked at"
COLLECTS = rule("collects", "B", categories=["email"])


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A folder with a store."""
    for name in ("STORE", "KEYS", "POLICIES", "RECIPIENTS"):
        monkeypatch.delenv(f"LINEAGE_{name}", raising=False)
    return Shop(tmp_path)


def write(folder: Path, *rules: Said, **fields: Any) -> str:
    """A policy file of these rules."""
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(head(*rules, **fields)), encoding="utf-8")
    return str(path)


def test_a_sound_file(run: Run, opened: Opened, tmp_path: Path) -> None:
    """0, a word for people, an empty list as JSON; no store is opened, and one line says so."""
    file = write(tmp_path)
    result = run("policy", "lint", file)
    assert (result.exit_code, result.stdout) == (0, "No hole and no contradiction.\n")
    assert result.stderr == f"{NOT_LOOKED}: name the store with --store\n"
    assert json.loads(run("policy", "lint", file, "--json").stdout) == []
    assert opened.places == []


def test_a_hole(run: Run, tmp_path: Path) -> None:
    """1; file and line, code, place, rule, what is wrong and what to do; the same as JSON."""
    file = write(tmp_path, COLLECTS)
    result = run("policy", "lint", file)
    assert result.exit_code == 1
    for text in ("policy.yaml", "purpose-without-retention", "rules[0].categories", "900.B.1"):
        assert text in result.stdout
    for text in ("nothing says how long email may be kept", "retention_by_need"):
        assert text in result.stdout
    assert result.stdout.endswith("\n1 hole\n")
    told = run("policy", "lint", file, "--json")
    assert told.exit_code == 1
    [row] = json.loads(told.stdout)
    assert row["file"] == file
    assert row["line"] > 1
    assert row["severity"] == "hole"
    assert set(row) == set(LintRow.model_fields)


def test_a_wrong_form_is_told_with_the_rest(run: Run, tmp_path: Path) -> None:
    """1, and each fault is a row; 2 only where the file is no policy."""
    file = write(tmp_path, COLLECTS, nmae=1, prefix="x")
    rows = json.loads(run("policy", "lint", file, "--json").stdout)
    assert sorted(row["path"] for row in rows) == ["nmae", "prefix"]
    assert {row["code"] for row in rows} == {"not-in-form"}
    none = tmp_path / "none.yaml"
    none.write_text("x: 1\n", encoding="utf-8")
    for path in (none, tmp_path / "missing.yaml"):
        result = run("policy", "lint", str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert path.name in result.stderr


@pytest.mark.parametrize("option", ["--registry", "--recipients"])
def test_the_registry_has_one_option_of_two_names(run: Run, tmp_path: Path, option: str) -> None:
    """After the command or before it."""
    registry = tmp_path / "recipients.yaml"
    registry.write_text("controllers: {small: {recipients: {X: {}}}}\n", encoding="utf-8")
    words = [option, str(registry)]
    file = write(tmp_path)
    for line in (["policy", "lint", file, *words], [*words, "policy", "lint", file]):
        result = run(*line)
        assert result.exit_code == 1
        assert "recipient-without-channel" in result.stdout


def test_a_store_is_asked_where_one_is_named(run: Run, opened: Opened, tmp_path: Path) -> None:
    """Whatever policies and registry are in use elsewhere: only the files that are named count."""
    hole = LintRow(
        file="recipients.yaml",
        line=1,
        path="controllers.small.recipients.X",
        rule=None,
        code="recipient-not-registered",
        severity="hole",
        says="X holds data on record and is not registered",
        do="add it",
    )
    opened.tracker.answers["lint"] = [hole]
    file = write(tmp_path, COLLECTS)
    words = ["--store", "sqlite:///other.db", "--keys", "k", "--policies", "p"]
    result = run("policy", "lint", file, *words)
    assert (result.exit_code, result.stderr) == (1, "")
    assert opened.places == [Place("sqlite:///other.db", Path("k"))]
    for text in ("policy.yaml", "recipients.yaml", "X holds data on record", "2 holes"):
        assert text in result.stdout


def test_a_real_record(shop: Shop) -> None:
    """Who has data on record and is not in the registry, and who must have signed."""
    shop.record(*EVENTS)
    asked = rule("evidence_needed", "D", evidence="data_protection")
    file = write(shop.folder, asked, id=CONTROLLER)
    registry = shop.folder / "recipients.yaml"
    entry: dict[str, Any] = {"recipients": {"FastParcel": {"channel": "manual"}}}
    registry.write_text(yaml.safe_dump({"controllers": {CONTROLLER: entry}}), encoding="utf-8")
    result = shop.run("policy", "lint", file, "--registry", str(registry), "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert [(row["code"], row["says"].split()[0]) for row in json.loads(result.stdout)] == [
        ("agreement-not-on-record", "FastParcel"),
        ("source-not-registered", "/services/checkout"),
        ("recipient-not-registered", "LocalVan"),
    ]


def test_a_new_file_is_printed_as_it_is(run: Run, opened: Opened, tmp_path: Path) -> None:
    """However narrow the terminal; written to a file it is the same, and lints clean."""
    printed = run("policy", "new", "my-shop", env={"COLUMNS": "40"})
    assert printed.exit_code == 0
    path = tmp_path / "my-shop.yaml"
    written = run("policy", "new", "my-shop", "--to", str(path))
    assert (written.exit_code, "begin with 005" in written.stdout) == (0, True)
    assert path.read_text(encoding="utf-8") == printed.stdout
    assert run("policy", "lint", str(path)).exit_code == 0
    assert opened.places == []


def test_a_new_file_as_json(run: Run, tmp_path: Path) -> None:
    """The text, its prefix, and where it was written."""
    told = json.loads(run("policy", "new", "my-shop", "--json").stdout)
    assert (told["controller"], told["prefix"], told["file"]) == ("my-shop", "005", None)
    path = tmp_path / "my-shop.yaml"
    again = json.loads(run("policy", "new", "my-shop", "--to", str(path), "--json").stdout)
    assert again == told | {"file": str(path)}
    assert path.read_text(encoding="utf-8") == told["text"]


def test_a_file_that_is_there_stays(run: Run, tmp_path: Path) -> None:
    """2, and nothing is written over it."""
    path = tmp_path / "my-shop.yaml"
    path.write_text("mine\n", encoding="utf-8")
    result = run("policy", "new", "my-shop", "--to", str(path))
    assert result.exit_code == 2
    assert "is left as it is" in result.stderr
    assert path.read_text(encoding="utf-8") == "mine\n"


def test_the_prefix_is_of_no_policy_in_use(run: Run, tmp_path: Path) -> None:
    """Neither of those that are named nor of those of the package."""
    file = write(tmp_path, prefix="005")
    told = run("policy", "new", "my-shop", "--policies", file, "--json")
    assert json.loads(told.stdout)["prefix"] == "006"


@pytest.mark.parametrize(
    ("name", "said"), [("My Shop", "cannot name a controller"), ("senro", "has a policy")]
)
def test_a_name_that_does_not_do(run: Run, name: str, said: str) -> None:
    """2, and what to do instead."""
    result = run("policy", "new", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
