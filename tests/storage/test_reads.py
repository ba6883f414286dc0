"""What is read across people stands in one order everywhere; what is read of one shows no id."""

import pytest

from lineage.domain.facts import Facts
from lineage.storage.following import PersonState
from lineage.storage.freshness import Freshness
from lineage.storage.keyring import Who
from lineage.storage.person_reads import StoredPerson
from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER, event

ID = "anna@private.example"


def ref_of(tracker: Tracker, subject: str) -> bytes:
    """The ref of somebody on record."""
    with tracker.store.reading() as conn:
        found = tracker.store.keyring.find(conn, Who(CONTROLLER, "person", subject))
    assert found is not None
    return found.ref


def test_requests_stand_in_one_order(tracker: Tracker) -> None:
    """On every engine those that were only decided so far come first, then the oldest; of several
    people with the same id for theirs, always the same one.
    """
    tracker.record(
        [
            event("request_received", {"request_id": "c", "right": "deletion"}, at="2026-03-03"),
            event("request_received", {"request_id": "b", "right": "deletion"}, at="2026-03-04"),
            *(
                event("request_decided", {"request_id": name, "outcome": "accepted"}, subject=who)
                for name, who in (("d", "m2"), ("a", "m3"), ("a", "m4"))
            ),
        ]
    )
    listed = [(row.request, row.subject) for row in tracker.requests()]
    assert [name for name, _ in listed] == ["a", "a", "d", "c", "b"]
    assert [who for _, who in listed[:2]] == sorted(
        ["m3", "m4"], key=lambda who: ref_of(tracker, who)
    )


@pytest.mark.parametrize(
    "value",
    [
        PersonState("sesiiduo", ID, Facts((), ()), tuple, {ID: ID}, frozenset(), 0, 0),
        StoredPerson((b"",), (ID,), Facts((), ()), Freshness({}, None, {})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_read_of_a_person_shows_no_id(value: object) -> None:
    """A traceback that shows values, or a careless log line, names nobody."""
    assert ID not in repr(value)
    assert ID not in f"{value}"
