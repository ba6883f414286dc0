"""What a breach demands: by when persons are told, who was not, what the regulator gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineage.domain.questions.breach import BreachDue, breaches
from tests.support.histories import history, policy_at

Event = Mapping[str, Any]


def detected(at: str, *subjects: str, **data: object) -> Event:
    """A breach."""
    base = {"type": "breach_detected", "at": at, "categories": ["email"]}
    return {**base, "subjects": list(subjects), **data}


def notified(at: str, *subjects: str, **data: object) -> Event:
    """Persons told of it."""
    base = {"type": "breach_notified", "at": at, "channel": "email"}
    return {**base, "subjects": list(subjects), **data}


def due(controller: str, *given: Event, at: str = "2026-12-31") -> tuple[BreachDue, ...]:
    """The answer."""
    return breaches(policy_at(controller), history(controller, given, at=at))


def test_without_a_breach_nothing_is_due() -> None:
    """Nor where one is found later."""
    assert due("seestar") == ()
    assert due("seestar", detected("2026-03-02", "p1"), at="2026-03-01") == ()


def test_who_is_told_later_is_missing_till_then() -> None:
    """The answer is that of the moment of asking."""
    given = detected("2026-03-06", "p1", "p2"), notified("2026-03-09", "p2")
    (before,) = due("easydser", *given, at="2026-03-08")
    (after,) = due("easydser", *given, at="2026-03-09")
    assert (before.not_told, after.not_told) == (("p1", "p2"), ("p1",))
    assert before.notify_by == after.notify_by
    assert str(after.notify_by) == "2026-03-11"


def test_each_breach_has_its_own_answer_the_latest_last() -> None:
    """A name ties a notice to its breach, whenever it comes."""
    first, second = due(
        "senro",
        detected("2026-03-02", "p1", breach_id="one"),
        detected("2026-03-04", "p1", breach_id="two"),
        notified("2026-03-05", "p1", breach_id="one"),
        notified("2026-03-05", "p1", breach_id="another"),
    )
    assert (first.breach, first.not_told) == ("one", ())
    assert (second.breach, second.not_told, second.rule) == ("two", ("p1",), "D-65")


def test_a_notice_before_every_breach_is_about_none() -> None:
    """Without a name it means the latest one up to its time."""
    (only,) = due("seestar", notified("2026-03-01", "p1"), detected("2026-03-02", "p1", ev="b"))
    assert (only.breach, only.not_told) == ("b", ("p1",))


def test_an_announcement_covers_everybody_only_where_the_text_knows_it() -> None:
    """001.N.1 and 004.N.1 do; 000.N.1 and our default do not."""
    given = (
        detected("2026-03-02", "p1", "p2"),
        {"type": "breach_announced", "at": "2026-03-03", "channel": "website"},
    )
    missing = {c: len(due(c, *given)[0].not_told) for c in ("sesiiduo", "seestar", "senro")}
    assert missing == {"sesiiduo": 2, "seestar": 0, "senro": 2}
