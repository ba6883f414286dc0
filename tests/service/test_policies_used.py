"""Other policies than those by which people were folded and judged: said, until a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.policy.loader import LIBRARY, Library, load_library
from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER, OTHER_CONTROLLER, open_shop, share
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
