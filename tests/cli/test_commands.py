"""Each command makes its one call, with what was asked, and shows the answer in both forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from lineage.cli.commands.requests import Outcome
from lineage.cli.commands.show import Format
from lineage.events import enums
from lineage.render import FORMATS
from tests.cli.conftest import Run
from tests.cli.fake import Opened, events_file
from tests.cli.standing import ID

READING: list[tuple[str, str]] = [
    ("request deadlines r1", "deadlines"),
    ("request entitlement r1", "entitlement"),
    ("request refusal r1", "refusal"),
    ("retention", "retention"),
    ("policy show sesiiduo", "policy_facts"),
    ("holders m1", "holders"),
    ("recipient subjects FastParcel", "recipient_subjects"),
    ("request plan r1", "plan"),
    ("request status r1", "request_status"),
    ("request list", "requests"),
    ("dead-letters list", "dead_letters"),
    ("dead-letters show 17", "dead_letter"),
    ("verify", "verify"),
    ("rebuild", "rebuild"),
    ("rejudge", "rejudge"),
    ("doctor", "doctor"),
]


@pytest.mark.parametrize(("line", "method"), READING)
def test_json_is_the_model_that_python_returns(
    run: Run, opened: Opened, line: str, method: str
) -> None:
    """A script gets the same answer from the command as from the library."""
    result = run(*line.split(), "--json")
    assert result.exit_code == 0, result.output
    answer: Any = opened.tracker.answers[method]
    expected = (
        [row.model_dump(mode="json", by_alias=True) for row in answer]
        if isinstance(answer, list)
        else answer.model_dump(mode="json", by_alias=True)
    )
    assert json.loads(result.stdout) == expected
    assert result.stderr == ""
    assert opened.tracker.closed


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("show m1", ["FastParcel", "● holds buyer_address", "record from 2026-03-04"]),
        ("holders m1", ["MailBlast", "2026-03-09: email", "2 have erased all they had"]),
        ("recipient subjects FastParcel", [ID, "--cursor page-2"]),
        ("request plan r1", ["FastParcel", "supplementary", "already erased", "ver 7"]),
        ("request status r1", ["overdue", "HTTP 503", "authenticated", "reply by 2026-03-16"]),
        ("request list", ["r1", "3 erased, 1 sent"]),
        ("request open m1", ["request r1", "in progress"]),
        ("request decide r1 accepted", ["plan for", "FastParcel"]),
        ("dead-letters list", ["17", "data_shared.v1", "unknown_category", "data.categories[0]"]),
        ("dead-letters show 17", ['{"id":"e1"}\\x1b[31m']),
        ("dead-letters replay", ["97 recorded of 100 read"]),
        ("verify", ["The ledger is whole: 40 events", "ab" * 32]),
        ("rejudge", ["Judged 2 people anew"]),
        ("rebuild", ["Rebuilt 3 people from 40 events"]),
        ("doctor", ["keys", "all epochs present"]),
        ("db upgrade", ["The store is at 0001."]),
    ],
)
def test_people_see_what_matters(run: Run, line: str, seen: list[str]) -> None:
    """The tables show the facts of the answer."""
    result = run(*line.split())
    assert result.exit_code == 0, result.output
    for text in seen:
        assert text in result.stdout


@pytest.mark.parametrize("line", [line for line, _ in READING])
@pytest.mark.parametrize("columns", ["40", "80"])
def test_a_narrow_terminal_is_enough(run: Run, line: str, columns: str) -> None:
    """No line is wider than the terminal, so nothing is torn apart."""
    result = run(*line.split(), env={"COLUMNS": columns})
    assert result.exit_code == 0
    assert max(len(shown) for shown in result.stdout.splitlines()) <= int(columns)


def test_times_are_read_as_the_contract_says(run: Run, opened: Opened) -> None:
    """A date is its 00:00 UTC, a time keeps its offset."""
    run("holders", "m1", "--as-of", "2026-03-05", "--known-at", "2026-03-06T10:00:00+02:00")
    assert opened.tracker.options() == {
        "controller": None,
        "as_of": datetime(2026, 3, 5, tzinfo=UTC),
        "known_at": datetime(2026, 3, 6, 8, tzinfo=UTC),
    }


def test_a_wrong_time_is_a_usage_error(run: Run, opened: Opened) -> None:
    """The message says what was expected, and the store is not touched."""
    result = run("holders", "m1", "--as-of", "yesterday", env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "2026-03-05T10:00:00Z" in result.stderr
    assert opened.places == []


@pytest.mark.parametrize("form", [each for each in Format if each not in ("tree", "json")])
def test_pictures_go_to_standard_output_alone(run: Run, opened: Opened, form: Format) -> None:
    """`lineage show m1 --format svg > m1.svg` gives exactly the picture."""
    result = run("show", "m1", "--format", form.value)
    assert result.stdout == FORMATS[form](opened.tracker.answers["lineage"])


def test_the_formats_are_those_of_the_renderer() -> None:
    """A format added to the table is offered by the command."""
    assert [form.value for form in Format] == list(FORMATS)


def test_the_outcomes_are_those_of_the_contract() -> None:
    """The command offers exactly the decisions that can be recorded."""
    assert {outcome.value for outcome in Outcome} == set(get_args(enums.Outcome))


def test_a_decision_carries_what_was_looked_at(run: Run, opened: Opened) -> None:
    """The ver of the plan, the ground and what is kept reach the tracker."""
    words = ["partly", "--ground", "impractical", "--ver", "7"]
    run("request", "decide", "r1", *words, "--held", "email,phone", "--held", "device_info")
    name, args, options = opened.tracker.calls[-1]
    assert (name, args) == ("decide_request", ("r1",))
    assert options == {
        "outcome": "partly",
        "controller": None,
        "ground": "impractical",
        "held": ["email", "phone", "device_info"],
        "ver": 7,
    }


def test_a_request_is_opened_with_all_that_was_said(run: Run, opened: Opened) -> None:
    """Right, trigger, channel and id are passed on."""
    words = ["--right", "access", "--channel", "email", "--id", "r9"]
    run("request", "open", "m1", "-c", "sesiiduo", *words)
    assert opened.tracker.calls[-1] == (
        "open_request",
        ("m1",),
        {
            "controller": "sesiiduo",
            "right": "access",
            "trigger": None,
            "channel": "email",
            "request_id": "r9",
        },
    )


@pytest.mark.parametrize("words", [[], ["r1", "--subject", "m1"]])
def test_a_plan_is_for_a_request_or_a_person(run: Run, opened: Opened, words: list[str]) -> None:
    """Neither and both are refused before the store is opened."""
    result = run("request", "plan", *words)
    assert result.exit_code == 2
    assert "--subject" in result.stderr
    assert opened.places == []


def test_a_plan_can_be_asked_for_a_person(run: Run, opened: Opened) -> None:
    """All that is due for one person, whatever the cause."""
    run("request", "plan", "--subject", "m1", "--if-accepted")
    _, args, options = opened.tracker.calls[-1]
    assert args == (None,)
    assert (options["subject"], options["if_accepted"]) == ("m1", True)


def test_recipient_subjects_are_paged(run: Run, opened: Opened) -> None:
    """Limit and cursor reach the query."""
    run("recipient", "subjects", "FastParcel", "--limit", "5", "--cursor", "page-2")
    assert (opened.tracker.options()["limit"], opened.tracker.options()["cursor"]) == (5, "page-2")


def test_once_runs_until_nothing_is_due(run: Run, opened: Opened) -> None:
    """The rounds are added up, and the last one found nothing."""
    result = run("dispatch", "--once", "--json")
    assert [name for name, _, _ in opened.tracker.calls] == ["dispatch"] * 3
    assert json.loads(result.stdout)["claimed"] == 7
    assert json.loads(result.stdout)["left"] == 0


def test_dispatch_goes_on_until_it_is_interrupted(run: Run, opened: Opened) -> None:
    """Ctrl-C between two rounds ends it in peace."""
    answers = iter([opened.tracker.answers["dispatch"](), KeyboardInterrupt()])

    def one_round() -> object:
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    opened.tracker.answers["dispatch"] = one_round
    result = run("dispatch")
    assert result.exit_code == 0
    assert "5 delivered" in result.stdout
    assert "Stopped" in result.stderr
    assert opened.tracker.closed


def test_record_reads_standard_input(run: Run, opened: Opened) -> None:
    """- is passed on as such; no file is looked for. Then people are judged anew, if need be."""
    result = run("record", "-", stdin="{}\n")
    assert result.exit_code == 0
    assert [call[:2] for call in opened.tracker.calls] == [("record_file", ("-",)), ("rejudge", ())]


def test_record_passes_its_options(run: Run, opened: Opened, tmp_path: Path) -> None:
    """The file, strictness and the batch size reach the tracker."""
    file = events_file(tmp_path)
    run("record", file, "--strict", "--batch-size", "7")
    _, args, options = opened.tracker.calls[0]
    assert args == (Path(file),)
    assert (options["strict"], options["batch_size"]) == (True, 7)
    options["progress"](10, 20)
