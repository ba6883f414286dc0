"""How scenarios run: recorded as by the operator, each in its own store, asked at their moment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from lineage.cli.main import make_app
from lineage.policy.loader import load_library
from lineage.scenarios.files import read_scenarios
from lineage.scenarios.running import scenario_runner
from tests.support.engines import on_postgresql
from tests.support.places import StorePlace

LIBRARY: Final = load_library()
SHARED: Final = """\
    - {type: data_shared, ev: a, at: 2026-03-02, subject: m1, recipient: Box,
       recipient_kind: logistics, categories: [email]}
    - {type: request_received, at: 2026-03-03, subject: m1, request_id: r1, right: deletion}
    - {type: request_decided, at: 2026-03-04, subject: m1, request_id: r1, outcome: accepted}
"""
WHEN: Final = "{at: 2026-03-05, ask: [plan], request: r1}"
TOLD: Final = "{plan: {notify: [{recipient: Box}]}}"


def scenario(given: str = SHARED, when: str = WHEN, then: str = TOLD, id_: str = "S-1") -> str:
    """One scenario as it is written."""
    return (
        f"- id: {id_}\n  title: a share\n  controller: sesiiduo\n  given:\n{given}"
        f"  when: {when}\n  then: {then}\n"
    )


def write(folder: Path, *scenarios: str) -> Path:
    """A file of these."""
    file = folder / "some.yaml"
    file.write_text("scenarios:\n" + "".join(scenarios), encoding="utf-8")
    return file


def found(folder: Path, text: str) -> list[tuple[str, Any, Any]]:
    """The differences of one scenario."""
    [one] = read_scenarios([write(folder, text)], LIBRARY.controllers)
    with scenario_runner(LIBRARY) as run:
        differences = [each.difference for each in run(one).found]
    return [(d.path, d.expected, d.actual) for d in differences]


def run_command(*arguments: str | Path) -> Any:
    """``lineage scenario test``."""
    return CliRunner().invoke(make_app(plugins=False), ["scenario", "test", *map(str, arguments)])


def test_a_clean_event_must_be_there(tmp_path: Path) -> None:
    """A label that no event has would be clean whatever the program says."""
    when = WHEN.replace("plan", "findings")
    text = scenario(when=when, then="{findings: {clean_events: [a, b]}}")
    assert [path for path, _, _ in found(tmp_path, text)] == ["findings.clean_events[b]"]


def test_an_answer_as_expected_passes(tmp_path: Path) -> None:
    """Nothing differs."""
    assert found(tmp_path, scenario()) == []


def test_each_runs_in_a_store_of_its_own(tmp_path: Path) -> None:
    """What another one recorded is not there."""
    given = SHARED.replace("Box", "Other")
    other = scenario(given, then="{plan: {notify: [{recipient: Other}]}}", id_="S-2")
    file = write(tmp_path, scenario(), other, scenario(id_="S-3"))
    with scenario_runner(LIBRARY) as run:
        assert all(run(one).passed for one in read_scenarios([file], LIBRARY.controllers))


def test_what_is_recorded_later_does_not_count(tmp_path: Path) -> None:
    """``known_at`` is the moment of asking; what is recorded at that very moment counts."""
    late = SHARED.replace("ev: a,", "ev: a, rec: 2026-03-06,")
    assert found(tmp_path, scenario(late, then="{plan: {notify: []}}")) == []
    at_once = SHARED.replace("ev: a,", "ev: a, rec: 2026-03-05,")
    assert found(tmp_path, scenario(at_once)) == []


def test_what_was_told_may_be_said(tmp_path: Path) -> None:
    """``recipient_notified`` is recorded too, although only the tracker says it elsewhere."""
    told = (
        "    - {type: recipient_notified, at: 2026-03-04, subject: m1, request_id: r1,"
        " recipient: Box, categories: [email], duty: policy}\n"
    )
    assert found(tmp_path, scenario(SHARED + told)) == []


@pytest.mark.parametrize(
    ("event", "path", "reason"),
    [
        ("{type: data_shard, at: 2026-03-02, subject: m1}", "given[3].type", "unknown_type"),
        (
            """{type: notice_widened, at: 2026-03-02, subject: m1, notice_id: n, request_id: r1,
                recipient: Box, categories: [email]}""",
            "given[3].type",
            "not_allowed_here",
        ),
        (
            "{type: data_collected, at: 2026-03-02, ev: x, subject: m1, categories: [shoe_size]}",
            "given[x].data.categories[0]",
            "unknown_category",
        ),
        (
            "{type: user_registered, at: 2026-03-02, ev: x, subject: m1, size: 7}",
            "given[x].data.size",
            "unknown_field",
        ),
    ],
)
def test_a_refused_event_fails_its_scenario(
    tmp_path: Path, event: str, path: str, reason: str
) -> None:
    """With the reason; a system event other than that one is refused."""
    [(where, _, actual), *_] = found(tmp_path, scenario(f"{SHARED}    - {event}\n"))
    assert (where, actual) == (path, f"refused ({reason})")


def test_null_is_absent(tmp_path: Path) -> None:
    """An event's key without a value is not there."""
    assert found(tmp_path, scenario(SHARED.replace("ev: a,", "ev: a, purpose: null,"))) == []


