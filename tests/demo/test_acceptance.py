"""The demo as a whole: real store, real HTTP, all 4,372 customers, 50 requests."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

import lineage
from lineage.demo.alike import SUBJECT, asked_at
from lineage.demo.endpoints import behaviour
from lineage.demo.expected import Holding, Person, expected_holders, expected_told
from lineage.demo.orders import read_orders
from lineage.demo.run import DemoResult, run
from lineage.demo.selection import SHOWN, Asking, asking
from lineage.demo.shops import LATE
from lineage.service.errors import InvalidInput
from lineage.tracker import Tracker

# The endpoints that erased nothing: who keeps by law, or holds a grant of its own.
KEEPING = {"kept_by_law", "refused"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoResult, str]:
    """One run of the demo, as without a terminal, and what it printed."""
    written = io.StringIO()
    out = tmp_path_factory.mktemp("demo") / "demo-out"
    return run(out=out, console=Console(file=written, width=140)), written.getvalue()


@pytest.fixture(scope="module")
def tracker(demo: tuple[DemoResult, str]) -> Iterator[Tracker]:
    """The store that the demo left behind, opened again as its user would."""
    with lineage.open_tracker(f"sqlite:///{demo[0].out / 'lineage.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def counted() -> dict[Person, set[Holding]]:
    """The count made straight from the orders file."""
    return expected_holders(read_orders())


def accepted(counted: dict[Person, set[Holding]]) -> dict[Person, Asking]:
    """Those whose request was accepted."""
    return {(one.controller, one.subject): one for one in asking(counted) if not one.refused}


def still_held(person: Person, holdings: set[Holding]) -> set[Holding]:
    """What is left after the recipients have answered: nothing at those who erased."""
    return {
        (holder, category)
        for holder, category in holdings
        if holder.startswith("/services/") or behaviour(person[0], holder) in KEEPING
    }


def test_the_demo_finds_nothing_wrong(demo: tuple[DemoResult, str]) -> None:
    """Its own checks agreed, every notice was answered, nothing was refused."""
    result, printed = demo
    assert result.ok, printed
    assert (result.people, result.requests) == (4_372, 50)
    assert result.events == 152_291
    assert not re.search(r"\x1b\[", printed)


def test_five_policies_are_asked_about_one_log(demo: tuple[DemoResult, str]) -> None:
    """All five stand in one table, and what is left of it can be asked again by hand."""
    result, printed = demo
    assert result.checks.policies.compared == 5
    table = printed.partition("One log, five policies")[2]
    rules = ("000.F.6", "001.F.5", "D-28", "2012-02-20", "003.D.9", "004.J.2", "2014-12-08")
    assert [rule for rule in rules if rule not in table] == []
    with lineage.open_tracker(f"sqlite:///{result.out / 'five-policies.db'}") as opened:
        found = opened.check(subject=SUBJECT, controller="senro", as_of=asked_at()).findings
        assert [row.rule for row in found] == ["003.D.9"]


def test_holders_of_all_customers_equal_the_count_from_the_orders(
    demo: tuple[DemoResult, str], tracker: Tracker, counted: dict[Person, set[Holding]]
) -> None:
    """All 4,372: who ever held what, and who holds it now, after the answers to the 50 requests."""
    asked = accepted(counted)
    assert len(counted) == 4_372
    for person, holdings in counted.items():
        controller, subject = person
        rows = tracker.holders(subject, controller=controller).holders
        late = {(LATE.recipient, word) for word in LATE.categories} if person == SHOWN else set()
        ever = {(row.holder, row.category) for row in rows}
        now = {(row.holder, row.category) for row in rows if row.held}
        assert ever == holdings | late, person
        assert now == (still_held(person, holdings) if person in asked else holdings), person


def test_exactly_the_holders_were_told(
    demo: tuple[DemoResult, str], tracker: Tracker, counted: dict[Person, set[Holding]]
) -> None:
    """Each notice on record, with its categories, against the count; none for a refused request."""
    notices = 0
    for one in asking(counted):
        person = (one.controller, one.subject)
        wanted = {} if one.refused else expected_told(counted[person])
        if person == SHOWN:
            wanted[LATE.recipient] = set(LATE.categories)
        status = tracker.request_status(one.request, controller=one.controller)
        told: dict[str, set[str]] = {}
        for notice in status.notices:
            told.setdefault(notice.recipient, set()).update(notice.categories)
            expected = behaviour(one.controller, notice.recipient)
            assert notice.state == (expected if expected in KEEPING else "erased")
            notices += 1
        assert told == wanted, one.request
    assert notices == sum(demo[0].notices.values())
    assert demo[0].checks.told.compared == 50


def test_a_second_run_replaces_the_first_only_where_a_demo_was(tmp_path: Path) -> None:
    """A folder with other things in it is refused before anything is written."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InvalidInput, match="no demo wrote"):
        run(out=tmp_path, console=Console(file=io.StringIO()))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
