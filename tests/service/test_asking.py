"""What a policy is asked: of whom, as of when, and what an answer rests on, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest

from lineage.service.answers import Question
from lineage.service.errors import Ambiguous, InvalidInput, NotFound, UnknownSubject
from lineage.tracker import Tracker
from tests.storage.shop import (
    CONTROLLER,
    OTHER_CONTROLLER,
    Message,
    collected,
    event,
    linked,
    moment,
    share,
)

ADS: Final = "advertising_analytics"
GUEST: Final = "guest@shop.example"


def asked(request: str = "r1", **attributes: Any) -> Message:
    """A deletion request."""
    data = {"request_id": request, "right": "deletion", "trigger": "stopped_using"}
    return event("request_received", data, **{"at": "2026-03-05", **attributes})


def accepted(request: str = "r1", **attributes: Any) -> Message:
    """Its acceptance."""
    data = {"request_id": request, "outcome": "accepted"}
    return event("request_decided", data, **{"at": "2026-03-06", **attributes})


def broken(tracker: Tracker, **options: Any) -> list[tuple[str | None, str | None, str | None]]:
    """(rule, event, person) of what ``check`` finds."""
    answer = tracker.check(controller=CONTROLLER, **options)
    return [(row.rule, row.event, row.subject) for row in answer.findings]


def test_check_tells_of_everybody_or_of_one(tracker: Tracker) -> None:
    """Each finding with its event and its person; what is kept gives none."""
    wrong = share("AdNet", "email", kind=ADS)
    other = share("AdNet", "email", kind=ADS, subject="m2")
    tracker.record([wrong, other, share("FastParcel", "shipping_address", subject="m3")])
    expected = {("000.E.2", wrong["id"], "m1"), ("000.E.2", other["id"], "m2")}
    assert set(broken(tracker)) == expected
    assert broken(tracker, subject="m2") == [("000.E.2", other["id"], "m2")]
    assert broken(tracker, subject="m3") == []


def test_check_looks_from_a_moment(tracker: Tracker) -> None:
    """What occurs later is not judged (as-of), nor what was recorded later (known-at)."""
    wrong = share("AdNet", "email", kind=ADS, at="2026-03-04")
    tracker.record([collected("email", at="2026-03-01"), wrong])
    assert broken(tracker, as_of=moment("2026-03-03")) == []
    assert len(broken(tracker, as_of=moment("2026-03-04"))) == 1
    before = moment("2026-01-01")
    assert broken(tracker, known_at=before) == []


def test_linked_ids_are_one_person(tracker: Tracker) -> None:
    """A finding of either is told once, and asked for by either."""
    wrong = share("AdNet", "email", kind=ADS, subject=GUEST)
    tracker.record([wrong, linked(GUEST)])
    assert [found[1] for found in broken(tracker)] == [wrong["id"]]
    assert broken(tracker, subject="m1") == [("000.E.2", wrong["id"], "m1")]


def test_who_was_told_of_a_breach_under_another_id_was_told(tracker: Tracker) -> None:
    """The persons of a breach are shown by their ids, and a linked one is one person."""
    concerned = {"subjects": [GUEST, "m1", "m2"], "categories": ["email"]}
    told = {"subjects": ["m1"], "channel": "email"}
    tracker.record(
        [
            event("breach_detected", concerned, subject=None, at="2026-03-06"),
            event("breach_notified", told, subject=None, at="2026-03-07"),
        ]
    )
    (row,) = tracker.breach(controller=CONTROLLER).breaches
    assert row.not_told == sorted([GUEST, "m2"])
    tracker.record([linked(GUEST)])
    (row,) = tracker.breach(controller=CONTROLLER).breaches
    assert (row.not_told, row.rule, row.notify_by) == (["m2"], "000.N.1", date(2026, 3, 11))
    (row,) = tracker.breach(controller=CONTROLLER, as_of=moment("2026-03-06")).breaches
    assert row.not_told == sorted([GUEST, "m1", "m2"])


def test_the_only_controller_on_record_is_meant(tracker: Tracker) -> None:
    """Where two are on record one must be named, and where none is."""
    with pytest.raises(Ambiguous, match="no controllers are on record"):
        tracker.check()
    tracker.record([collected()])
    assert tracker.check().controller == CONTROLLER
    tracker.record([collected(controller=OTHER_CONTROLLER, subject="s1")])
    with pytest.raises(Ambiguous, match="2 controllers are on record"):
        tracker.retention()
    assert tracker.retention("s1").controller == OTHER_CONTROLLER
    with pytest.raises(UnknownSubject):
        tracker.status("nobody")


def test_retention_of_everybody_is_that_of_each(tracker: Tracker) -> None:
    """The rows of all are those of one after the other."""
    tracker.record([collected("email", "phone"), collected("name", subject="m2")])
    everybody = tracker.retention(controller=CONTROLLER).due
    each = [row for m in ("m1", "m2") for row in tracker.retention(m).due]
    assert sorted(everybody, key=str) == sorted(each, key=str)
    assert {(row.subject, row.category) for row in each} >= {("m1", "phone"), ("m2", "name")}


def test_a_request_is_asked_about_from_its_receipt_on(tracker: Tracker) -> None:
    """Before it there is none; an id that nobody gave is an error, and so is a ground."""
    tracker.record([collected(), asked()])
    limits = tracker.deadlines("r1", as_of=moment("2026-03-05"))
    assert (limits.reply_target, limits.reply_by) == (date(2026, 3, 12), date(2026, 3, 16))
    assert limits.rules["reply_by"] == "000.F.6"
    assert tracker.entitlement("r1").verdict == "entitled"
    with pytest.raises(NotFound, match="not on record then"):
        tracker.deadlines("r1", as_of=moment("2026-03-04"))
    with pytest.raises(NotFound, match="no request 'r2'"):
        tracker.entitlement("r2")
    with pytest.raises(InvalidInput, match="no ground"):
        tracker.refusal("r1", grounds=["malice"])
    grounds = tracker.refusal("r1", grounds=["trade_secret", "repetitive"]).grounds
    assert grounds == {"trade_secret": "000.I.8", "repetitive": False}


def test_the_plan_shows_what_is_wrong_with_the_record(tracker: Tracker) -> None:
    """Findings of this person only, and the limits of the request."""
    wrong = share("AdNet", "email", kind=ADS)
    tracker.record([wrong, share("AdNet", "email", kind=ADS, subject="m2"), asked()])
    plan = tracker.plan("r1")
    assert [(row.rule, row.event, row.subject) for row in plan.findings] == [
        ("000.E.2", wrong["id"], "m1")
    ]
    assert plan.deadlines["reply_by"] == date(2026, 3, 16)


def test_status_tells_how_far_each_recipient_is(tracker: Tracker) -> None:
    """Told, erased, given up; a natural person goes by its id."""
    people = ("FastParcel", "GoneCo", "person:p7")
    tracker.record([share(name, "email") for name in people] + [asked(), accepted()])
    told: dict[str, Any] = {"request_id": "r1", "categories": ["email"]}
    tracker.record(
        [
            event("recipient_deleted", {**told, "recipient": "FastParcel"}, at="2026-03-07"),
            *(
                event(
                    "recipient_declined",
                    {**told, "recipient": name, "reason": "unreachable"},
                    at="2026-03-07",
                )
                for name in people[1:]
            ),
        ]
    )
    status = tracker.status("m1")
    assert status.recipients == {
        "FastParcel": "erased",
        "GoneCo": "unreachable",
        "person:p7": "unreachable",
    }


@pytest.mark.parametrize(
    "ask",
    [
        lambda tracker, **at: tracker.check(subject="m9", **at),
        lambda tracker, **at: tracker.retention("m9", **at),
        lambda tracker, **at: tracker.status("m9", **at),
        lambda tracker, **at: tracker.cancellation("m9", **at),
        lambda tracker, **at: tracker.minors("m9", **at),
    ],
    ids=["check", "retention", "status", "cancellation", "minors"],
)
def test_too_little_known_is_unknown(tracker: Tracker, ask: Callable[..., Question]) -> None:
    """Nothing on record of somebody, at a time before the record begins, says nothing."""
    tracker.record([collected(at="2026-03-04")])
    assert ask(tracker, controller=CONTROLLER, as_of=moment("2026-03-01")).unknown
    assert not ask(tracker, controller=CONTROLLER, as_of=moment("2026-03-05")).unknown


def test_every_answer_says_what_it_rests_on(tracker: Tracker) -> None:
    """Controller, version, both clocks, how far the record reaches."""
    tracker.record([collected(at="2026-03-04"), asked()])
    at: dict[str, Any] = {"as_of": moment("2026-03-07"), "known_at": None}
    every = [
        tracker.check(controller=CONTROLLER, **at),
        tracker.retention(controller=CONTROLLER, **at),
        tracker.status("m1", **at),
        tracker.cancellation("m1", **at),
        tracker.minors("m1", **at),
        tracker.deadlines("r1", **at),
        tracker.entitlement("r1", **at),
        tracker.refusal("r1", **at),
        tracker.policy_facts(controller=CONTROLLER, **at),
        tracker.breach(controller=CONTROLLER, **at),
    ]
    for answer in every:
        assert answer.controller == CONTROLLER
        assert answer.policy_version == tracker.library.versions(CONTROLLER)[0].version
        assert answer.as_of == moment("2026-03-07")
        assert answer.complete_from == moment("2026-03-04")
        assert answer.complete_up_to
