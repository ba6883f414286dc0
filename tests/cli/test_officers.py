"""A request in the hands of an officer, by commands alone, on a real store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
import typer

from lineage.cli.commands.due import Of as OfWord
from lineage.cli.commands.request_steps import Answered as AnsweredWord
from lineage.cli.spans import parse_span
from lineage.service.due import Of
from lineage.service.request_steps import Answered
from tests.cli.test_real import EVENTS, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop of which somebody wants to be forgotten."""
    made = Shop(tmp_path)
    made.record(*EVENTS)
    made.answer("request", "open", "m1", "--id", "r1", "--trigger", "stopped_using")
    return made


def states(shop: Shop) -> dict[str, str]:
    """Recipient -> state of its notice."""
    notices = shop.answer("request", "status", "r1")["notices"]
    return {notice["recipient"]: notice["state"] for notice in notices}


def test_each_step_shows_where_the_request_stands(shop: Shop) -> None:
    """As tables and as JSON, and refuses what the state is not open to."""
    assert shop.answer("request", "ask-identity", "r1")["state"] == "received"
    assert shop.answer("request", "verify", "r1", "--method", "order")["state"] == "verified"
    triaged = shop.answer("request", "triage", "r1", "--right", "deletion", "--significant")
    assert triaged["state"] == "triaged"
    for words in (
        ["pause", "r1"],
        ["resume", "r1"],
        ["extend", "r1", "--until", "2027-01-01", "--reason", "holidays"],
        ["complete", "r1"],
        ["confirm", "r1", "e99"],
    ):
        assert shop.run("request", *words).exit_code in (2, 4), words
    shown = shop.run("request", "withdraw", "r1", "--channel", "phone")
    assert shown.exit_code == 0
    assert "state withdrawn" in shown.stdout
    late = shop.run("request", "decide", "r1", "accepted")
    assert late.exit_code == 2
    assert "comes too late: the request is withdrawn" in late.stderr


def test_answers_by_hand_and_what_is_still_due(shop: Shop) -> None:
    """Until the last recipient has answered something is due, and the exit code says so."""
    shop.answer("request", "decide", "r1", "accepted")
    due = shop.run("due", "--within", "2w", "--only", "notices")
    assert due.exit_code == 1
    assert "FastParcel" in due.stdout
    assert "LocalVan" in due.stdout
    words = ["request", "answer", "r1", "--evidence", "letter-1"]
    shop.answer(*words, "erased", "--recipient", "FastParcel", "--categories", "email")
    shop.answer(*words, "kept_by_law", "--recipient", "LocalVan", "--until", "2030-12-31")
    assert states(shop) == {"FastParcel": "erased", "LocalVan": "kept_by_law"}
    nothing = shop.run("due", "--within", "2w", "--only", "notices", "--only", "requests")
    assert nothing.exit_code == 0
    assert "Nothing is due." in nothing.stdout
    shop.answer("request", "respond", "r1", "--channel", "email")
    shop.answer("request", "complete", "r1")


def test_a_report_shows_it_all(shop: Shop) -> None:
    """What is held, who got it, what was asked; a narrow terminal is enough."""
    report = shop.answer("report", "m1")
    assert [row["category"] for row in report["categories"]] == ["email"]
    assert [row["recipient"] for row in report["recipients"]] == ["FastParcel", "LocalVan"]
    shown = shop.run("report", "m1")
    for word in ("email", "FastParcel", "contract", "r1", "received"):
        assert word in shown.stdout
    assert "Nobody." in shop.run("report", "m1", "--as-of", "2026-03-02").stdout


def test_due_goes_page_by_page(shop: Shop) -> None:
    """The table says how to go on, and JSON gives the cursor."""
    shop.answer("request", "decide", "r1", "accepted")
    first = shop.run("due", "--within", "9w", "--limit", "1")
    assert "There is more: --cursor" in first.stdout
    cursor = first.stdout.partition("--cursor ")[2].split()[0]
    second = shop.run("due", "--within", "9w", "--cursor", cursor)
    assert second.exit_code == 1
    assert shop.run("due", "--cursor", "x").exit_code == 2
    assert shop.run("due", "--within", "soon").exit_code == 2


@pytest.mark.parametrize(
    ("said", "span"),
    [("3d", timedelta(days=3)), ("12h", timedelta(hours=12)), ("2w", timedelta(weeks=2))],
)
def test_a_span_is_a_number_with_its_unit(said: str, span: timedelta) -> None:
    """Hours, days, weeks."""
    assert parse_span(said) == span
    assert parse_span(span) == span


@pytest.mark.parametrize("said", ["3", "d", "-1d", "3 d", "3m", "999999d"])
def test_another_span_is_refused(said: str) -> None:
    """With what is expected."""
    with pytest.raises(typer.BadParameter, match="such as 3d"):
        parse_span(said)


def test_the_words_of_commands_are_those_of_the_use_cases() -> None:
    """None is missing, none is more."""
    assert {word.value for word in AnsweredWord} == set(get_args(Answered))
    assert {word.value for word in OfWord} == set(get_args(Of))
