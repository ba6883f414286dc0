"""Loading policy files: versions, dates in force, and what a wrong file is told."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lineage.policy.calendar import add_working_days
from lineage.policy.errors import PolicyError
from lineage.policy.loader import LIBRARY, Library, load_library

_TEXT = (LIBRARY / "sesiiduo.yaml").read_text(encoding="utf-8")
_LINES = _TEXT.splitlines()

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a changed copy of a valid policy; each change is (old text, new text)."""

    def write_one(*changes: tuple[str, str], name: str = "sesiiduo.yaml") -> Path:
        text = _TEXT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write_one


def _effective(day: str) -> tuple[str, str]:
    return ("id: sesiiduo", f"id: sesiiduo\neffective_from: {day}")


def test_version_in_force_by_day(write: Write) -> None:
    """The first version holds from the beginning, each later one from its own day on."""
    write(name="third.yaml")
    write(_effective("2026-06-01"), name="first.yaml")
    folder = write(_effective("2026-07-01"), name="second.yaml")
    library = load_library(folder)
    stems = [policy.version.split("@")[0] for policy in library.versions("sesiiduo")]
    assert stems == ["third", "first", "second"]
    for day, stem in (
        (date(1, 1, 1), "third"),
        (date(2026, 5, 31), "third"),
        (date(2026, 6, 1), "first"),
        (date(2026, 6, 30), "first"),
        (date(2026, 7, 1), "second"),
        (date(9999, 12, 31), "second"),
    ):
        assert library.in_force("sesiiduo", day).version.startswith(f"{stem}@")


def test_only_version_is_in_force_before_its_own_date(write: Write) -> None:
    """The first version loaded is in force from the beginning, even with a date (D-31)."""
    library = load_library(write(_effective("2026-06-01")))
    assert library.in_force("sesiiduo", date(2020, 1, 1)).effective_from == date(2026, 6, 1)


def test_version_follows_the_content(write: Write) -> None:
    """One changed byte gives another version; a version named in the file is kept."""
    before = load_library(write()).versions("sesiiduo")[0].version
    after = load_library(write(("name: Sesiiduo", "name: Sesiiduo "))).versions("sesiiduo")[0]
    assert before != after.version
    named = load_library(write(("id: sesiiduo", "id: sesiiduo\nversion: '2026-1'")))
    assert named.versions("sesiiduo")[0].version == "2026-1"


def test_one_file_is_a_library_too(write: Write) -> None:
    """A path may name one file instead of a folder."""
    assert load_library(write() / "sesiiduo.yaml").controllers == ("sesiiduo",)


def test_both_suffixes_are_read_and_no_other(write: Write) -> None:
    """A policy is not overlooked for its suffix, and a note beside it is not taken for one."""
    folder = write(name="sesiiduo.yml")
    (folder / "notes.txt").write_text("no policy", encoding="utf-8")
    assert load_library(folder).controllers == ("sesiiduo",)


def test_categories_of_all_versions(write: Write) -> None:
    """A word that one version adds is known for that controller and no other."""
    write(("categories: []", "categories: [loyalty_points]"))
    other = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")
    folder = write(_effective("2026-06-01"), name="later.yaml")
    (folder / "senro.yaml").write_text(other, encoding="utf-8")
    library = load_library(folder)
    assert "loyalty_points" in library.categories("sesiiduo")
    assert "loyalty_points" not in library.categories("senro")


def test_unknown_controller_is_a_key_error() -> None:
    """Asking for a controller without a policy says so instead of answering for another."""
    library = Library(())
    assert library.controllers == ()
    with pytest.raises(KeyError):
        library.in_force("nobody", date(2026, 1, 1))
    with pytest.raises(KeyError):
        library.versions("nobody")
    with pytest.raises(KeyError):
        library.categories("nobody")


