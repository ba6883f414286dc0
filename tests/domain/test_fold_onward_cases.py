"""Which events go forward, and how few old ones must be opened for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lineage.domain.facts import Recorded
from lineage.domain.fold.standing import LINKED, Standing, standing_of
from tests.properties.keeping import Keeping, kept, whole
from tests.properties.people import OTHER_REF, erased, key_of, shared, told

HEIR: dict[str, Any] = {"recipient": "Heir", "deal": "merger", "bound_by_policy": True}


def collected(day: float, *categories: str) -> Recorded:
    """A collection by the shop."""
    return told("data_collected", day, categories=list(categories))


def cleared(day: float, what: str) -> Recorded:
    """The person clears something."""
    return told("self_service_cleared", day, what=what)


def taken_back(day: float, event: Recorded) -> Recorded:
    """A retraction of an event."""
    return told(
        "event_retracted",
        day,
        retracted_source=event.source,
        retracted_id=event.id,
        reason="wrong",
    )


def opened_for(old: Sequence[Recorded], *new: Recorded) -> int:
    """How many old events are opened to record the new ones; the facts must be right."""
    keeping = Keeping()
    keeping.record(old)
    keeping.opened = 0
    keeping.record(new)
    for refs, rows in keeping.facts.items():
        own = [event for ref in refs for event in keeping.events[ref].values()]
        assert rows == kept(whole(own))
    return keeping.opened


FIRST, SECOND, THIRD = (shared(day, "Cart", "name") for day in (1, 3, 5))
SHARES = [FIRST, SECOND, THIRD]
REQUEST = told("request_received", 2, request_id="q", right="deletion")
DISCLOSED = told("public_disclosed", 2, categories=["email"], initiator="user")
COMBINED = told("data_combined", 2, categories=["name"], combined_with=["email"], identifies=True)
TAKEN = told("data_transferred", 6, **HEIR)
HOLD = told("retention_hold_placed", 2, categories=["ugc"], law="court")

FORWARD: list[tuple[str, list[Recorded], list[Recorded]]] = [
    ("a late share", SHARES, [shared(2, "Cart", "name")]),
    (
        "a late share before an erasure",
        [*SHARES, erased(6, "Cart", "name")],
        [shared(2, "Cart", "name")],
    ),
    ("the first share of an erased holding", [THIRD, erased(6, "Cart", "name")], [FIRST]),
    ("a late erasure of all that came", [FIRST, collected(9, "name")], [erased(4, "Cart", "name")]),
    ("a late erasure between two shares", [FIRST, SECOND], [erased(2, "Cart", "name")]),
    (
        "an erasure before an erasure",
        [FIRST, erased(6, "Cart", "name")],
        [erased(4, "Cart", "name")],
    ),
    ("a clearing", [collected(1, "ugc")], [cleared(2, "posts")]),
    (
        "a late collection of what was cleared",
        [collected(1, "ugc"), cleared(4, "posts")],
        [collected(3, "ugc")],
    ),
    ("a transfer of everything", SHARES, [TAKEN]),
    ("a late share of what was taken", [FIRST, TAKEN], [SECOND]),
    ("a share with a request on record", [FIRST, REQUEST], [SECOND]),
    ("a share with a retraction on record", [FIRST, taken_back(2, FIRST)], [SECOND]),
    ("what was retracted before it came", [SECOND, taken_back(2, FIRST)], [FIRST]),
    ("a retraction of what is not there", [SECOND], [taken_back(2, FIRST)]),
    ("an event and its retraction", [SECOND], [FIRST, taken_back(2, FIRST)]),
    ("a hold", [collected(1, "ugc")], [HOLD]),
]


@pytest.mark.parametrize(
    ("old", "new"), [row[1:] for row in FORWARD], ids=[row[0] for row in FORWARD]
)
def test_goes_forward(old: list[Recorded], new: list[Recorded]) -> None:
    """What facts tell needs no old event."""
    assert opened_for(old, *new) == 0


ONE_OPENED: list[tuple[str, list[Recorded], Recorded]] = [
    ("the second of three shares", SHARES, SECOND),
    ("the last of two", [FIRST, SECOND], SECOND),
    ("the only one", [FIRST, collected(2, "name")], FIRST),
    ("an erasure", [FIRST, erased(2, "Cart", "name"), SECOND], erased(2, "Cart", "name")),
    ("a clearing", [collected(1, "ugc"), cleared(2, "posts")], cleared(2, "posts")),
    ("a consent", [*SHARES, told("consent_granted", 2)], told("consent_granted", 2)),
    ("a change", [*SHARES, COMBINED], COMBINED),
]


@pytest.mark.parametrize(
    ("old", "wrong"), [row[1:] for row in ONE_OPENED], ids=[row[0] for row in ONE_OPENED]
)
def test_a_retraction_opens_what_it_names(old: list[Recorded], wrong: Recorded) -> None:
    """What is taken back is looked at; the rest of the history is not."""
    assert opened_for(old, taken_back(7, wrong)) == 1


WHOLE: list[tuple[str, list[Recorded], Recorded]] = [
    ("a request", SHARES, REQUEST),
    ("an answer with a request on record", [FIRST, REQUEST], erased(6, "Cart", "name")),
    ("an erasure among many shares", SHARES, erased(4, "Cart", "name")),
    (
        "an erasure among many erased shares",
        [*SHARES, erased(6, "Cart", "name")],
        erased(2, "Cart", "name"),
    ),
    ("a hold before a clearing", [collected(1, "ugc"), cleared(4, "posts")], HOLD),
    ("a clearing after a hold", [collected(1, "ugc"), HOLD], cleared(4, "posts")),
    ("what a transfer would have taken", [FIRST, TAKEN], collected(5, "email")),
    ("what a clearing would have cleared", [FIRST, cleared(4, "posts")], collected(3, "ugc")),
]


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_is_folded_whole(old: list[Recorded], new: Recorded) -> None:
    """What facts do not tell is folded from the ledger."""
    assert opened_for(old, new) == len(old) + 1


def test_the_last_of_many_is_folded_whole() -> None:
    """Which was the last before it, facts do not tell."""
    assert opened_for(SHARES, taken_back(7, THIRD)) == 1 + len(SHARES) + 1


def test_what_a_transfer_took_is_no_reason_for_taking_it() -> None:
    """Taken back at the time of the transfer that took it, a category was never on record."""
    old = [FIRST, shared(6, "Cart", "email"), TAKEN]
    assert opened_for(old, taken_back(7, old[1])) == 1 + len(old) + 1


def test_only_what_left_no_edge_is_opened_for_a_transfer_of_everything() -> None:
    """A disclosure that names nobody put something on record all the same."""
    assert opened_for([*SHARES, DISCLOSED], TAKEN) == 1


def test_linked_people_go_forward_together() -> None:
    """Somebody known under two ids goes forward as one: an erasure ends what came under both."""
    link = told("identity_linked", 1, linked=OTHER_REF, identifier={"type": "email", "value": "x"})
    guest = shared(2, "Cart", "name", ref=OTHER_REF, id="guest")
    assert opened_for([FIRST, link, guest], erased(4, "Cart", "name")) == 0


def test_a_standing_grows_as_it_is_worked_out() -> None:
    """Of some events and then of others, or of all at once: the same, in any order."""
    events = [*SHARES, REQUEST, DISCLOSED, HOLD, cleared(4, "posts"), taken_back(5, FIRST)]
    events += [told("data_transferred", 3, **HEIR), taken_back(6, SECOND)]
    at_once = standing_of(events, key_of=key_of)
    for place in range(1, len(events)):
        then, first = (
            standing_of(part, key_of=key_of) for part in (events[place:], events[:place])
        )
        assert then.merged(first) == first.merged(then) == at_once
    assert at_once.retracted == tuple(sorted((FIRST.key, SECOND.key)))
    assert Standing((0, 0), LINKED).merged(at_once).last == at_once.last
