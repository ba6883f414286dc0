"""What is personal data, and when, under each policy's own words."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lineage.domain.history.personal import Personal
from tests.support.histories import history, moment, policy_at

COMBINED: Mapping[str, object] = {
    "type": "data_combined",
    "at": "2026-03-03",
    "subject": "s1",
    "categories": ["search_query"],
    "combined_with": ["device_id"],
    "identifies": True,
}
ENDED: Mapping[str, object] = {
    "type": "combination_ended",
    "at": "2026-03-06",
    "subject": "s1",
    "categories": ["search_query"],
}


def personal(controller: str, day: str, *given: Mapping[str, object], category: str) -> bool:
    """Whether a category was personal at the controller in the middle of a day's order."""
    found = history(controller, given, at="2026-04-01")
    policy = policy_at(controller)(found.as_of)
    return Personal(policy, found).at_controller(category, (moment(day), 3))


@pytest.mark.parametrize(
    ("controller", "day", "expected"),
    [
        ("seestar", "2026-03-02", False),
        ("seestar", "2026-03-03", True),
        ("seestar", "2026-03-05", True),
        ("seestar", "2026-03-07", False),
        ("store-002", "2026-03-07", True),
        ("senro", "2026-03-07", False),
        ("easydser", "2026-03-04", True),
        ("sesiiduo", "2026-03-02", True),
    ],
)
def test_a_combination_makes_search_words_personal_as_long_as_the_text_says(
    controller: str, day: str, expected: bool
) -> None:
    """001, 003 and 004 until it ends, 002 for ever; in 000 search words always are."""
    assert personal(controller, day, COMBINED, ENDED, category="search_query") is expected


def test_the_search_history_is_personal_together_with_the_search_words() -> None:
    """001.R.1 says so; elsewhere each word is for itself."""
    assert personal("seestar", "2026-03-04", COMBINED, category="search_history")


def test_what_a_recipient_holds_beside_personal_data_is_personal_there() -> None:
    """A waybill number alone is nobody's; beside the address it is (D-17)."""
    share = {"type": "data_shared", "subject": "s1", "recipient_kind": "logistics"}
    alone = share | {"recipient": "A", "at": "2026-03-02", "categories": ["waybill_tracking"]}
    beside = share | {
        "recipient": "B",
        "at": "2026-03-02",
        "categories": ["waybill_tracking", "buyer_address"],
    }
    found = history("sesiiduo", [alone, beside], at="2026-04-01")
    judge = Personal(policy_at("sesiiduo")(found.as_of), found)
    at = (found.as_of, 7)
    assert not judge.at_recipient("waybill_tracking", "A", at)
    assert judge.at_recipient("waybill_tracking", "B", at)