def test_two_versions_of_one_day_are_refused(write: Write) -> None:
    """Two versions that begin on the same day, or both without a day, cannot both hold."""
    write(name="a.yaml")
    with pytest.raises(PolicyError, match=r"b\.yaml:1: effective_from: expected an effective_from"):
        load_library(write(("name: Sesiiduo", "name: Sesiiduo LLC"), name="b.yaml"))
    write(_effective("2026-06-01"), name="a.yaml")
    folder = write(_effective("2026-06-01"), ("name: S", "name: s"), name="b.yaml")
    with pytest.raises(PolicyError) as caught:
        load_library(folder)
    assert (Path(caught.value.file).name, caught.value.line) == ("b.yaml", 3)


def test_same_version_twice_is_refused(write: Write) -> None:
    """Two files may not claim the same version of the same policy."""
    version = ("id: sesiiduo", "id: sesiiduo\nversion: v1")
    write(version, name="a.yaml")
    with pytest.raises(PolicyError, match=r"b\.yaml:3: version: expected a version no other"):
        load_library(
            write(version, ("name: S", "effective_from: 2027-01-01\nname: S"), name="b.yaml")
        )


def test_same_prefix_for_two_controllers_is_refused(write: Write) -> None:
    """A rule id must lead to one policy."""
    write(name="a.yaml")
    with pytest.raises(PolicyError, match=r"b\.yaml:3: prefix: expected a prefix that no other"):
        load_library(write(("id: sesiiduo", "id: another-shop"), name="b.yaml"))


def test_empty_folder_and_missing_file(tmp_path: Path) -> None:
    """A folder without a policy and a path that leads nowhere are named, not loaded as empty."""
    with pytest.raises(PolicyError, match=r"expected at least one policy file \(\*\.yaml\)"):
        load_library(tmp_path)
    with pytest.raises(PolicyError, match=r"none\.yaml: expected a readable file"):
        load_library(tmp_path / "none.yaml")


def _unnumbered(key: str) -> str:
    return re.sub(r"\[[0-9]+\]", "[]", key)


def _line_of(text: str) -> int:
    return next(number for number, line in enumerate(_LINES, 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "expected"),
    [
        ("name: Sesiiduo", "title: x", "title", 4, "only known keys"),
        ("name: Sesiiduo\n", "", "name", 1, "this key, which is required"),
        ("name: Sesiiduo", "name: Sesiiduo\nnmae: x", "nmae", 5, "only known keys"),
        ('prefix: "000"', "prefix: 000", "prefix", 3, "text"),
        ("id: sesiiduo", "id: Sesi Duo", "id", 2, "a controller id of a-z"),
        ("id: sesiiduo", "id: sesiiduo\neffective_from: 20200831", "effective_from", 3, "a date"),
        ("id: sesiiduo", "id: sesiiduo\nversion: 7", "version", 3, "text"),
        (
            "    limit: 7",
            "    limit: 7.5",
            "rules[].limit",
            0,
            "a whole number",
        ),
        (
            "    limit: 7",
            "    limit: '7'",
            "rules[].limit",
            0,
            "a whole number",
        ),
        ("    limit: 7", "    limit: -7", "rules[].limit", 0, "greater than"),
        ("    limit: 7", "    limit: 99999", "rules[].limit", 0, "less than"),
        (
            "    target: 5",
            "    start: never",
            "rules[].start",
            0,
            "one of 'receipt', 'identity_verified' or 'triage'",
        ),
        (
            "rule: 000.F.6",
            "rule: 000.Z.6",
            "rules[].rule",
            0,
            "text of the form ^([0-9]{3}",
        ),
        ("rule: 000.F.6", "rule: 000.F.0", "rules[].rule", 0, "text of the form"),
        ("completed_by: [D-17]", "completed_by: D-17", "", 0, "a list"),
        ("completed_by: [D-17]", "completed_by: [D-17, D-17]", "", 0, "distinct items"),
        ("categories: []", "categories: [Loyalty]", "categories[]", 6, "a word of a-z"),
        ("categories: []", "categories: [email]", "categories", 6, "only words beyond"),
        ("categories: []", "categories: [points, points]", "categories", 6, "distinct items"),
        (
            "  holidays: []",
            "  holidays: [2026-12-25, 2026-12-25]",
            "calendar.holidays",
            0,
            "distinct",
        ),
    ],
)
def test_fault_names_line_key_and_expectation(
    write: Write, *, old: str, new: str, key: str, line: int, expected: str
) -> None:
    """A wrong value is told by file, line, key and what was expected, and is never echoed."""
    place = line or _line_of(old)
    with pytest.raises(PolicyError) as caught:
        load_library(write((old, new)))
    error = caught.value
    assert Path(error.file).name == "sesiiduo.yaml"
    assert error.line == place
    assert _unnumbered(error.key).startswith(key)
    assert expected in error.expected
    assert f"sesiiduo.yaml:{place}: {error.key}: expected {error.expected}" in str(error)


