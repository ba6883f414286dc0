"""What the pages tell a reader to type does what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import Step, pages, steps_of
from tests.docs.session import agrees, normalised, run

PAGES_WITH_STEPS = [page for page in pages() if steps_of(page)]


@pytest.mark.parametrize("page", PAGES_WITH_STEPS)
def test_commands_of_a_page_run(page: str, tmp_path: Path) -> None:
    """Every command of a page ends as the page says, and prints what the page shows."""
    steps = steps_of(page)
    wrong = []
    for step, result in zip(steps, run(steps, tmp_path), strict=True):
        shown = step.output or None
        if result.exit_code != step.exit_code:
            wrong.append(f"exit code {result.exit_code}: {step.text}\n" + "\n".join(result.lines))
        elif shown is not None and not agrees(shown, result.lines):
            wrong.append(f"other output: {step.text}\n" + "\n".join(result.lines))
    assert not wrong, "\n\n".join(wrong)


def test_the_pages_with_commands_are_these() -> None:
    """The pages that promise to be run have commands in them, so none is passed over in silence."""
    promised = {"README.md", "docs/claims.md", "docs/operating.md", "docs/data-model.md"}
    assert promised <= set(PAGES_WITH_STEPS)


def test_a_wrong_page_is_seen(tmp_path: Path) -> None:
    """The runner notices another exit code and other output."""
    steps = [Step("false"), Step("echo here", 0, ("there",)), Step("print(1)", 0, ("1",), True)]
    results = run(steps, tmp_path)
    assert [result.exit_code for result in results] == [1, 0, 0]
    assert not agrees(("there",), results[1].lines)
    assert agrees(("1",), results[2].lines)


@pytest.mark.parametrize(
    ("shown", "got", "same"),
    [
        (["a", "..."], ["a", "b", "c"], True),
        (["...", "c"], ["a", "b", "c"], True),
        (["a", "...", "c"], ["a", "b", "c"], True),
        (["...", "b", "..."], ["a", "b", "c"], True),
        (["a", "c"], ["a", "b", "c"], False),
        (["...", "b"], ["a", "b", "c"], False),
        (["a", "..."], ["b", "a"], False),
        (["a"], ["a", "b"], False),
    ],
)
def test_three_dots_stand_for_any_lines(shown: list[str], got: list[str], same: bool) -> None:
    """What is left out on a page is left out where the dots stand, and nowhere else."""
    assert agrees(shown, got) is same


def test_only_what_changes_is_passed_over() -> None:
    """Times of the run, hashes and durations are let be; times and names of the example are not."""
    assert normalised("sent 2031-01-02 10:11  in 3.2 s") == "sent <time> in <seconds>"
    assert normalised("since 2025-03-04 08:00") == "since 2025-03-04 08:00"
    assert normalised("root 64566d4a4fb8dcd09c75") == "root <hash>"
