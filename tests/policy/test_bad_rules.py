"""A fault in a rule of the list is told by file, line, key and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from lineage.policy.errors import PolicyError
from lineage.policy.loader import LIBRARY, load_library

TEXT: Final = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")
HEAD: Final = TEXT[: TEXT.index("\nrules:")] + "\nrules:\n"
FIRST: Final = HEAD.count("\n") + 1
COMBINATION: Final = """\
  - kind: combination
    rule: 003.R.1
    basis: policy
    says: Data that identifies only with other data is personal while it is combined.
    section: "3"
    lasts: until_ended
"""
STATED: Final = """\
  - kind: stated
    rule: 003.A.1
    basis: policy
    says: The shop is run by nobody in particular.
    section: "1"
    not_machine_checkable: It says who, and demands nothing.
"""


def fault(tmp_path: Path, rules: str) -> PolicyError:
    """What is wrong with a file of these rules."""
    file = tmp_path / "senro.yaml"
    file.write_text(HEAD + rules, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_library(file)
    return caught.value


CHANGES: Final[Mapping[str, tuple[tuple[str, str], int, str, str]]] = {
    "unknown kind": (("kind: combination", "kind: combinaton"), 0, "kind", "'combination'"),
    "no kind": (("- kind: combination\n    rule", "- rule"), 0, "kind", "which is required"),
    "unknown key": (("lasts:", "last:"), 5, "last", "only known keys"),
    "missing key": (("    lasts: until_ended\n", ""), 0, "lasts", "which is required"),
    "wrong value": (("until_ended", "a_week"), 5, "lasts", "'until_ended' or 'for_ever'"),
    "rule id": (("003.R.1", "003.Z.1"), 1, "rule", "text of the form"),
    "basis of another": (("003.R.1", "D-18"), 0, "", "basis 'default'"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_place_of_a_fault_is_that_in_the_file(tmp_path: Path, name: str) -> None:
    """The key is the one a reader sees; which kind was tried is no part of it."""
    change, line, key, expected = CHANGES[name]
    assert change[0] in COMBINATION
    error = fault(tmp_path, STATED + COMBINATION.replace(*change))
    place = "rules[1]" + (f".{key}" if key else "")
    assert expected in error.expected
    assert error.key == place
    assert error.line == FIRST + STATED.count("\n") + line


def test_the_same_rule_twice(tmp_path: Path) -> None:
    """A rule that demands what another one demands is a slip of the hand."""
    again = COMBINATION.replace("Data that", "What")
    error = fault(tmp_path, COMBINATION + STATED + again)
    assert (error.key, error.line) == ("rules[2]", FIRST + 12)
    assert error.expected == "another rule than rules[0], which demands the same"


def test_one_id_may_stand_in_several_rules(tmp_path: Path) -> None:
    """A sentence of the text may demand several things."""
    other = STATED.replace("A.1", "R.1")
    (tmp_path / "senro.yaml").write_text(HEAD + COMBINATION + other, encoding="utf-8")
    [policy] = load_library(tmp_path).versions("senro")
    assert [rule.rule for rule in policy.rules] == ["003.R.1", "003.R.1"]
