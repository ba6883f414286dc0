"""The sealed body: one form for one event, and no id of another person in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import (
    BreachDetected,
    DataShared,
    Event,
    EventError,
    OrderCreated,
    canonical_body,
    named_persons,
    parse_event,
    read_body,
)
from lineage.events.examples import example
from lineage.events.registry import EVENT_MODELS
from tests.events.sample import event_of, share


def refs_for(event: Event) -> dict[str, str]:
    """A hexadecimal ref for everybody the event names."""
    return {person: person.encode().hex() for person in named_persons(event)}


def sealed(event: Event) -> Any:
    """The body of an event as a JSON value."""
    return json.loads(canonical_body(event, refs_for(event)))


def test_body_is_canonical_json() -> None:
    """Keys are sorted, lists too, and what says nothing is left out."""
    event = parse_event(share(data={"deidentified": False, "functions": [], "purpose": "delivery"}))
    assert canonical_body(event, {}).decode() == (
        '{"data":{"categories":["buyer_address","buyer_name"],"functions":[],'
        '"identifiers":[{"type":"email","value":"x@shop.example"}],"purpose":"delivery",'
        '"recipient":"FastParcel","recipient_kind":"logistics"},'
        '"id":"01JA0000000000000000000001","source":"/services/checkout",'
        '"time":"2026-03-04T10:00:00Z"}'
    )


@given(
    categories=st.permutations(["buyer_name", "buyer_address", "order_no"]),
    spelt_out=st.booleans(),
)
def test_equal_statements_have_equal_bodies(categories: list[str], *, spelt_out: bool) -> None:
    """Neither the order of a list nor a default that is spelt out makes another event."""
    plain = parse_event(share(data={"categories": ["order_no", "buyer_name", "buyer_address"]}))
    data: dict[str, Any] = {"categories": categories}
    if spelt_out:
        data |= {"reidentifiable": True, "for_payment": False, "purpose": None}
    other = parse_event(
        share(data=data, traceparent="00-ab-cd-01", time="2026-03-04T11:00:00+01:00")
    )
    assert canonical_body(plain, {}) == canonical_body(other, {})


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "2"},
        {"source": "/s"},
        {"time": "2026-03-04T10:00:01Z"},
        {"account": "m9"},
        {"correlationid": "c"},
        {"causationid": "c"},
        {"data": {"categories": ["buyer_name"]}},
        {"data": {"functions": []}},
        {"data": {"reidentifiable": False}},
    ],
)
def test_other_statements_have_other_bodies(changed: dict[str, Any]) -> None:
    """Each thing that an event says is in its body."""
    plain, other = parse_event(share()), parse_event(share(**changed))
    assert canonical_body(plain, {}) != canonical_body(other, refs_for(other))


def test_account_is_a_ref() -> None:
    """The account holder is another person: the body holds the ref."""
    event = parse_event(share(account="m9"))
    assert named_persons(event) == {"m9"}
    assert sealed(event)["account"] == b"m9".hex()


def test_guardian_and_subjects_are_refs() -> None:
    """Persons in the data are refs too, alone and in lists."""
    guardian = event_of("guardian_consent_granted", {"guardian_id": "g1", "guardian_scope": []})
    assert sealed(parse_event(guardian))["data"]["guardian_id"] == b"g1".hex()
    data = {"subjects": ["m2", "m1"], "categories": ["email"]}
    breach = parse_event(event_of("breach_detected", data, subject=...))
    assert named_persons(breach) == {"m1", "m2"}
    assert sealed(breach)["data"]["subjects"] == [b"m1".hex(), b"m2".hex()]


def test_natural_person_as_party_is_a_ref() -> None:
    """A party written person:<id> is a person; any other name stays."""
    chosen = {"order_id": "o1", "chosen_parties": ["person:m7", "FastParcel"]}
    event = parse_event(event_of("order_created", chosen))
    assert named_persons(event) == {"m7"}
    assert sealed(event)["data"]["chosen_parties"] == ["FastParcel", f"person:{b'm7'.hex()}"]
    read = read_body(event.type, canonical_body(event, refs_for(event))).data
    assert isinstance(read, OrderCreated)
    assert read.chosen_parties == ("FastParcel", f"person:{b'm7'.hex()}")


def test_missing_ref_is_an_error() -> None:
    """Nobody's id is ever sealed because a ref was forgotten."""
    for event in (share(account="m9"), share(data={"recipient": "person:m9"})):
        with pytest.raises(KeyError):
            canonical_body(parse_event(event), {})


def test_read_body_gives_back_what_was_said() -> None:
    """The body holds all that an answer needs of an event."""
    event = parse_event(share(account="m9", correlationid="c1", causationid="c2"))
    body = read_body(event.type, canonical_body(event, refs_for(event)))
    assert (body.id, body.source, body.occurred_at) == (event.id, event.source, event.occurred_at)
    assert (body.account, body.correlationid, body.causationid) == (b"m9".hex(), "c1", "c2")
    assert isinstance(body.data, DataShared)
    assert body.data.identifiers == event.data.identifiers  # type: ignore[attr-defined]


def test_read_body_is_strict() -> None:
    """A body that does not follow the contract is not believed."""
    body = canonical_body(parse_event(share()), {})
    with pytest.raises(EventError, match=r"data\.recipient_kind"):
        read_body("lineage.data_shared.v1", body.replace(b"logistics", b"carriers"))
    with pytest.raises(EventError, match="type: "):
        read_body("lineage.data_shared.v7", body)


@pytest.mark.parametrize("event_type", EVENT_MODELS)
def test_every_type_is_sealed_and_read(event_type: str) -> None:
    """The body of every event type reads back, and sealing it again gives the same bytes."""
    event = example(EVENT_MODELS[event_type])
    refs = refs_for(event)
    body = canonical_body(event, refs)
    read = read_body(event_type, body)
    same = event.model_copy(update={"data": read.data})
    assert canonical_body(same, {ref: ref for ref in refs.values()}) == body
    assert named_persons(same) == frozenset(refs.values())


def test_breach_of_many_is_read() -> None:
    """Ten thousand persons in one event are no special case."""
    subjects = [f"m{number}" for number in range(10_000)]
    data = {"subjects": subjects, "categories": ["email"]}
    event = parse_event(event_of("breach_detected", data, subject=...))
    read = read_body(event.type, canonical_body(event, refs_for(event))).data
    assert isinstance(read, BreachDetected)
    assert len(read.subjects) == len(named_persons(event)) == 10_000
