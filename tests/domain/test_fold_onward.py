"""Facts kept by going forward are, after every batch, those that a whole fold gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.domain.facts import Recorded
from lineage.domain.fold.standing import LINKED_TO, Standing, standing_of
from tests.properties.keeping import Keeping, kept, whole
from tests.properties.people import key_of, told
from tests.properties.streams import (
    CONTEXT,
    HOLDS,
    INS,
    LINK,
    OUTS,
    REQUESTS,
    RETRACT,
    SOURCES,
    Sketch,
    links_and_retractions,
    sketches,
)

REFS = (b"a" * 16, b"b" * 16, b"c" * 16)
NOTICE: dict[str, Any] = {
    "notice_id": "n",
    "request_id": "q",
    "recipient": "Cart",
    "categories": ["name"],
    "duty": "policy",
    "rule": "r",
    "send_by": "2026-04-01",
    "round": 1,
}
ANSWERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "notice_planned": st.just(NOTICE),
    "recipient_acknowledged": st.just({"recipient": "Cart", "request_id": "q"}),
}
AT_ONCE: Sequence[float] = (0, 0.25)
"""Times inside a day, so that some but not all moments are the same"""


def people(drawn: Sequence[Sketch], persons: int) -> list[Recorded]:
    """The sketches as events of some refs; a few have the (source, id) of another ref's event."""
    events: list[Recorded] = []
    shared_by = min(persons, 2)
    for number, sketch in enumerate(drawn):
        ref, source = REFS[sketch.person % persons], SOURCES[sketch.source]
        fields: dict[str, Any] = _filled(sketch.data)
        linked = None
        if sketch.name == LINK:
            linked = REFS[sketch.target % persons]
            fields = {"identifier": {"type": "email", "value": "x@mail.example"}}
        elif sketch.name == RETRACT:
            wrong = sketch.target % len(drawn)
            fields = {
                "retracted_source": SOURCES[drawn[wrong].source],
                "retracted_id": f"e{wrong // shared_by}",
                "reason": "sent by mistake",
            }
        day = sketch.day + AT_ONCE[number % 2]
        made = told(
            sketch.name,
            day,
            ref=ref,
            source=source,
            id=f"e{number // shared_by}",
            linked=linked,
            **fields,
        )
        events.append(made)
    return events


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner) for name, inner in value.items()}
    return "q" if value == "{q}" else value


def check(keeping: Keeping) -> None:
    """Compare all that is kept with what a whole fold of everything gives."""
    for refs, rows in keeping.facts.items():
        own = [event for ref in refs for event in keeping.events[ref].values()]
        assert rows == kept(whole(own))
    everything = [e for found in keeping.events.values() for e in found.values()]
    known = {ref for ref, found in keeping.events.items() if found}
    known |= {e.linked_ref for e in everything if e.linked_ref is not None}
    for ref in known:
        assert keeping.standings[ref] == standing_from(ref, everything)


def standing_from(ref: bytes, everything: Sequence[Recorded]) -> Standing:
    """A ref's standing as a rebuild works it out."""
    own = [event for event in everything if event.ref == ref]
    linked = any(event.linked_ref == ref for event in everything)
    if not own:
        return LINKED_TO
    found = standing_of(own, key_of=key_of)
    return found.merged(LINKED_TO) if linked else found


def feed(events: Sequence[Recorded], sizes: Sequence[int]) -> Keeping:
    """Record events in batches of these sizes, the rest one by one, and check after each."""
    keeping, place = Keeping(), 0
    for size in [*sizes, *[1] * len(events)]:
        batch = events[place : place + size]
        place += size
        if batch:
            keeping.record(batch)
            check(keeping)
    return keeping


FEW: dict[str, dict[str, Any]] = {
    "a share": {"name": "data_shared", "recipient": "Cart", "recipient_kind": "logistics"},
    "another": {"name": "data_shared", "recipient": "Cart", "recipient_kind": "payment"},
    "a find": {"name": "reidentification_detected", "holder": "Cart"},
    "an erasure": {"name": "recipient_deleted", "recipient": "Cart"},
    "a masking": {"name": "data_deidentified", "holder": "Cart", "reversible": False},
    "a collection": {"name": "data_collected"},
    "an order": {"name": "order_completed", "order_id": "o"},
    "a deletion": {"name": "data_deleted", "store": "live", "method": "erase"},
}
ALL_OF_IT: dict[str, dict[str, Any]] = {
    "a clearing": {"name": "self_service_cleared", "what": "posts"},
    "another": {"name": "self_service_cleared", "what": "order_records"},
    "a transfer": {
        "name": "data_transferred",
        "recipient": "Cart",
        "deal": "merger",
        "bound_by_policy": True,
    },
}


