"""One pass and the plain way read the same: the same event, or the same problems."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lineage.events import EVENT_MODELS, Event, EventError, envelope, event_to_json, parse_event
from lineage.events.envelope import parse_plainly
from lineage.events.examples import example as golden
from tests.events.sample import event_of, share

TYPES: Final = sorted(EVENT_MODELS)
FIELDS: Final = ("categories", "purpose", "reidentifiable", "recipient")
GOLDEN: Final = {name: json.loads(event_to_json(golden(EVENT_MODELS[name]))) for name in TYPES}

HOSTILE: Final[st.SearchStrategy[Any]] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1, 12.0, 2**63, 10**30, 10**400, 1e300, [], {}, [[]], [{}]),
        *("", "x" * 200, "x" * 201, "x" * 501, "a\0b", "a\nb", "\x7f", "ü", "𝄞", "\u2028", '"\\'),
        *("controller", "person:", "person:m9", "email", "CN", "US-CA", "12.50 EUR", "1.0"),
        *("lineage.data_shared.v1", "lineage.data_shared.v9", "null", "NaN", "Infinity"),
        *(["email", "email"], ["email", None], [None], ["b", "a"], ["person:m9", "A"], ["NaN"]),
        *([{"type": "email", "value": "b"}, {"type": "email", "value": "a"}], {"type": "email"}),
        *([{"type": "email", "value": None}], {"type": "email", "value": "x", "more": 1}),
    ]
)
ODD_TIMES: Final = (
    *("2026-03-04", "2026-02-30", "2026-3-4", "20260304", "2026-W10-3", "0000-01-01"),
    *("2026-03-04T10:00:00", "2026-03-04 10:00:00Z", "2026-03-04t10:00:00z"),
    *("2026-03-04T24:00:00Z", "2026-03-04T10:00:60Z", "2026-03-04T10:00Z"),
    *("20260304T100000.00Z", "2026-W10-3T10:00:00Z", "2026-03-04T10:00:00Z\n"),
    *("0001-01-01T00:00:00+14:00", "2026-03-04T10:00:00,25Z", "٢٠٢٦-٠٣-٠٤", "", "Z"),
)
TIMES = st.builds(
    "{:%Y-%m-%dT%H:%M:%S}{}{}".format,
    st.datetimes(min_value=datetime(1000, 1, 1)),  # noqa: DTZ001  (the text gets its offset)
    st.sampled_from(["", ".2", ".25", ".250", ".2500", ".250001", ".2500019", ".123456789"]),
    st.sampled_from(["Z", "z", "+00:00", "-00:00", "+08:00", "-23:59", "+24:00", ""]),
)
# What stands before the value that counts: under the same name, so that it is hidden.
HIDDEN = st.sampled_from(
    ["NaN", "Infinity", "-Infinity", "1e999", "null", '"x"', "[[1]]", "9" * 30]
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A golden example with fields left out, and with none, one or several faults."""
    event = json.loads(json.dumps(GOLDEN[draw(st.sampled_from(TYPES))]))
    for name in draw(st.sets(st.sampled_from(sorted(event["data"]) or ["none"]))):
        event["data"].pop(name, None)
    event |= draw(st.dictionaries(st.sampled_from(["account", "causationid", "z"]), HOSTILE))
    if draw(st.booleans()):
        event["time"] = draw(TIMES | st.sampled_from(ODD_TIMES))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from([event, event["data"]]))
        if isinstance(place, dict) and place:
            place[draw(st.sampled_from([*sorted(place), "recordedtime", "subject"]))] = draw(
                HOSTILE
            )
    if draw(st.booleans()):
        event = dict(draw(st.permutations(list(event.items()))))
    text = json.dumps(event, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        name = draw(st.sampled_from([f'"{name}": ' for name in [*event, *FIELDS]]))
        text = text.replace(name, name + draw(HIDDEN) + ", " + name)
    return text.encode()


def outcome(read: Any, raw: bytes) -> Any:
    """All there is to see of an event that is read, or its problems."""
    try:
        event: Event = read(raw)
    except EventError as error:
        return error.problems
    assert type(event) is Event
    assert event.time.tzinfo is UTC
    parts = [
        (type(part), list(part.__dict__.items()), part.model_fields_set, part.__pydantic_extra__)
        for part in (event, event.data)
    ]
    return parts, repr(event), event_to_json(event), event.__pydantic_private__


@given(messages())
@example(json.dumps(share()).encode())
@example(json.dumps(share(specversion=...)).encode())
@example(json.dumps(share(recordedtime="2026-03-04T10:00:00Z")).encode())
@example(json.dumps(share(data={"purpose": None})).encode())
@example(json.dumps(share(account=None)).encode())
@example(json.dumps(share(subject=...)).encode())
@example(json.dumps(event_of("service_ceased", {})).encode())
@example(json.dumps(event_of("service_ceased", {}, subject=None)).encode())
@example(json.dumps(share()).replace('"id": ', '"id": NaN, "id": ').encode())
@example(json.dumps(share()).replace('"id": ', '"id": -Infinity, "id": ').encode())
@example(
    json.dumps(share()).replace('"type": "l', '"type": "lineage.data_sold.v1", "type": "l').encode()
)
@example(json.dumps(share()).replace("}", "").encode())
@example(json.dumps(share()).encode() + b"\xff")
def test_one_pass_is_the_plain_way(raw: bytes) -> None:
    """Whatever comes in, nobody can tell which of the two has read it."""
    assert outcome(parse_event, raw) == outcome(parse_plainly, raw)


@pytest.mark.parametrize("time", ODD_TIMES)
def test_odd_times_are_the_same(time: str) -> None:
    """Python reads more forms of time than the contract knows; one pass does not."""
    raw = json.dumps(share(time=time)).encode()
    assert outcome(parse_event, raw) == outcome(parse_plainly, raw)


@given(TIMES)
def test_times_are_the_same(time: str) -> None:
    """A time means the same moment to both, or is refused by both."""
    test_odd_times_are_the_same(time)


def test_wrong_guess_is_harmless() -> None:
    """Where another type stands hidden or in the data, the type that counts is the event's own."""
    granted = event_of("consent_granted", {"consent_id": "c1"})
    raw = json.dumps({"data": None} | granted).replace(
        '"type": "', '"type": "lineage.x.v1", "type": "'
    )
    for hidden in ("lineage.consent_withdrawn.v1", "lineage.data_sold.v1"):
        event = parse_event(raw.replace("lineage.x.v1", hidden).encode())
        assert event == parse_event(granted)
        assert event.name == "consent_granted"


@pytest.mark.parametrize("name", TYPES)
def test_good_events_take_one_pass(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of any type is read without the plain way, so what is compared is not itself."""
    raw = json.dumps(GOLDEN[name]).encode()
    plain = parse_plainly(raw)
    monkeypatch.delattr(envelope, "parse_plainly")
    assert parse_event(raw) == plain
    for time in ("2026-03-04", "2026-03-04T10:00:00.250Z", "2026-03-04T10:00:00.250001Z"):
        parse_event(json.dumps(GOLDEN[name] | {"time": time}).encode())
