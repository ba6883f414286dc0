"""A sample of compositions keeps every law; the many are in ``make faults``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.asking import Asked
from tests.fuzz.checking import Broken, check, reduced
from tests.fuzz.compositions import composed
from tests.fuzz.laws.table import OF_ANSWERS, OF_CHANGES, Law

ROOT = Path(__file__).resolve().parents[2]
SAMPLE, CHUNKS, HASHED = 120, 3, 40


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_sample_of_compositions_keeps_every_law(chunk: int) -> None:
    """The same seeds every time: red means that the change at hand is at fault."""
    check(range(chunk, SAMPLE, CHUNKS))


@pytest.mark.parametrize("law", [*OF_ANSWERS, *OF_CHANGES], ids=lambda law: law.__name__)
def test_every_law_says_why_it_holds(law: Law) -> None:
    """A law is stated by its name, and its docstring gives the reason."""
    assert law.__doc__


def no_broken_order(asked: Asked) -> Iterator[str]:
    """No law of ours: that no order is ever completed."""
    completed = [event.id for event in asked.history.everything if "OrderCompleted" in _name(event)]
    if completed and asked.policy.rules:
        yield f"{len(completed)} completed"


def unanswerable(asked: Asked) -> Iterator[str]:
    """No law of ours: a question that fails."""
    raise ValueError(len(asked.history.everything))


def _name(event: object) -> str:
    return type(getattr(event, "data", None)).__name__


def test_what_breaks_a_law_is_shown_small_enough_to_read() -> None:
    """Of a composition that breaks a law is left what it takes: one rule and one event. It is
    shown with the law, the policy as YAML, the events as JSON lines, and its seed.
    """
    seed = next(s for s in range(1000) if any(no_broken_order(_last(s))))
    whole = composed(seed)
    small = reduced(Broken(no_broken_order, whole, whole.as_of[-1], "it did"))
    assert [len(policy["rules"]) for policy in small.composition.policies] == [1]
    assert [event["type"] for event in small.composition.events] == ["lineage.order_completed.v1"]
    assert small.how == "1 completed"
    shown = str(small)
    assert "no_broken_order: No law of ours" in shown
    assert "\nrules:\n- " in shown
    assert '"type": "lineage.order_completed.v1"' in shown
    assert f"python -m tests.fuzz {seed}\n" in shown


def test_a_question_that_fails_breaks_its_law() -> None:
    """It is shown with where it failed, and made smaller like any other."""
    whole = composed(7)
    small = reduced(Broken(unanswerable, whole, whole.as_of[-1], "it did"))
    assert len(small.composition.events) == 1
    assert "ValueError: " in small.how


def _last(seed: int) -> Asked:
    whole = composed(seed)
    return Asked(whole, whole.as_of[-1])


def test_nothing_hangs_on_the_order_of_a_set() -> None:
    """Two processes whose hashes differ give the same answers, in the same order."""
    digests = {
        subprocess.run(
            [sys.executable, "-m", "tests.fuzz.digest", "0", str(HASHED)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
