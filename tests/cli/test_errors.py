"""Exit codes and error messages: a caller can act on both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lineage.cli.errors import EXIT_CODES, VERDICTS, CommandError, explain
from lineage.kafka.security import SecurityUnusable
from lineage.policy.errors import PolicyError
from lineage.service import answers
from lineage.service.errors import LineageError, PlanChanged, StoreUnusable
from lineage.storage.errors import StorageError
from streams.errors import BrokerUnusable
from tests.cli import fake
from tests.cli.conftest import Run
from tests.cli.fake import Opened, events_file
from tests.cli.standing import ID


def test_refused_events_are_named_and_counted(run: Run, opened: Opened, tmp_path: Path) -> None:
    """Twenty lines, a count by reason and where to look next; exit code 3."""
    opened.tracker.answers["record_file"] = fake.receipt(refused=25)
    result = run("record", events_file(tmp_path))
    assert result.exit_code == 3
    assert "line 7: data.recipient_kind: expected one of logistics, payment" in result.stderr
    assert "line 26:" in result.stderr
    assert "line 27:" not in result.stderr
    assert "wrong_value" in result.stderr
    assert "lineage dead-letters list" in result.stderr
    assert "25 refused" in result.stdout


def test_strict_refusal_is_a_file_that_is_not_valid(
    run: Run, opened: Opened, tmp_path: Path
) -> None:
    """Exit code 2, and the message says that nothing was recorded."""
    opened.tracker.answers["record_file"] = fake.receipt(refused=1)
    result = run("record", events_file(tmp_path), "--strict")
    assert result.exit_code == 2
    assert "Nothing was recorded" in result.stderr


def test_refusals_as_json_are_the_receipt(run: Run, opened: Opened, tmp_path: Path) -> None:
    """A script reads problems and reasons from the answer and finds standard error empty."""
    opened.tracker.answers["record_file"] = fake.receipt(refused=2)
    result = run("record", events_file(tmp_path), "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["reasons"] == {"wrong_value": 2}
    assert result.stderr == ""


def test_replaying_letters_that_fail_again_says_so(run: Run, opened: Opened) -> None:
    """The exit code is that of recording."""
    opened.tracker.answers["replay_dead_letters"] = fake.receipt(refused=1)
    assert run("dead-letters", "replay").exit_code == 3


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_unknown_has_its_own_exit_code(run: Run, opened: Opened, flags: list[str]) -> None:
    """Too little known is never mistaken for nobody holds it."""
    opened.tracker.answers["holders"] = fake.holders(unknown=True)
    result = run("holders", "m1", *flags)
    assert result.exit_code == 4
    assert "unknown" in result.stdout


def test_a_decision_that_was_made_is_ok(run: Run, opened: Opened) -> None:
    """Exit code 4 is for questions: a script must not take a decision for not made."""
    opened.tracker.answers["decide_request"] = fake.plan().model_copy(update={"unknown": True})
    assert run("request", "decide", "r1", "accepted").exit_code == 0
    opened.tracker.answers["plan"] = opened.tracker.answers["decide_request"]
    assert run("request", "plan", "r1").exit_code == 4


def test_an_unknown_lineage_is_drawn_and_told(run: Run, opened: Opened) -> None:
    """A picture has no exit code, so the command has."""
    known = opened.tracker.answers["lineage"]
    opened.tracker.answers["lineage"] = known.model_copy(update={"unknown": True})
    result = run("show", "m1", "--format", "svg")
    assert result.exit_code == 4
    assert "Too little is on record" in result.stdout


def test_faults_found_are_exit_code_one(run: Run, opened: Opened) -> None:
    """Verify names the row, doctor the check."""
    opened.tracker.answers["verify"] = answers.VerifyReport(
        ok=False,
        events=40,
        roots={},
        faults=[answers.Fault(table="events", row="local 12", what="body differs from its leaf")],
        seconds=0.1,
    )
    opened.tracker.answers["doctor"] = answers.DoctorReport(
        ok=False, checks=[answers.Check(name="keys", ok=False, says="epoch 2 is missing")]
    )
    verified, examined = run("verify"), run("doctor")
    assert (verified.exit_code, examined.exit_code) == (1, 1)
    assert "body differs from its leaf" in verified.stdout
    assert "epoch 2 is missing" in examined.stdout


def test_an_unusable_store_is_exit_code_five(run: Run, opened: Opened) -> None:
    """One sentence on what is wrong, one on what to do next, and no traceback."""
    opened.tracker.answers["holders"] = StoreUnusable("the database file is not a database")
    result = run("holders", "m1")
    assert result.exit_code == 5
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0] == "error: the database file is not a database"
    assert "--store" in lines[1]
    assert len(lines) == 2


def test_an_error_as_json(run: Run, opened: Opened) -> None:
    """Where the answer is JSON, the error is too."""
    opened.tracker.answers["decide_request"] = PlanChanged(8)
    result = run(*["request", "decide", "r1", "accepted", "--ver", "7", "--json"])
    assert result.exit_code == 2
    error = json.loads(result.stderr)
    assert error["error"] == "plan_changed"
    assert error["says"].endswith("its version is now 8")
    assert error["next"] == "Look at the plan again and decide with that version."
    assert error["exit_code"] == 2


def test_a_usage_error_as_json(run: Run) -> None:
    """A script that mistypes an option gets JSON as well."""
    result = run("holders", "m1", "--json", "--sooner")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"] == "usage"


@pytest.mark.parametrize(
    ("words", "code"),
    [(["holders"], 2), (["nothing"], 2), (["request", "decide", "r1", "maybe"], 2)],
)
def test_usage_errors_are_exit_code_two(run: Run, words: list[str], code: int) -> None:
    """Wrong words are told from wrong facts."""
    assert run(*words).exit_code == code


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_is_none_is_exit_code_two(
    run: Run, opened: Opened, tmp_path: Path, name: str
) -> None:
    """The store is not opened for a file that cannot be read."""
    result = run("record", str(tmp_path / name))
    assert result.exit_code == 2
    assert "error:" in result.stderr
    assert opened.places == []


def test_a_fault_of_ours_shows_no_persons_data(run: Run, opened: Opened) -> None:
    """Messages of unexpected errors may hold ids, so only their kind and place are shown."""
    opened.tracker.answers["holders"] = KeyError(ID)
    result = run("holders", "m1")
    assert result.exit_code == 70
    assert ID not in result.output
    assert "KeyError at fake.py:" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interrupted_command_ends_cleanly(run: Run, opened: Opened, tmp_path: Path) -> None:
    """Ctrl-C in the middle says what stays, closes the store, and shows no traceback."""
    opened.tracker.answers["record_file"] = KeyboardInterrupt()
    result = run("record", events_file(tmp_path))
    assert result.exit_code == 130
    assert "What was recorded stays" in result.stderr
    assert opened.tracker.closed


def test_a_full_disk_is_said_in_words(run: Run, opened: Opened) -> None:
    """An error of the operating system is one sentence too."""
    opened.tracker.answers["rebuild"] = OSError(28, "No space left on device")
    result = run("rebuild")
    assert result.exit_code == 5
    assert "No space left on device" in result.stderr


def test_every_expected_error_has_two_sentences() -> None:
    """What is wrong comes from the error, what to do next from the table."""
    said = explain(CommandError("wrong", next_step="Do right."))
    assert said is not None
    assert (said.says, said.next_step, said.exit_code) == ("wrong", "Do right.", 2)
    said = explain(StoreUnusable(""))
    assert said is not None
    assert said.says == "The store cannot be used; nothing was done."
    assert explain(ValueError("anything")) is None


def below(kind: type[Exception]) -> list[type[Exception]]:
    """Return a class of errors and all that are derived from it."""
    return [kind, *(found for child in kind.__subclasses__() for found in below(child))]


def test_the_table_names_the_errors_that_there_are() -> None:
    """A renamed error cannot silently lose its exit code."""
    kinds = [*below(LineageError), *below(StorageError), PolicyError, SecurityUnusable, OSError]
    assert BrokerUnusable in kinds
    assert set(VERDICTS) <= {kind.__name__ for kind in kinds}
    for kind in kinds:
        assert any(parent.__name__ in VERDICTS for parent in kind.__mro__)
    assert {verdict.exit_code for verdict in VERDICTS.values()} <= set(EXIT_CODES)
