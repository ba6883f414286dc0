"""What the pages tell a reader to type does what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import Step, pages, steps_of
from tests.docs.session import BROKER, DATABASE, agrees, normalised, run
from tests.support.databases import Databases
from tests.support.kafka_topics import OwnKafka

PAGES_WITH_STEPS = [page for page in pages() if steps_of(page)]
ON_POSTGRESQL = [
    page for page in PAGES_WITH_STEPS if any(DATABASE in step.text for step in steps_of(page))
]
ON_KAFKA = [
    page for page in PAGES_WITH_STEPS if any(BROKER in step.text for step in steps_of(page))
]


def marks_of(page: str) -> list[pytest.MarkDecorator]:
    """The services that a page needs, as markers."""
    postgres = [pytest.mark.postgres] if page in ON_POSTGRESQL else []
    return [*postgres, *([pytest.mark.kafka] if page in ON_KAFKA else [])]


PAGES = [pytest.param(page, marks=marks_of(page)) for page in PAGES_WITH_STEPS]


@pytest.fixture
def database(page: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database on a real server, if the page names one."""
    if page not in ON_POSTGRESQL:
        yield DATABASE
        return
    databases: Databases = request.getfixturevalue("postgres")
    with databases.database() as url:
        yield url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture
def broker(page: str, request: pytest.FixtureRequest) -> str:
    """A real broker without topics, if the page names one."""
    if page not in ON_KAFKA:
        return BROKER
    own: OwnKafka = request.getfixturevalue("own_kafka")
    return own.servers


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_run(page: str, tmp_path: Path, database: str, broker: str) -> None:
    """Every command of a page ends as the page says, and prints what the page shows; on a real
    PostgreSQL and a real Kafka where the page is about one.
    """
    steps = steps_of(page)
    wrong = []
    results = run(steps, tmp_path, database, broker=broker)
    for step, result in zip(steps, results, strict=True):
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
    assert {"README.md", "docs/claims.md", "docs/operating.md"} == set(ON_POSTGRESQL)
    assert {"docs/emitting.md", "docs/kafka.md"} <= set(ON_KAFKA)


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
