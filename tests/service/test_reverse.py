"""The reverse question: whose data a recipient holds, in pages, each person once."""

from datetime import timedelta

import pytest

from lineage.service.answers import SubjectRow
from lineage.tracker import Tracker
from tests.storage.shop import (
    CONTROLLER,
    OTHER_CONTROLLER,
    Clock,
    erased,
    linked,
    moment,
    retracted,
    share,
)

GUEST = "guest@shop.example"


def pages(tracker: Tracker, limit: int, known_at: str | None = None) -> list[list[SubjectRow]]:
    """All pages, following the cursor."""
    found, cursor = [], None
    known = None if known_at is None else moment(known_at)
    while True:
        page = tracker.recipient_subjects(
            "FastParcel", controller=CONTROLLER, known_at=known, limit=limit, cursor=cursor
        )
        found.append(page.rows)
        assert len({row.subject for row in page.rows}) <= limit
        cursor = page.next
        if cursor is None:
            return found


def flat(found: list[list[SubjectRow]]) -> list[tuple[str, str]]:
    """(person, category) of all pages, in order."""
    return sorted((row.subject, row.category) for page in found for row in page)


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_every_person_exactly_once(tracker: Tracker, clock: Clock, limit: int) -> None:
    """Whatever the size of the page: every person whose data the recipient holds now stands on
    exactly one page with each category, linked ids as one person, nobody who was erased.
    """
    clock.set("2026-03-10")
    many = [share("FastParcel", "email", "name", subject=f"m{n:02d}") for n in range(20)]
    gone = [share(subject=f"gone{n}") for n in range(5)]
    gone += [erased(subject=f"gone{n}", at="2026-03-05") for n in range(5)]
    others = [share("BlueVan", subject="other"), share(controller=OTHER_CONTROLLER)]
    guests = [share("FastParcel", "phone", subject=f"{n}@shop.example") for n in range(10)]
    links = [linked(f"{n}@shop.example", subject=f"m{n:02d}") for n in range(9)]
    wrong = share("FastParcel", "username", subject="m19")
    tracker.record([*many, *gone, *others, *guests, *links, wrong])
    clock.set("2026-03-20")
    tracker.record([retracted(wrong), retracted(links[8], subject="m08")])
    expected = [(f"m{n:02d}", word) for n in range(20) for word in ("email", "name")]
    linked_phones = [(f"m{n:02d}", "phone") for n in range(8)]
    own_phones = [(f"{n}@shop.example", "phone") for n in (8, 9)]
    assert flat(pages(tracker, limit)) == sorted(expected + linked_phones + own_phones)
    before = [(f"m{n:02d}", "phone") for n in range(9)] + [("9@shop.example", "phone")]
    before += [("m19", "username"), *expected]
    assert flat(pages(tracker, limit, "2026-03-15")) == sorted(before)


def test_since_is_the_present_holding(tracker: Tracker) -> None:
    """The time shown is when the present holding began, not one that was erased in between."""
    tracker.record([share(at="2026-03-01"), erased(at="2026-03-02"), share(at="2026-03-03")])
    [[row]] = pages(tracker, 10)
    assert row.since == moment("2026-03-03")


def test_unknown_recipient_is_an_empty_page(tracker: Tracker) -> None:
    """A recipient nobody ever named holds nothing, and the answer is not unknown."""
    tracker.record([share()])
    answer = tracker.recipient_subjects("Nobody", controller=CONTROLLER)
    assert (answer.rows, answer.next, answer.unknown) == ([], None, False)


@pytest.mark.parametrize("before", [False, True])
def test_who_was_held_before_a_link_made_a_retraction_count(
    tracker: Tracker, clock: Clock, before: bool
) -> None:
    """Somebody else's retraction counts from the link on, and the recipient had the data until
    then: also where the two had been linked and parted once before.
    """
    shared = share(subject=GUEST, at="2026-03-01")
    link = linked(GUEST, subject="a1", at="2026-03-01")
    parting = [link, retracted(link, subject="a1", at="2026-03-02")] if before else []
    for message in (shared, *parting, retracted(shared, subject="a1", at="2026-03-03")):
        assert tracker.record([message]).refused == 0
        clock.now += timedelta(days=1)
    known = clock.now
    clock.now += timedelta(days=1)
    assert flat(pages(tracker, 10)) == [(GUEST, "email")]
    tracker.record([linked(GUEST, subject="a1", at="2026-03-04")])
    assert flat(pages(tracker, 10)) == []
    then = tracker.recipient_subjects("FastParcel", controller=CONTROLLER, known_at=known)
    assert flat([then.rows]) == [(GUEST, "email")]
