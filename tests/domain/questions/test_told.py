"""How far a recipient is: the open notice that needs most, and what is late."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest

from lineage.domain.facts import Notice, NoticeState
from lineage.domain.questions.told import recipient_states

SEND_BY: Final = date(2026, 3, 16)
ERASE_BY: Final = date(2026, 3, 19)


def notice(state: str = "sent", **more: Any) -> Notice:
    """A notice to Box."""
    values = {
        "ref": b"",
        "notice_id": "n1",
        "request_id": "r1",
        "recipient": "Box",
        "categories": ("email",),
        "duty": "policy",
        "rule": "000.F.3",
        "send_by": SEND_BY,
        "erase_by": ERASE_BY,
        "round": 1,
        "supplementary": False,
        "state": NoticeState(state),
        "planned_at": 0,
        "sent_at": None if state == "planned" else 1,
        "answered_at": None,
        "strength": None,
        "erased": (),
        "declined": (),
        **more,
    }
    return Notice(**values)


def box(*notices: Notice, day: int = 16, days: int = 30) -> str:
    """The state of Box on a day of March."""
    found = recipient_states(notices, today=date(2026, 3, day), answer_days={"Box": days})
    return found["Box"]


@pytest.mark.parametrize(
    ("one", "on_the_day", "the_day_after"),
    [
        (notice("planned"), 16, 17),
        (notice("sent"), 19, 20),
        (notice("acknowledged"), 19, 20),
        (notice("working"), 19, 20),
        (notice("working", erase_by=None), 23, 24),
    ],
)
def test_overdue_is_shown_the_day_after(one: Notice, on_the_day: int, the_day_after: int) -> None:
    """Unsent by the last day to send, sent by the last day to erase, or by the recipient's own."""
    assert box(one, day=on_the_day, days=7) == one.state
    assert box(one, day=the_day_after, days=7) == "overdue"


@pytest.mark.parametrize(
    "state", ["erased", "refused", "kept_by_law", "unreachable", "awaiting_person"]
)
def test_what_is_answered_is_not_overdue(state: str) -> None:
    """Nor what waits for a person."""
    assert box(notice(state), day=31) == state


def test_the_open_one_that_needs_most_is_told() -> None:
    """Of several rounds; of closed ones the last."""
    erased = notice("erased", planned_at=1)
    kept = notice("kept_by_law", planned_at=2, round=2)
    assert box(erased, notice("sent", round=2)) == "sent"
    assert box(notice("planned", round=2), notice("working")) == "planned"
    assert box(erased, kept) == "kept_by_law"
    assert box(kept, erased) == "kept_by_law"


def test_where_nobody_has_a_word_it_is_thirty_days() -> None:
    """After the last day to send."""
    one = notice("sent", erase_by=None)
    for day, state in ((15, "sent"), (16, "overdue")):
        today = date(2026, 4, day)
        found = recipient_states([one], today=today, answer_days={})
        assert found == {"Box": state}
