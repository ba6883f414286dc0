"""The reference pages name everything the code has, and nothing it has not."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import lineage
from lineage.domain.facts import NoticeState
from lineage.domain.lifecycles.notice import NOTICE
from lineage.domain.lifecycles.request import REQUEST
from lineage.service.answers import Plan
from lineage.storage import tasks
from lineage.storage.tables import metadata
from tests.docs.blocks import ROOT

CODE = re.compile(r"`([^`]+)`")
REQUEST_STATES = frozenset(
    {
        "received",
        "needs_evaluation",
        "verified",
        "triaged",
        "withdrawn",
        "refused",
        "accepted",
        "partly",
        "in_progress",
        "unfulfilled",
        "fulfilled",
    }
)
TASK_STATES = frozenset({tasks.DUE, tasks.LEASED, tasks.DONE, tasks.AWAITING_PERSON})
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    following = re.search(rf"^#{{1,{len(level)}}} ", text[start:], re.MULTILINE)
    return text[start : start + following.start()] if following else text[start:]


def first_column(text: str) -> list[str]:
    """The words in code marks in the first cell of every row of the tables."""
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in CODE.findall(row.split("|")[1])]


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_column_is_in_the_data_model(table: str) -> None:
    """The page has a section per table and names its columns, each once, and no other."""
    named = first_column(section(page("data-model.md"), f"### {table}"))
    assert sorted(named) == sorted(column.name for column in metadata.tables[table].columns)


def test_the_data_model_names_no_other_table() -> None:
    """A table that is gone leaves no section behind."""
    headings = re.findall(r"^### (\w+)$", page("data-model.md"), re.MULTILINE)
    assert sorted(headings) == sorted(metadata.tables)


def states_of(heading: str) -> tuple[set[str], set[str]]:
    """The states in the table and in the picture under a heading of states.md."""
    text = section(page("states.md"), f"## {heading}")
    drawn = MERMAID.findall(text)
    assert len(drawn) == 1
    ends = re.findall(r"^\s+(\S+) --> ([^\s:]+)", drawn[0], re.MULTILINE)
    return set(first_column(text)), {state for pair in ends for state in pair} - {"[*]"}


def test_tasks_have_the_states_of_the_code() -> None:
    """Table and picture show each state, and no state that is not in the code."""
    in_table, in_picture = states_of("Task")
    assert in_table == TASK_STATES
    assert in_picture == TASK_STATES


def test_life_cycles_have_the_states_of_the_code() -> None:
    """Each explains every state and everything that moves one, and its rows name no other."""
    for lifecycle, states in ((REQUEST, REQUEST_STATES), (NOTICE, frozenset(NoticeState))):
        assert set(lifecycle.means) == states
        assert {step.to for step in lifecycle.steps} == states
        assert {step.state for step in lifecycle.steps} <= {None, *states}
        assert set(lifecycle.acts) >= lifecycle.movers


def words_returned(module: str, function: str) -> set[str]:
    """The words that a function of the domain returns as such."""
    source = (ROOT / "lineage" / "domain" / module).read_text(encoding="utf-8")
    body = source[source.index(f"def {function}(") :]
    body = body.partition("\ndef ")[0]
    returned = [line for line in body.splitlines() if line.strip().startswith("return ")]
    return {word for line in returned for word in re.findall(r'"([a-z_]+)"', line)}


def test_request_states_are_those_that_the_domain_gives() -> None:
    """The list above is what the state of a request can be, decided or not; "partly" is an
    outcome.
    """
    words = words_returned("planning/states.py", "request_state")
    words |= words_returned("questions/entitlement.py", "_state")
    assert words | {"partly"} == REQUEST_STATES
    assert Plan.model_fields["state"].annotation is str
    assert get_args(Plan.model_fields["state"].annotation) == ()


def test_every_decision_is_in_the_index() -> None:
    """The index lists each page of adr/ under its own title, in order."""
    pages = sorted(path for path in (ROOT / "docs/adr").glob("0*.md"))
    rows = re.findall(r"^\| (\d{4}) \| \[(.+)\]\((.+)\) \|$", page("adr/README.md"), re.MULTILINE)
    titles = [path.read_text(encoding="utf-8").splitlines()[0] for path in pages]
    assert [name for _, _, name in rows] == [path.name for path in pages]
    assert [f"# {number}. {title}" for number, title, _ in rows] == titles


def test_every_decision_says_what_was_not_done() -> None:
    """A decision has a date, a reason, the road not taken and what follows."""
    for path in (ROOT / "docs/adr").glob("0*.md"):
        text = path.read_text(encoding="utf-8")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == [
            "Why it came up",
            "What we do",
            "The road not taken",
            "What follows from it",
        ], path.name
        assert re.search(r"^Date: \d{4}-\d\d-\d\d\. ", text, re.MULTILINE), path.name


def test_claims_are_those_we_make() -> None:
    """Each of these rows of the table of features has a section with a command."""
    text = page("claims.md")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert sorted(numbers) == [*range(1, 15), 37, 38, 39, 41, 43, 44, 53, 56]
    for number in numbers:
        found = re.search(rf"^## {number}\. .+$", text, re.MULTILINE)
        assert found
        assert re.search(r"^```(console|python)$", section(text, found[0]), re.MULTILINE), number


def test_the_glossary_is_in_order() -> None:
    """A word is found where it is looked for."""
    words = re.findall(r"^\| ([^|]+?) \|", page("glossary.md"), re.MULTILINE)[2:]
    assert words == sorted(words, key=str.lower)


def test_the_picture_is_the_one_its_script_draws() -> None:
    """Who changes the script draws the picture again."""
    drawn = subprocess.run(
        [sys.executable, "docs/img/draw.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert drawn == (ROOT / "docs/img/one-event.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("events", "type = 'lineage.data_sold.v1'"),
        ("events", "digest = zeroblob(16)"),
        ("events", "recorded_at = recorded_at + 1"),
        ("subjects", "controller = 'seestar'"),
        ("subjects", "lookup = randomblob(32)"),
        ("logs", "next = next + 1"),
        ("logs", "frontier = zeroblob(96)"),
    ],
)
def test_the_verifier_of_a_stranger_sees_a_change(table: str, change: str, tmp_path: Path) -> None:
    """A verifier written from the page alone accepts a store and refuses a changed one."""
    store = tmp_path / "lineage.db"
    with lineage.open_tracker(f"sqlite:///{store}") as tracker:
        tracker.record_file(ROOT / "docs/examples/events.jsonl")
    assert stranger(store) == 0
    changed = tmp_path / "changed.db"
    shutil.copy(store, changed)
    shutil.copytree(f"{store}.keys", f"{changed}.keys")
    with sqlite3.connect(changed) as database:
        where = f"SELECT max(rowid) FROM {table}"  # noqa: S608 - from the list above
        database.execute(f"UPDATE {table} SET {change} WHERE rowid = ({where})")  # noqa: S608
    database.close()
    assert stranger(changed) == 1


def stranger(store: Path) -> int:
    """The exit code of the verifier that knows nothing of lineage."""
    verifier = ROOT / "docs/examples/verifier.py"
    command = [sys.executable, str(verifier), str(store), f"{store}.keys"]
    return subprocess.run(command, check=False, capture_output=True).returncode
