"""The log that all five policies are asked about, and the check of what they say."""

import io
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from rich.console import Console

import lineage
from lineage.demo.alike import alike_events, alike_orders
from lineage.demo.checks import check_five
from lineage.demo.expected_five import EXPECTED
from lineage.demo.five import PolicyAnswers, five_answers
from lineage.demo.orders import CONTROLLERS
from lineage.demo.show import next_steps, show_steps

OTHER: dict[str, Any] = {
    "right": ("entitled", "000.F.2"),
    "reply": (None, date(2012, 1, 18), "000.F.6"),
    "outcome": (date(2012, 1, 18), "000.F.6"),
    "told": frozenset({("AdVista", "default", "000.F.3")}),
    "told_erase_by": date(2012, 1, 19),
    "kept": frozenset({("557670", date(2014, 7, 1), "000.J.1")}),
    "erased": frozenset(),
    "found": frozenset({("gap", "000.E.2", "AdVista", 1)}),
    "cancelled": ("erased", date(2012, 1, 16), "000.G.2"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, PolicyAnswers]]:
    """What the five say, asked once."""
    store = tmp_path_factory.mktemp("five") / "five.db"
    with lineage.open_tracker(f"sqlite:///{store}") as tracker:
        yield five_answers(tracker)


def test_the_logs_differ_in_the_controller_alone() -> None:
    """The same real orders, event for event; only the word changes."""
    logs: dict[str, list[object]] = {}
    for event in alike_events():
        logs.setdefault(event["controller"], []).append(
            {key: value for key, value in event.items() if key != "controller"}
        )
    assert set(logs) == set(CONTROLLERS)
    first, *others = logs.values()
    assert all(log == first for log in others)
    assert [order.invoice for order in alike_orders()] == ["557670", "572869", "579498"]


def test_the_five_answer_as_worked_out_by_hand(answers: dict[str, PolicyAnswers]) -> None:
    """Each part of each answer, and no two policies alike."""
    checked = check_five(answers, expected=EXPECTED)
    assert checked.ok, checked.differing
    assert checked.compared == 5


@pytest.mark.parametrize("part", [field.name for field in fields(PolicyAnswers)])
def test_each_part_that_differs_is_named(part: str) -> None:
    """A wrong part of one policy's answers is a difference under its name."""
    wrong = EXPECTED | {"sesiiduo": replace(EXPECTED["sesiiduo"], **{part: OTHER[part]})}
    assert check_five(wrong, expected=EXPECTED).differing == (f"sesiiduo {part}",)


def test_alike_answers_and_missing_ones_are_differences() -> None:
    """A policy that says what another says, one that says nothing, and no answer at all."""
    alike = EXPECTED | {"senro": EXPECTED["seestar"]}
    assert "seestar as senro" in check_five(alike, expected=alike).differing
    short = {name: said for name, said in EXPECTED.items() if name != "senro"}
    assert "senro right" in check_five(short, expected=EXPECTED).differing
    assert not check_five({}, expected={}).ok


def test_commands_to_copy_are_never_broken() -> None:
    """Each stands on one line, however narrow the terminal: a broken one could not be pasted."""
    written = io.StringIO()
    steps = next_steps("sqlite:///a.db", ("senro", "c1"), five="sqlite:///" + "f" * 80)
    show_steps(Console(file=written, width=40), steps)
    lines = written.getvalue().splitlines()
    assert len(lines) == 10
    assert all(line.startswith("  ") for line in lines[1:])
