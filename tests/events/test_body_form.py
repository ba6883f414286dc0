"""The bytes of a body against their plain definition, and the two ways of reading one."""

import json
from datetime import UTC, date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import (
    EVENT_MODELS,
    Event,
    Identifier,
    Mark,
    canonical_body,
    event_to_json,
    format_time,
    marks_of,
    named_persons,
    parse_event,
    read_body,
)
from lineage.events import body as sealing
from lineage.events.body import read_body_plainly
from lineage.events.examples import example
from tests.events.sample import share


def refs_for(event: Event) -> dict[str, str]:
    """A hexadecimal ref for everybody the event names."""
    return {person: person.encode().hex() for person in named_persons(event)}


PEOPLE = st.sampled_from(["m1", "m2", "ü", 'Zoë "x"', "\u2028", "𝄞"])


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event of any type, with some of its fields, defaults spelt out, and people named."""
    model = EVENT_MODELS[draw(st.sampled_from(sorted(EVENT_MODELS)))]
    event = json.loads(event_to_json(example(model)))
    data = event["data"]
    for name in draw(st.sets(st.sampled_from(sorted(data) or ["none"]))):
        field = model.model_fields.get(name)
        if field is not None and not field.is_required():
            data.pop(name)
            if draw(st.booleans()) and field.default is not None:
                data[name] = field.default
    for name in ("account", "correlationid", "causationid"):
        if draw(st.booleans()):
            event[name] = draw(PEOPLE)
    for name, mark in marks_of(model).items():
        if mark is Mark.PARTY and name in data and draw(st.booleans()):
            party = "person:" + draw(PEOPLE)
            data[name] = party if isinstance(data[name], str) else [*data[name], party]
    if "categories" in data:
        data["categories"] = draw(st.permutations([*data["categories"], "zone", "age"]))
    if "identifiers" in data:
        values = draw(st.lists(PEOPLE, unique=True))
        data["identifiers"] = [{"type": draw(KINDS), "value": value} for value in values]
    moment = draw(st.datetimes(timezones=st.just(UTC)))
    return parse_event(event | {"time": format_time(moment)})


KINDS = st.sampled_from(["email", "phone"])


def plain_body(event: Event, refs: dict[str, str]) -> bytes:
    """What the canonical body is by definition, without any regard to speed."""

    def said(name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return sorted((said(name, item) for item in value), key=canonical_order)
        if marks_of(type(event.data))[name] is Mark.PERSON_REF:
            return refs[value]
        if marks_of(type(event.data))[name] is Mark.PARTY and value.startswith("person:"):
            return "person:" + refs[value.removeprefix("person:")]
        if isinstance(value, Identifier):
            return {"type": value.type, "value": value.value}
        return value.isoformat() if isinstance(value, date) else value

    fields = type(event.data).model_fields
    stated = {name: getattr(event.data, name) for name in fields}
    body = {
        "id": event.id,
        "source": event.source,
        "time": format_time(event.time),
        "account": event.account and refs[event.account],
        "correlationid": event.correlationid,
        "causationid": event.causationid,
        "data": {
            name: said(name, value)
            for name, value in stated.items()
            if value is not None and value != fields[name].default
        },
    }
    stated_only = {name: value for name, value in body.items() if value is not None}
    text = json.dumps(stated_only, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def canonical_order(item: Any) -> Any:
    """Text by itself, identifiers by type and then value."""
    return (item["type"], item["value"]) if isinstance(item, dict) else item


@given(events())
def test_body_is_what_its_definition_says(event: Event) -> None:
    """The bytes that are sealed, whose digest is stored, are those of the plain definition."""
    refs = refs_for(event)
    body = canonical_body(event, refs)
    assert body == plain_body(event, refs)
    assert read_body(event.type, body) == read_body_plainly(event.type, body)


@pytest.mark.parametrize("event_type", EVENT_MODELS)
def test_bodies_take_one_pass(event_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of the newest version is read without the plain way."""
    event = example(EVENT_MODELS[event_type])
    body = canonical_body(event, refs_for(event))
    plain = read_body_plainly(event_type, body)
    monkeypatch.delattr(sealing, "read_body_plainly")
    read = read_body(event_type, body)
    assert read == plain
    assert list(vars(read)) == list(vars(plain))
    assert read.data.model_fields_set == plain.data.model_fields_set


def test_body_of_an_unusual_form_is_read() -> None:
    """What one pass does not know, such as a null or another form of time, the plain way reads."""
    event = parse_event(share())
    content = json.loads(canonical_body(event, {}))
    content |= {"account": None, "time": "2026-03-04T11:00:00+01:00"}
    read = read_body(event.type, json.dumps(content).encode())
    assert (read.account, read.occurred_at) == (None, event.occurred_at)


def test_body_holds_the_moment_not_its_clock() -> None:
    """A time that an event got in another zone, past all validation, is still sealed in UTC."""
    event = parse_event(share())
    elsewhere = event.time.astimezone(timezone(timedelta(hours=8)))
    copied = event.model_copy(update={"time": elsewhere})
    assert canonical_body(copied, {}) == canonical_body(event, {})
