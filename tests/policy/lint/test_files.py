"""Linting files: every fault of one pass, with its line; versions and prefixes; registries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.policy.errors import PolicyError
from lineage.policy.lint.flaw import Row
from lineage.policy.lint.running import lint_files
from lineage.policy.loader import LIBRARY, load_library
from tests.policy.lint.cases import AGE, collects
from tests.policy.lint.small import head, silent

EXAMPLE = Path("docs/examples/recipients.yaml")
REGISTRY = """\
controllers:
  small:
    recipients:
      Posted:
        kind: logistics
      Hooked:
        channel: webhook
      Passing:
        channel: manual
        forward_duty: true
      Told:
        channel: manual
        forward_duty: true
        contact: erasure@told.example
    sources:
      /services/checkout:
      /services/shop:
        silent_after: {days: 2}
"""


def write(folder: Path, name: str, value: dict[str, Any]) -> Path:
    """A policy file; a version of its own is not named in it."""
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    return path


def file_of(**fields: Any) -> dict[str, Any]:
    """A sound file, but for these keys."""
    value = head()
    del value["version"]
    return value | fields


def found(rows: tuple[Row, ...]) -> list[tuple[int, str, str]]:
    """Line, code and path of each."""
    return [(row.line, row.code, row.path) for row in rows]


def test_every_fault_of_the_form_is_told(tmp_path: Path) -> None:
    """Not only the first; the checks wait until the form is right."""
    value = file_of(rules=[AGE | {"under": 0}, collects("email"), AGE | {"kind": "ages"}])
    value["nmae"] = value.pop("name")
    path = write(tmp_path, "small", value)
    linted = lint_files(path)
    assert {row.code for row in linted.rows} == {"not-in-form"}
    assert [row.path for row in linted.rows] == ["rules[0].under", "rules[2].kind", "nmae"]
    assert [row.line for row in linted.rows] == sorted(row.line for row in linted.rows)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[linted.rows[0].line - 1].strip() == "under: 0"
    assert linted.policies == ()


def test_holes_of_all_checks_are_told_together(tmp_path: Path) -> None:
    """With what the loader refuses, by line."""
    rules = [collects("email", "loyalty_tier"), AGE, {**AGE}]
    path = write(tmp_path, "small", file_of(rules=rules))
    assert [(row.code, row.path) for row in lint_files(path).rows] == [
        ("purpose-without-retention", "rules[0].categories"),
        ("category-unknown", "rules[0].categories[1]"),
        ("said-twice", "rules[2]"),
    ]
    with pytest.raises(PolicyError):
        load_library(path)


@pytest.mark.parametrize("text", ["controllers: {}\n", "{}\n", "- 1\n", "\tx: 1\n"])
def test_what_is_no_policy_at_all(tmp_path: Path, text: str) -> None:
    """Is refused as such, by name."""
    path = tmp_path / "other.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"other\.yaml"):
        lint_files(path)


def test_a_policy_is_no_registry(tmp_path: Path) -> None:
    """Nor the other way round."""
    path = write(tmp_path, "small", file_of())
    with pytest.raises(PolicyError, match="controllers"):
        lint_files(path, path)


def test_the_first_version_begins_on_a_day(tmp_path: Path) -> None:
    """The days before it are a hole, which the version before it fills; of a file by itself
    nobody can say.
    """
    later = write(tmp_path, "later", file_of(effective_from="2026-06-01"))
    write(tmp_path, "last", file_of(effective_from="2026-07-01"))
    assert lint_files(later).rows == ()
    [row] = lint_files(tmp_path).rows
    assert (row.code, row.path, row.file) == ("no-version-before", "effective_from", str(later))
    assert "2026-06-01" in row.says
    write(tmp_path, "first", file_of())
    assert lint_files(tmp_path).rows == ()
    load_library(tmp_path)


def test_versions_that_collide(tmp_path: Path) -> None:
    """Two first versions, two of one name, two of one day: as the loader says, but all of them."""
    write(tmp_path, "a", file_of(version="1"))
    write(tmp_path, "b", file_of(version="1"))
    write(tmp_path, "c", file_of(effective_from="2026-06-01"))
    write(tmp_path, "d", file_of(effective_from="2026-06-01"))
    rows = lint_files(tmp_path).rows
    assert [(Path(row.file).stem, row.code, row.path) for row in rows] == [
        ("b", "versions-collide", "effective_from"),
        ("b", "versions-collide", "version"),
        ("d", "versions-collide", "effective_from"),
    ]


def test_a_prefix_of_somebody_else(tmp_path: Path) -> None:
    """Two controllers cannot have rules of the same ids; two versions of one have."""
    write(tmp_path, "a", file_of())
    write(tmp_path, "b", file_of(id="other"))
    write(tmp_path, "c", file_of(id="other", effective_from="2026-06-01", prefix="901"))
    [row] = lint_files(tmp_path).rows
    assert (Path(row.file).stem, row.code, row.path) == ("b", "prefix-taken", "prefix")
    assert "small" in row.do


def test_a_registry_with_holes(tmp_path: Path) -> None:
    """Each in the words of its own, once, and every one of them."""
    path = tmp_path / "registry.yaml"
    path.write_text(REGISTRY, encoding="utf-8")
    policy = write(tmp_path, "small", file_of(rules=[silent("J")]))
    linted = lint_files(policy, path)
    place = "controllers.small."
    assert found(linted.rows) == [
        (4, "recipient-without-channel", f"{place}recipients.Posted.channel"),
        (6, "secret-missing", f"{place}recipients.Hooked.secret"),
        (6, "recipient-without-address", f"{place}recipients.Hooked.url"),
        (10, "forward-without-contact", f"{place}recipients.Passing.forward_duty"),
        (16, "source-without-silence", f"{place}sources./services/checkout.silent_after"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("kind: logistics", "kind: carrier\n        channel: manual", "recipients.Posted.kind"),
        ("channel: webhook", "channel: pigeon", "recipients.Hooked.channel"),
        ("      Told:", "      Told: 1\n      Said:", "recipients.Told"),
        ("    sources:", "    other: 1\n    sources:", "other"),
        ("forward_duty: true", "forward_duty: 1", "recipients.Passing.forward_duty"),
    ],
)
def test_another_fault_of_a_registry(tmp_path: Path, old: str, new: str, path: str) -> None:
    """The form is told besides, and the checks go on."""
    file = tmp_path / "registry.yaml"
    file.write_text(REGISTRY.replace(old, new, 1), encoding="utf-8")
    policy = write(tmp_path, "small", file_of())
    rows = lint_files(policy, file).rows
    of_form = [row.path for row in rows if row.code == "not-in-form"]
    assert of_form == [f"controllers.small.{path}"]
    assert "source-without-silence" in {row.code for row in rows}


def test_what_comes_with_lineage_is_sound() -> None:
    """The registry of the documentation is sound beside the policies of the package."""
    linted = lint_files(LIBRARY, EXAMPLE)
    assert linted.rows == ()
    assert linted.controllers == load_library().controllers
