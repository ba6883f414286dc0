"""The page that teaches how to write a policy: it leads everywhere, and its rules are sound."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from lineage.events.enums import RecipientKind
from lineage.policy.kind_page import name_of, rule_kinds
from lineage.policy.lint.running import lint_files
from lineage.policy.starting import starting_file
from lineage.scenarios.expected import GROUPS
from tests.docs.blocks import FENCE, ROOT

PAGE = (ROOT / "docs/writing-a-policy.md").read_text(encoding="utf-8")


def rules_of(text: str) -> dict[str, str]:
    """The rules in a text of YAML as they are written, by kind and id."""
    rules = re.findall(r"^  - kind: .+\n(?:    .+\n)+", text, re.MULTILINE)
    return {" ".join(re.findall(r"(?:kind|rule): (.+)", rule)[:2]): rule for rule in rules}


def test_it_leads_to_every_kind() -> None:
    """Each stands in one of its tables, beside what the text says, and leads to its section."""
    rows = "\n".join(re.findall(r"^\| .+ \| \[.+ \|$", PAGE, re.MULTILINE))
    linked = re.findall(r"\[`(\w+)`\]\(rule-kinds\.md#(\w+)\)", rows)
    assert sorted(linked) == sorted((name_of(kind), name_of(kind)) for kind in rule_kinds())


def test_it_names_every_question_and_recipient() -> None:
    """So that a newcomer finds each."""
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(GROUPS)
    assert all(f"`{kind}`" in PAGE for kind in get_args(RecipientKind))


def test_its_rules_fit_into_the_file_to_begin_with(tmp_path: Path) -> None:
    """In the place of those with the same ids they leave no hole."""
    text = starting_file("my-shop", "005")
    shown = rules_of("".join(body for language, body in FENCE.findall(PAGE) if language == "yaml"))
    before = rules_of(text)
    assert shown
    for name, rule in shown.items():
        text = text.replace(before[name], rule)
    file = tmp_path / "my-shop.yaml"
    file.write_text(text, encoding="utf-8")
    assert "limit: 75" in text
    assert lint_files(file).rows == ()
