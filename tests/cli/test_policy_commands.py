"""The commands that ask what a policy says: each shows the answer, and ends as it must."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lineage.service import policy_answers as answers
from tests.cli.conftest import Run
from tests.cli.fake import Opened
from tests.cli.standing import ID, STANDING


def test_a_finding_is_a_status_of_its_own(run: Run, opened: Opened) -> None:
    """1 where anything is found, 0 where nothing is, 4 where too little is known to say so."""
    assert run("check", "--controller", "sesiiduo").exit_code == 1
    opened.tracker.answers["check"] = answers.Findings(**STANDING, findings=[])
    clean = run("check", "--controller", "sesiiduo")
    assert (clean.exit_code, "Nothing found." in clean.stdout) == (0, True)
    opened.tracker.answers["check"] = answers.Findings(**STANDING, findings=[], unknown=True)
    assert run("check", "--controller", "sesiiduo").exit_code == 4


def test_check_says_why(run: Run, opened: Opened) -> None:
    """Rule, event, person, categories, and a sentence; the same as JSON."""
    shown = run("check", "--subject", "m1").stdout
    for text in ("violation", "000.E.2", "01JA", ID, "email", "advertising of its own"):
        assert text in shown
    assert opened.tracker.options()["subject"] == "m1"
    told = json.loads(run("check", "--json").stdout)
    exceptions = told.pop("exceptions")
    assert told == opened.tracker.answers["check"].model_dump(mode="json", by_alias=True)
    assert exceptions == [
        {"event": "01JB", "exception": "lawful_public_source", "valid": True, "rule": "003.Q.1"}
    ]


def test_show_has_status_cancellation_and_minors_in_json(run: Run, opened: Opened) -> None:
    """Under their names, asked about the same moment, without their frame."""
    told = json.loads(run("show", "m1", "--json").stdout)
    assert told["status"] == {
        "subject": ID,
        "recipients": {"GoneCo": "unreachable"},
        "data": {"email": "erased"},
        "backups": {"b1": {"state": "pending_purge", "alert_on": "2026-03-16"}},
        "personal": [{"category": "device_info", "from": "2026-03-16", "to": None}],
    }
    assert told["cancellation"]["state"] == "awaiting_deletion_request"
    assert told["minors"]["erase_by"] == "2026-03-16"
    lineage = opened.tracker.answers["lineage"].model_dump(mode="json", by_alias=True)
    assert {name: told[name] for name in lineage} == lineage
    asked = {name: options for name, _, options in opened.tracker.calls}
    assert asked["status"] == asked["cancellation"] == asked["minors"]
    assert asked["status"]["as_of"] == opened.tracker.answers["lineage"].as_of


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("request deadlines r1", ["reply by", "2026-03-16", "000.F.6", "overdue", "by email"]),
        ("request entitlement r1", ["not entitled by text", "needs evaluation", "D-08"]),
        ("request refusal r1", ["nothing is refused", "001.I.9", "A fee: allowed by 001.I.10"]),
        ("retention", [ID, "order_info", "o1", "overdue", "2026-03-16", "002.J.3"]),
        ("request plan r1", ["violation", "000.E.2"]),
        ("breach", ["b1", "2026-03-16", ID, "due", "001.N.1"]),
        (
            "policy show sesiiduo",
            ["use binds: yes", "affiliate consent by: the recipient", "the text does not say"],
        ),
    ],
)
def test_people_see_what_a_policy_says(run: Run, line: str, seen: list[str]) -> None:
    """Dates, verdicts and rules."""
    result = run(*line.split())
    assert result.exit_code == 0, result.output
    for text in seen:
        assert text in result.stdout


def test_grounds_may_be_repeated_or_listed(run: Run, opened: Opened) -> None:
    """As other lists of words."""
    run("request", "refusal", "r1", "--grounds", "repetitive,impractical", "--grounds", "malice")
    assert opened.tracker.options()["grounds"] == ["repetitive", "impractical", "malice"]


def test_policies_are_listed_without_a_store(run: Run, opened: Opened) -> None:
    """Every controller of the library, and how many rules it has."""
    rows = json.loads(run("policy", "list", "--json").stdout)
    assert {"easydser", "sesiiduo"} <= {row["controller"] for row in rows}
    assert all(row["rules"] > row["not_machine_checkable"] for row in rows)
    assert "senro.shop" in run("policy", "list").stdout
    assert opened.places == []


def test_a_rule_is_shown_wherever_it_stands(run: Run, opened: Opened) -> None:
    """A default under several controllers; with whose it is, and what its kind demands."""
    rows: list[dict[str, Any]] = json.loads(run("policy", "show", "D-50", "--json").stdout)
    assert len({row["controller"] for row in rows}) == 5
    assert {row["basis"] for row in rows} == {"default"}
    shown = run("policy", "show", "000.F.6").stdout
    for text in ("000.F.6 · sesiiduo", "the policy's own text, section", "working_day"):
        assert text in shown
    assert opened.places == []


@pytest.mark.parametrize("what", ["000.F.99", "D-999"])
def test_a_rule_that_nobody_has(run: Run, what: str) -> None:
    """Is a mistake in the call."""
    result = run("policy", "show", what)
    assert result.exit_code == 2
    assert "no policy in use has a rule" in result.stderr


def test_a_controller_that_nobody_has(run: Run, opened: Opened) -> None:
    """Likewise; no store is opened for it."""
    result = run("policy", "show", "nobody")
    assert result.exit_code == 2
    assert "name one of" in result.stderr.lower()
    assert opened.places == []


BAD = {
    "unknown_kind": ("kind: combination", "kind: combinaton", "rules["),
    "unknown_key": ("name: senro.shop", "name: senro.shop\nnmae: x", "nmae"),
    "unknown_category": ("categories: [aggregate_stats]", "categories: [shoe_size]", "personal"),
    "tab": ("name: senro.shop", "\tname: senro.shop", "spaces for indentation, not tabs"),
    "date": ("id: senro", "id: senro\neffective_from: 2026-02-30", "a date or number that exists"),
    "alias": ("name: senro.shop", "name: &x senro.shop\nnmae: *x", "no alias"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_policy_file_is_told_once(run: Run, tmp_path: Path, name: str) -> None:
    """With file, line, key and what was expected; the status is 2 and nothing is changed."""
    from lineage.policy.loader import LIBRARY

    old, new, said = BAD[name]
    text = (LIBRARY / "senro.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "senro.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = run("policy", "list", "--policies", str(file), env={"COLUMNS": "400"})
    assert result.exit_code == 2
    assert result.stdout == ""
    first, *_ = result.stderr.splitlines()
    assert "senro.yaml:" in first
    assert "expected" in first
    assert said in first


def test_fifty_megabytes_are_not_read(run: Run, tmp_path: Path) -> None:
    """A policy file is small."""
    file = tmp_path / "senro.yaml"
    with file.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    result = run("policy", "list", "--policies", str(file))
    assert result.exit_code == 2
    assert "a file of at most 1 MiB" in result.stderr