def test_what_cannot_be_answered_is_a_difference(tmp_path: Path) -> None:
    """A request that is not on record fails the scenario, and not the run."""
    when = "{at: 2026-03-05, ask: [plan], request: r7}"
    [(path, _, actual)] = found(tmp_path, scenario(when=when))
    assert path == "plan"
    assert "NotFound" in actual


def test_unknown_is_a_failure(tmp_path: Path) -> None:
    """The store is complete, so an answer that knows too little is wrong."""
    when = "{at: 2026-03-01, ask: [plan], subject: m2}"
    [(path, expected, actual)] = found(tmp_path, scenario(when=when, then="{}"))
    assert (path, expected, actual) == ("plan.unknown", False, True)


def test_lines_and_exit_status(tmp_path: Path) -> None:
    """A line a scenario, its differences, a count; 0 where all passed, else 1."""
    wrong = scenario(then="{plan: {notify: [{recipient: Box, categories: [phone]}]}}", id_="S-2")
    result = run_command(write(tmp_path, scenario(), wrong))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "ok   S-1  a share",
        "FAIL S-2  a share",
        "       plan.notify[Box].categories: expected [phone], got [email]",
        "1 passed, 1 failed",
    ]
    assert run_command(write(tmp_path, scenario())).exit_code == 0


def test_json(tmp_path: Path) -> None:
    """One object, in the published form."""
    wrong = scenario(then="{plan: {notify: [{recipient: Box, send_by: 2026-03-09}]}}")
    result = run_command(write(tmp_path, wrong), "--json")
    difference = {
        "controller": "sesiiduo",
        "path": "plan.notify[Box].send_by",
        "expected": "2026-03-09",
        "actual": "2026-03-04",
    }
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "passed": 0,
        "failed": 1,
        "scenarios": [
            {"id": "S-1", "file": "some.yaml", "passed": False, "differences": [difference]}
        ],
    }


def test_nothing_runs_where_a_file_is_not_valid(tmp_path: Path) -> None:
    """The fault is said with file, line and key, and the status is 2."""
    good = write(tmp_path, scenario())
    bad = tmp_path / "bad.yaml"
    bad.write_text("scenarios:\n" + scenario(id_="S-2").replace("title", "name"), encoding="utf-8")
    result = run_command(good, bad)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "bad.yaml:3: scenarios[0].name: expected only known keys" in result.stderr


@on_postgresql
def test_a_schema_of_its_own_in_a_named_store(store_place: StorePlace, tmp_path: Path) -> None:
    """It is gone afterwards, and what the store holds was not touched."""
    with store_place.open() as tracker:
        tracker.record([])
    result = run_command(
        "--store", store_place.url, write(tmp_path, scenario(), scenario(id_="S-2"))
    )
    assert result.exit_code == 0, result.output
    with store_place.open() as tracker:
        assert tracker.verify().events == 0
        with tracker.store.reading() as conn:
            names = conn.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars().all()
    assert not [name for name in names if name.startswith("lineage")]


def test_the_environment_names_no_store_for_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tests a policy must not happen to write into the store in use."""
    monkeypatch.setenv("LINEAGE_STORE", "postgresql+psycopg://nobody@/none?host=/nowhere")
    assert run_command(write(tmp_path, scenario())).exit_code == 0
