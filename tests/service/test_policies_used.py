"""Other policies than those by which people were folded and judged: said, until a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.policy.loader import LIBRARY, Library, load_library
from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER, OTHER_CONTROLLER, event, open_shop, share
from tests.support.places import StorePlace

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def corrected(tmp_path: Path) -> Library:
    """The policies with one of them corrected."""
    for file in LIBRARY.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        if file.stem == CONTROLLER:
            text = text.replace("categories: []", "categories: [loyalty_tier]", 1)
            assert "loyalty_tier" in text
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    return load_library(tmp_path)


def unsound(tracker: Tracker) -> list[str]:
    """What the doctor finds wrong."""
    return [check.name for check in tracker.doctor().checks if not check.ok]


def judged(tracker: Tracker, controller: str = CONTROLLER) -> datetime:
    """Up to when people of a controller are judged."""
    return tracker.finding_history(controller=controller).judged_up_to


def test_a_corrected_policy_asks_for_a_rebuild(store_place: StorePlace, corrected: Library) -> None:
    """Recording alone does not settle it; nobody else's people are concerned."""
    with open_shop(store_place) as tracker:
        tracker.record([share(), share(controller=OTHER_CONTROLLER)])
        assert unsound(tracker) == []
    with open_shop(store_place, policies=corrected) as tracker:
        tracker.record([share("BlueVan")])
        assert unsound(tracker) == ["policies"]
        assert judged(tracker) == NEVER
        assert judged(tracker, OTHER_CONTROLLER) > NEVER
        tracker.rebuild()
        assert unsound(tracker) == []
        assert judged(tracker) > NEVER
    with open_shop(store_place) as tracker:
        assert unsound(tracker) == ["policies"]


def test_people_whom_nobody_judged_are_not_taken_as_judged(store_place: StorePlace) -> None:
    """A store that was filled without judging says so to whoever opens it with."""
    with open_shop(store_place, judging=False) as tracker:
        tracker.record([share()])
        assert unsound(tracker) == []
    with open_shop(store_place) as tracker:
        tracker.record([share("BlueVan")])
        assert unsound(tracker) == ["policies"]
        tracker.rebuild()
        assert unsound(tracker) == []


def test_programs_with_different_policies_are_told_of_each_other(
    store_place: StorePlace, corrected: Library
) -> None:
    """Some people were folded by the one, some by the other: both ask for a rebuild."""
    with open_shop(store_place) as tracker:
        tracker.record([share()])
    with open_shop(store_place, policies=corrected) as tracker:
        tracker.record([share(subject="m2")])
        assert unsound(tracker) == ["policies"]
    with open_shop(store_place) as tracker:
        assert unsound(tracker) == ["policies"]
        tracker.rebuild()
        assert unsound(tracker) == []


def test_a_rebuild_that_is_broken_off_is_not_forgotten(
    store_place: StorePlace, corrected: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some people are folded by other policies by now."""
    with open_shop(store_place) as tracker:
        tracker.record([share()])
    with open_shop(store_place, policies=corrected) as tracker:
        monkeypatch.setattr("lineage.storage.rebuilding._drop_strays", _fails)
        with pytest.raises(ZeroDivisionError):
            tracker.rebuild()
    with open_shop(store_place) as tracker:
        assert unsound(tracker) == ["policies"]


def test_a_controller_whose_policy_is_gone(store_place: StorePlace) -> None:
    """Its people are folded by a rebuild, and judged by nothing."""
    with open_shop(store_place) as tracker:
        tracker.record([share(), share(controller=OTHER_CONTROLLER)])
    with open_shop(store_place, policies=LIBRARY / f"{CONTROLLER}.yaml") as tracker:
        assert unsound(tracker) == []
        assert tracker.rebuild().people == 2


def test_a_rebuild_judges_what_a_controller_did_itself(store_place: StorePlace) -> None:
    """What was found on it when it was recorded is found again, with its history."""
    data = {
        "version": "2",
        "major": True,
        "change_kinds": ["user_rights"],
        "reduces_rights": True,
    }
    with open_shop(store_place) as tracker:
        published = event("policy_published", data, subject=None, controller="easydser")
        assert tracker.record([published]).refused == 0
        before = tracker.finding_history(controller="easydser").findings
        assert {row.rule for row in before} >= {"004.O.1", "004.O.2"}
        tracker.rebuild()
        assert tracker.finding_history(controller="easydser").findings == before


def test_what_was_noted_in_vain_is_noted_again(
    store_place: StorePlace, monkeypatch: pytest.MonkeyPatch, corrected: Library
) -> None:
    """A transaction that came to nothing has noted nothing."""
    with open_shop(store_place) as tracker:
        with monkeypatch.context() as patch:
            patch.setattr("lineage.storage.applying.write_stands", _fails)
            with pytest.raises(ZeroDivisionError):
                tracker.record([share()])
        tracker.record([share()])
    with open_shop(store_place, policies=corrected) as tracker:
        assert unsound(tracker) == ["policies"]


def _fails(*_: object) -> None:
    raise ZeroDivisionError