def dense(rows: Iterable[dict[str, Any]], *categories: str) -> st.SearchStrategy[Sketch]:
    """Events that meet: about few categories, of one holder and one system, at few times."""
    return st.builds(
        lambda row, found, day: Sketch(
            name=row["name"],
            data={k: v for k, v in row.items() if k != "name"}
            | ({"categories": found} if categories else {}),
            person=0,
            source=0,
            day=day,
        ),
        st.sampled_from(list(rows)),
        st.lists(st.sampled_from(categories or ("name",)), min_size=1, max_size=2, unique=True),
        st.integers(0, 3),
    )


RETRACTIONS = st.builds(
    Sketch,
    name=st.just(RETRACT),
    data=st.just({}),
    person=st.just(0),
    source=st.just(0),
    day=st.integers(0, 3),
    target=st.integers(0, 30),
)
OF_CART = [row for row in FEW.values() if row.get("recipient", row.get("holder")) == "Cart"]
MEETING = st.one_of(dense(OF_CART, "name"), dense(FEW.values(), "name", "ugc"))
MEETING_ALL = st.one_of(dense(FEW.values(), "ugc", "name"), dense(ALL_OF_IT.values()), RETRACTIONS)

sizes = st.lists(st.integers(1, 6), max_size=8)
ONE = sketches(INS, OUTS, CONTEXT)
MIXED = st.one_of(
    *[ONE] * 6, sketches(INS, OUTS, CONTEXT, HOLDS, REQUESTS, ANSWERS), links_and_retractions()
)


@settings(max_examples=4 * settings().max_examples)
@given(drawn=st.lists(ONE, max_size=14), batches=sizes, choice=st.data())
def test_one_person_in_any_order(
    drawn: list[Sketch], batches: list[int], choice: st.DataObject
) -> None:
    """Ins and outs, late or not, in any batches, with second copies: as folded whole."""
    events = people(drawn, 1)
    again = [event for event in events if choice.draw(st.integers(0, 4)) == 0]
    feed(choice.draw(st.permutations([*events, *again])), batches)


@settings(max_examples=4 * settings().max_examples)
@given(drawn=st.lists(MIXED, max_size=20), batches=sizes, choice=st.data())
def test_people_with_links_retractions_requests_and_holds(
    drawn: list[Sketch], batches: list[int], choice: st.DataObject
) -> None:
    """Whatever else is on record of them, and whoever they turn out to be: as folded whole."""
    feed(choice.draw(st.permutations(people(drawn, 3))), batches)


@settings(max_examples=2 * settings().max_examples)
@given(drawn=st.lists(st.one_of(MIXED, ONE), max_size=24), batches=sizes)
def test_in_order(drawn: list[Sketch], batches: list[int]) -> None:
    """Events as they mostly come, in order of time: as folded whole."""
    feed(sorted(people(drawn, 2), key=lambda e: e.occurred_at), batches)


@settings(max_examples=8 * settings().max_examples)
@given(
    drawn=st.lists(MEETING, min_size=3, max_size=7),
    wrong=st.lists(RETRACTIONS, max_size=2),
    choice=st.data(),
)
def test_one_holding(drawn: list[Sketch], wrong: list[Sketch], choice: st.DataObject) -> None:
    """Ins and outs of one holder, any of them late, some taken back in the end: as folded whole."""
    events = people([*drawn, *wrong], 1)
    facts, retractions = events[: len(drawn)], events[len(drawn) :]
    feed([*choice.draw(st.permutations(facts)), *retractions], [])


@settings(max_examples=8 * settings().max_examples)
@given(drawn=st.lists(MEETING_ALL, min_size=3, max_size=9), choice=st.data())
def test_what_looks_at_everything(drawn: list[Sketch], choice: st.DataObject) -> None:
    """Clearings and transfers of everything among what they look at, in any order of arrival."""
    feed(choice.draw(st.permutations(people(drawn, 1))), [])
