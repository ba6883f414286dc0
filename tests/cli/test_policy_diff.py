"""``lineage policy diff``: two policies side by side, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lineage.policy.loader import LIBRARY
from tests.cli.conftest import Run
from tests.cli.fake import Opened


@pytest.fixture
def after(tmp_path: Path) -> str:
    """The file of a policy whose access takes longer and whose sales are judged otherwise."""
    text = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")
    head, rest = text.split("    rule: 003.K.1", 1)
    head = head.replace("modes: [sale, rent]", "modes: [sale, rent, trade]")
    head = head.replace("not_other: [protect_minor]", "not_other: []")
    rest = rest.replace("limit: 10", "limit: 30", 1).replace(
        "says: The user may see the data.", "says: '[red]The user sees the data.'"
    )
    file = tmp_path / "after.yaml"
    file.write_text(f"effective_from: 2027-01-01\n{head}    rule: 003.K.1{rest}", encoding="utf-8")
    return str(file)


def test_people_see_four_groups(run: Run, opened: Opened, after: str) -> None:
    """The counts first; each row with its rule and whether it is stricter or looser."""
    shown = run("policy", "diff", "senro", after)
    assert shown.exit_code == 0, shown.output
    told = " ".join(shown.stdout.split())
    assert "from 2027-01-01 1 for people, 1 for recipients, 1 for us; 2 stricter, 1 looser;" in told
    for heading, rule, says in (
        ("For people", "003.K.1", "a request for access grows from 10 to 30 working days. looser"),
        ("For recipients", "003.E.1", "for money now also covers trade. stricter"),
        ("For us", "003.E.3", "always allowed are: no longer protect minor. stricter"),
        ("Only wording", "003.K.1", 'Sentence: now "[red]The user sees the data.", before "The'),
    ):
        group = told.partition(heading)[2]
        assert f"{rule} " in group
        assert says in group
    assert opened.places == []


def test_the_same_as_json(run: Run, after: str) -> None:
    """One object: both sides, the counts, the rows with every field."""
    told = json.loads(run("policy", "diff", "senro", after, "--json").stdout)
    assert list(told) == ["a", "b", "counts", "rows"]
    assert (told["a"]["controller"], told["b"]["effective_from"]) == ("senro", "2027-01-01")
    assert told["counts"]["wording"] == 1
    assert told["rows"][0] == {
        "change": "changed",
        "wording": False,
        "for_whom": "people",
        "direction": "looser",
        "kind": "request_clock",
        "rule_a": "003.K.1",
        "rule_b": "003.K.1",
        "says": "The time to answer a request for access grows from 10 to 30 working days.",
        "fields": [{"field": "limit", "before": 10, "after": 30}],
    }


def test_two_controllers(run: Run) -> None:
    """A rule that stands for one of another id shows both."""
    assert "000.K.1 > 001.K.1" in run("policy", "diff", "sesiiduo", "seestar").stdout


def test_what_does_not_differ_is_left_out(run: Run, tmp_path: Path) -> None:
    """A group without rows, or all of them."""
    same = run("policy", "diff", "senro", "senro")
    assert (same.exit_code, "No difference." in same.stdout) == (0, True)
    text = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")
    file = tmp_path / "senro.yaml"
    file.write_text(text.replace("modes: [sale, rent]", "modes: [sale]"), encoding="utf-8")
    shown = run("policy", "diff", "senro", str(file)).stdout
    headings = ("For people", "For recipients", "For us", "Only wording")
    assert [heading for heading in headings if heading in shown] == ["For recipients"]


def test_a_policy_that_is_none(run: Run) -> None:
    """Is a mistake in the call, and the answer says what to name."""
    result = run("policy", "diff", "senro", "nobody")
    assert result.exit_code == 2
    assert "'nobody' names no policy file" in result.stderr
    assert "Name a file, a controller or slug@version" in result.stderr