@pytest.mark.parametrize(
    ("changes", "key", "expected"),
    [
        ([("rule: 000.F.6", "rule: D-02")], "rules[]", "basis 'default' for"),
        ([("  basis: default", "  basis: policy")], "calendar", "basis 'default' for"),
        ([('    section: "6.7"\n', "")], "rules[]", "a section"),
        ([("target: 5", "target: 7")], "rules[]", "a target earlier"),
        (
            [("  rule: D-01\n", "  rule: D-01\n  completed_by: [D-01]\n")],
            "calendar",
            "without",
        ),
        ([("rule: 000.F.5", "rule: 001.F.5")], "", "only under the prefix"),
        ([("[waybill_tracking]", "[waybill_trackng]")], "", "only canonical categories"),
        ([("[waybill_tracking]", "[aggregate_stats]")], "personal", "each category in one row"),
        (
            [("[waybill_tracking]", "[]")],
            "personal.only_in_combination[].categories",
            "at least 1",
        ),
    ],
)
def test_rules_that_contradict_themselves(
    write: Write, changes: list[tuple[str, str]], key: str, expected: str
) -> None:
    """What no single value shows, such as a default with a rule id of the text, is refused too."""
    with pytest.raises(PolicyError) as caught:
        load_library(write(*changes))
    assert _unnumbered(caught.value.key) == key
    assert expected in caught.value.expected


def test_word_of_the_file_may_be_non_personal(write: Write) -> None:
    """A word that the file adds may stand under 'personal' like a canonical one."""
    library = load_library(
        write(("categories: []", "categories: [points]"), ("[waybill_tracking]", "[points]"))
    )
    assert library.versions("sesiiduo")[0].personal_in_combination == {"points"}


def test_public_holidays_of_a_place(write: Write) -> None:
    """A calendar may name a place; its public holidays are days off in every year."""
    place = (
        "  holidays: []",
        "  holidays: [2026-09-08]\n  public_holidays: {country: US, part: CO}",
    )
    days_off = load_library(write(place)).versions("sesiiduo")[0].calendar.days_off
    labour_day, monday_before, named = date(2026, 9, 7), date(2026, 8, 31), date(2026, 9, 8)
    assert labour_day in days_off
    assert named in days_off
    assert monday_before not in days_off
    assert add_working_days(date(2026, 9, 4), 1, days_off) == date(2026, 9, 9)
    assert add_working_days(date(2035, 8, 31), 1, days_off) == date(2035, 9, 4)


@pytest.mark.parametrize("place", ["{country: XX}", "{country: US, part: ZZ}"])
def test_a_place_without_known_holidays(write: Write, place: str) -> None:
    """A code that stands for no place is refused, not taken for a place without holidays."""
    with pytest.raises(PolicyError, match="expected a place whose public holidays are known"):
        load_library(write(("  holidays: []", f"  public_holidays: {place}")))


def test_first_fault_by_line_wins(write: Write) -> None:
    """Of several faults the topmost is told, so that one reads the file downwards."""
    with pytest.raises(PolicyError) as caught:
        load_library(write(("limit: 7", "limit: x"), ('prefix: "000"', "prefix: []")))
    assert caught.value.key == "prefix"
