"""Retractions and linked ids in hand-made worlds: what the world tells and what its books keep."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from lineage.generator.fate import Fate, can_be_retracted
from lineage.generator.people import Crowd, Person
from lineage.generator.rules import RANKS
from lineage.generator.scene import Planned, Scene
from lineage.generator.stream import told
from lineage.generator.world import World

SHOP = "/services/shop"
Spans = dict[tuple[str, str], tuple[int, ...]]


class Hand:
    """One person in a world where the test says what happens and what will be taken back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = Random(1)
        crowd = Crowd(rng, people=1, controllers=("shop",))
        self.person: Person = crowd.admit()
        self.world = World("t", rng=rng, crowd=crowd, controllers=("shop",), lines=100)
        self.retract = False
        monkeypatch.setattr(
            "lineage.generator.world.draw_fate",
            lambda *_args, **_more: Fate(self.retract, (0,)),
        )

    def on(self, day: int, name: str, *, wrong: bool = False, **data: Any) -> Planned:
        self.retract = wrong
        number = next(self.world.numbers)
        planned = Planned(day, RANKS[name], number, name, SHOP, data, self.person, "shop")
        self.world.happen(planned)
        return planned

    def spans(self) -> Spans:
        return {(holder, word): spans for _, holder, word, spans in self.person.books.rows()}


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """A world of one person."""
    return Hand(monkeypatch)


def test_retracted_share_never_happened(hand: Hand) -> None:
    """A retracted *in* leaves no row, and its retraction is owed: same source, that id."""
    hand.on(1, "data_collected", categories=["email"])
    wrong = hand.on(2, "data_shared", wrong=True, recipient="Van", categories=["email"])
    assert hand.spans() == {(SHOP, "email"): (1,)}
    (retraction,) = hand.world.agenda
    assert retraction.promised
    assert (retraction.name, retraction.source, retraction.at > 2) == (
        "event_retracted",
        SHOP,
        True,
    )
    assert retraction.data["retracted_id"] == hand.world.event_id(wrong)


def test_retracted_erasure_leaves_the_holding_open(hand: Hand) -> None:
    """A retracted *out* ended nothing: held from the first day, without a gap."""
    hand.on(1, "data_shared", recipient="Van", categories=["email"])
    hand.on(2, "recipient_deleted", wrong=True, recipient="Van", categories=["email"])
    assert hand.spans() == {("Van", "email"): (1,)}


def test_retracted_first_of_two_shares_moves_the_start(hand: Hand) -> None:
    """Of two shares the wrong first is not counted: held since the second."""
    hand.on(1, "data_shared", wrong=True, recipient="Van", categories=["email"])
    hand.on(4, "data_shared", recipient="Van", categories=["email"])
    assert hand.spans() == {("Van", "email"): (4,)}


def test_first_collection_of_a_category_is_not_taken_back(hand: Hand) -> None:
    """Else later events would name a category that is on nobody's record."""
    first = hand.on(1, "data_collected", categories=["email"])
    hand.person.books.settle()
    again = first._replace(at=2)
    new = first._replace(at=2, data={"categories": ["email", "phone"]})
    assert (can_be_retracted(again), can_be_retracted(new)) == (True, False)


def test_retraction_is_never_retracted(hand: Hand) -> None:
    """Neither a retraction nor the linking of ids nor an act of the controller is taken back."""
    event = hand.on(1, "data_collected", categories=["email"])
    for name in ("event_retracted", "identity_linked", "user_registered"):
        assert not can_be_retracted(event._replace(name=name))
    assert not can_be_retracted(event._replace(name="data_shared", person=None))


def test_linked_ids_are_one_person(hand: Hand) -> None:
    """What came under the guest's id and under the internal id stands in one set of books."""
    person = hand.person
    person.guest = "guest@mail.example"
    subject_of = subjects(hand)
    before = hand.on(1, "data_shared", recipient="Van", categories=["email"])
    assert subject_of(before) == {"guest@mail.example"}
    linked = hand.on(
        3, "identity_linked", identifier={"type": "email", "value": "guest@mail.example"}
    )
    after = hand.on(5, "recipient_deleted", recipient="Van", categories=["email"])
    assert subject_of(linked) == {person.internal}
    assert subject_of(after) == {person.internal, "guest@mail.example"}
    assert hand.spans() == {("Van", "email"): (1, 5)}


def test_room_is_kept_for_what_is_owed(hand: Hand) -> None:
    """A retraction's line is reserved when the wrong event is told, and freed when it is told."""
    hand.on(1, "data_shared", wrong=True, recipient="Van", categories=["email"])
    assert (hand.world.told, hand.world.room()) == (1, 98)
    hand.world.lines = 1  # full: only what is owed is still told
    rest: Iterator[tuple[Planned, Fate]] = hand.world.play()
    hand.retract = False
    assert [planned.name for planned, _ in rest] == ["event_retracted"]
    assert (hand.world.told, hand.world.reserved) == (2, 0)


def test_script_knows_what_was_on_record_when_its_day_began(hand: Hand) -> None:
    """The last event before the day counts, though nothing later has been entered yet."""
    hand.on(1, "data_collected", categories=["email"])
    hand.on(2, "data_shared", recipient="Van", categories=["email"])
    scene = Scene(
        hand.person,
        rng=hand.world.rng,
        crowd=hand.world.crowd,
        clock=3,
        date_only=False,
        numbers=hand.world.numbers,
        plan=hand.world.plan,
    )
    assert (scene.known(), scene.recipients(), scene.held_by("Van")) == (
        ["email"],
        ["Van"],
        ["email"],
    )


def subjects(hand: Hand) -> Callable[[Planned], set[str]]:
    """Every subject an event may come under, over many draws."""
    rng = Random(2)

    def subject_of(planned: Planned) -> set[str]:
        name = hand.world.event_id(planned)
        return {told(planned, event_id=name, rng=rng)["subject"] for _ in range(100)}

    return subject_of
