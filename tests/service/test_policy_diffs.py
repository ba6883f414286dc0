"""Which two policies are meant, and the rows with their counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lineage.policy.errors import PolicyError
from lineage.policy.loader import LIBRARY, Library, load_library
from lineage.service.errors import InvalidInput
from lineage.service.policy_diffs import named_policy, policy_diff

TODAY = date(2026, 3, 5)
TEXT = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Three versions of one controller and one of another that has a version of the same name."""
    folder = tmp_path / "policies"
    folder.mkdir()
    for name, since in (("v2", "2026-01-01"), ("v3", "2027-01-01")):
        head = f"version: {name}\neffective_from: {since}\n"
        (folder / f"{name}.yaml").write_text(head + TEXT, encoding="utf-8")
    (folder / "first.yaml").write_text(TEXT, encoding="utf-8")
    other = (LIBRARY / "seestar.yaml").read_text(encoding="utf-8")
    (folder / "other.yaml").write_text(f"version: v3\n{other}", encoding="utf-8")
    return load_library(folder)


def test_a_slug_is_the_version_in_force(library: Library) -> None:
    """Of that day, not the newest."""
    assert named_policy(library, "senro", today=TODAY).version == "v2"
    assert named_policy(library, "senro", today=date(2027, 1, 1)).version == "v3"


def test_a_version_by_its_name(library: Library) -> None:
    """As it is listed, with or without the slug before it."""
    first = library.versions("senro")[0]
    for name in (first.version, f"senro@{first.version}"):
        assert named_policy(library, name, today=TODAY) is first
    assert named_policy(library, "v2", today=TODAY).version == "v2"
    assert named_policy(library, "seestar@v3", today=TODAY).id == "seestar"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nobody", "no policy file, no controller and no version"),
        ("senro@v4", "no policy file, no controller and no version"),
        ("v3", "several versions"),
        ("", "no policy file"),
    ],
)
def test_a_name_that_says_nothing(library: Library, name: str, says: str) -> None:
    """Or too much, is refused with what to do."""
    with pytest.raises(InvalidInput, match=says) as raised:
        named_policy(library, name, today=TODAY)
    assert "slug@version" in raised.value.do


def test_a_file_comes_first(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is called; a folder is none, and one that is not valid is an error."""
    monkeypatch.chdir(tmp_path)
    Path("senro").mkdir()
    assert named_policy(library, "senro", today=TODAY).version == "v2"
    Path("senro").rmdir()
    Path("senro").write_text(TEXT, encoding="utf-8")
    assert named_policy(library, "senro", today=TODAY).version.startswith("senro@")
    Path("senro").write_text("id: senro\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        named_policy(library, "senro", today=TODAY)


def test_the_counts(library: Library, tmp_path: Path) -> None:
    """Wording is counted apart, and is neither stricter nor looser."""
    later = tmp_path / "later.yaml"
    text = TEXT.replace("modes: [sale, rent]", "modes: [sale]")
    text = text.replace("says: The user may see the data.", "says: The user sees the data.")
    text = text.replace("    classes: [marketing]", "    classes: [marketing, important]")
    text = text.replace("categories: []", "categories: [loyalty_tier]", 1)
    later.write_text(text, encoding="utf-8")
    answer = policy_diff(library, "senro", str(later), today=TODAY)
    assert (answer.a.version, answer.a.effective_from) == ("v2", date(2026, 1, 1))
    assert answer.b.version.startswith("later@")
    assert answer.counts.model_dump() == {
        "people": 1,
        "recipients": 1,
        "us": 1,
        "wording": 1,
        "stricter": 1,
        "looser": 1,
    }
    assert [(row.rule_b, row.wording, row.direction) for row in answer.rows] == [
        ("003.C.1", False, "stricter"),
        ("003.E.1", False, "looser"),
        (None, False, "other"),
        ("003.K.1", True, "other"),
    ]
    [field] = answer.rows[1].fields
    assert (field.field, field.before, field.after) == ("modes", ["sale", "rent"], ["sale"])
