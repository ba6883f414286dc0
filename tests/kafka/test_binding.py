"""The Kafka binding of CloudEvents: official vectors, round trips, and what is no event."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import EVENT_MODELS, Event, EventError, event_to_json, parse_event
from lineage.events.cloudevents import read_structured
from lineage.events.examples import example
from lineage.kafka.binding import Mode, Record, to_record, to_structured
from tests.events.sample import share

VECTORS = Path(__file__).parents[1] / "vectors" / "cloudevents"
CASES = json.loads((VECTORS / "kafka" / "cases.json").read_bytes())["cases"]
FEATURE = (VECTORS / "conformance" / "kafka-protocol-binding.feature").read_text("utf-8")
STRUCTURED_TYPE = b"application/cloudevents+json"
SECRET = "max@shop.example"

Headers = tuple[tuple[str, bytes], ...]


def table(text: str, *, after: str) -> dict[str, str]:
    """The rows under a line of a feature file, without the row of titles."""
    rows: dict[str, str] = {}
    for line in text.split(after, 1)[1].splitlines()[1:]:
        if not line.strip().startswith("|"):
            break
        _, key, value, _ = (cell.strip() for cell in line.split("|"))
        rows[key] = value
    assert rows.pop("key") == "value"
    return rows


def payload(text: str, *, after: str) -> str:
    """What stands between triple quotes after a line of a feature file."""
    return text.split(after, 1)[1].split('"""')[1].strip()


def scenarios() -> list[tuple[str, str]]:
    """Each scenario of the official feature, once for each of its examples."""
    binary, structured = FEATURE.split("Scenario")[1:]
    kinds = [line.strip(" |") for line in structured.split("| contentType")[1].splitlines()[1:]]
    return [("", binary), *((kind, structured.replace("<contentType>", kind)) for kind in kinds)]


def test_all_official_scenarios_are_here() -> None:
    """One in binary mode, and one in structured mode for each of two content types."""
    assert [kind for kind, _ in scenarios()] == [
        "",
        "application/cloudevents+json",
        "application/cloudevents+json; charset=utf-8",
    ]


@pytest.mark.parametrize("scenario", [text for _, text in scenarios()])
def test_official_scenarios_are_read(scenario: str) -> None:
    """The messages of the conformance suite say what the suite says they do."""
    headers = table(scenario, after="Kafka headers:")
    value = payload(scenario, after="with payload:").encode()
    read = read_structured(to_structured(value, [(k, v.encode()) for k, v in headers.items()]))
    assert read.attributes == table(scenario, after="the attributes are:")
    assert read.data == json.loads(payload(scenario, after="the following JSON:"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_own_cases_are_read(case: dict[str, Any]) -> None:
    """Both modes by the text of the binding; an attribute that is missing is found."""
    headers = [(name, text.encode()) for name, text in case["headers"].items()]
    value = base64.b64decode(case["value_base64"])
    if case["expect"].get("error"):
        with pytest.raises(EventError):
            read_structured(to_structured(value, headers))
        return
    read = read_structured(to_structured(value, headers))
    assert read.attributes == case["expect"]["attributes"]
    assert read.data == case["expect"]["data_json"]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("event_type", EVENT_MODELS)
def test_every_event_comes_back(event_type: str, mode: Mode) -> None:
    """What goes into a message comes out of it, whatever the event says and in either mode."""
    event = example(EVENT_MODELS[event_type])
    record = to_record(event, mode=mode)
    assert record.key == event.ordering_key.encode()
    assert record.value is not None
    read = parse_event(to_structured(record.value, record.headers))
    assert read == event.model_copy(update={"datacontenttype": read.datacontenttype})


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)


@given(
    attributes=st.fixed_dictionaries(
        {"id": TEXT, "subject": TEXT},
        optional=dict.fromkeys(("account", "correlationid", "causationid", "partitionkey"), TEXT),
    ),
    recipient=TEXT,
    mode=st.sampled_from(Mode),
)
def test_any_text_comes_back(attributes: dict[str, str], recipient: str, mode: Mode) -> None:
    """Quotes, braces, percent signs and every script pass headers and value unchanged."""
    event = parse_event(share(data={"recipient": recipient}, **attributes))
    record = to_record(event, mode=mode)
    assert record.value is not None
    read = parse_event(to_structured(record.value, record.headers))
    assert read == event.model_copy(update={"datacontenttype": read.datacontenttype})
    assert record.key == (event.partitionkey or event.subject or "").encode()


def binary(event: Event | None = None, /, **changes: bytes) -> tuple[bytes, Headers]:
    """A good message in binary mode with other headers; ``b"..."`` leaves one out."""
    record = to_record(event or parse_event(share()), mode=Mode.BINARY)
    assert record.value is not None
    headers = dict(record.headers) | changes
    return record.value, tuple((k, v) for k, v in headers.items() if v != b"...")


def test_binary_mode_has_every_attribute_in_a_header() -> None:
    """Attributes of the contract's own go the same way as those of CloudEvents."""
    event = parse_event(share(correlationid="order-7", account="m2"))
    value, headers = binary(event)
    assert dict(headers) == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": b"01JA0000000000000000000001",
        "ce_source": b"/services/checkout",
        "ce_type": b"lineage.data_shared.v1",
        "ce_time": b"2026-03-04T10:00:00Z",
        "ce_subject": b"m1",
        "ce_controller": b"example-store",
        "ce_account": b"m2",
        "ce_correlationid": b"order-7",
    }
    assert json.loads(value) == json.loads(event_to_json(event))["data"]


def test_structured_mode_is_passed_on_untouched() -> None:
    """The bytes are the very ones that came, even where they are no event at all."""
    record = to_record(parse_event(share()))
    assert record == Record(
        b"m1", event_to_json(parse_event(share())), (("content-type", STRUCTURED_TYPE),)
    )
    for value in (record.value, b"no JSON", b""):
        assert value is not None
        assert to_structured(value, record.headers) is value
        assert to_structured(value, [*record.headers, ("trace", b"\xff")]) is value


def test_percent_signs_mean_themselves() -> None:
    """Over Kafka nothing is percent-encoded, so nothing is decoded."""
    value, headers = binary(ce_subject=b"Euro%20%E2%82%AC", ce_account="Ünal €".encode())
    read = parse_event(to_structured(value, headers))
    assert (read.subject, read.account) == ("Euro%20%E2%82%AC", "Ünal €")


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/cloudevents+json",
        b"Application/CloudEvents+JSON",
        b"application/cloudevents+json;charset=UTF-8",
        b'application/cloudevents+json ; Charset="utf-8"',
    ],
)
@pytest.mark.parametrize("header", ["content-type", "Content-Type"])
def test_a_content_type_has_no_case(header: str, content_type: bytes) -> None:
    """A media type is the same in any case, with a charset or without."""
    assert to_structured(b"{}", [(header, content_type)]) == b"{}"


@pytest.mark.parametrize("content_type", [b"application/json", b"Application/JSON; charset=utf-8"])
def test_binary_mode_with_json_of_any_spelling(content_type: bytes) -> None:
    """The data's media type is JSON, however it is spelt; left out, it is JSON as well."""
    value, headers = binary(None, **{"content-type": content_type})
    assert parse_event(to_structured(value, headers)).datacontenttype == "application/json"
    value, headers = binary(None, **{"content-type": b"..."})
    assert parse_event(to_structured(value, headers)).datacontenttype is None


def test_json_without_headers_is_structured_mode() -> None:
    """Who can send JSON and no header is heard too, and foreign headers change nothing."""
    value = event_to_json(parse_event(share()))
    assert to_structured(value, []) is value
    assert to_structured(value, [("traceparent", b"\xff")]) is value


def test_foreign_headers_and_extensions() -> None:
    """A header without the prefix is nobody's business; an extension we do not know is refused."""
    value, headers = binary()
    assert parse_event(to_structured(value, [*headers, ("b3", b"\xff")])).subject == "m1"
    read = read_structured(to_structured(value, [*headers, ("ce_comexample", b"x")]))
    assert read.attributes["comexample"] == "x"
    with pytest.raises(EventError, match="comexample"):
        parse_event(to_structured(value, [*headers, ("ce_comexample", b"x")]))


NO_EVENT: list[tuple[bytes | None, list[tuple[str, bytes | None]], str, str]] = [
    (None, [("content-type", STRUCTURED_TYPE)], "", "missing_field"),
    (None, [], "", "missing_field"),
    (b"", [], "content-type", "missing_field"),
    (b"hello", [], "content-type", "missing_field"),
    (b"[{}]", [], "content-type", "missing_field"),
    (b"{}", [("content-type", b"application/json")], "content-type", "wrong_value"),
    (b"{}", [("content-type", b"text/plain")], "content-type", "wrong_value"),
    (b"{}", [("content-type", b"")], "content-type", "wrong_value"),
    (b"{}", [("content-type", b"\xff")], "content-type", "wrong_form"),
    (b"{}", [("content-type", None)], "content-type", "wrong_form"),
    (
        b"[]",
        [("content-type", b"application/cloudevents-batch+json")],
        "content-type",
        "wrong_value",
    ),
    (b"{}", [("content-type", b"application/cloudevents+avro")], "content-type", "wrong_value"),
    (
        b"{}",
        [("content-type", STRUCTURED_TYPE + b"; charset=latin1")],
        "content-type",
        "wrong_value",
    ),
    (
        b"{}",
        [("content-type", STRUCTURED_TYPE), ("Content-Type", b"application/json")],
        "content-type",
        "repeated_item",
    ),
    (b"{}", [("ce_id", b"\xff")], "ce_id", "wrong_form"),
    (b"{}", [("ce_id", None)], "ce_id", "wrong_form"),
    (b"{}", [("ce_id", b"1"), ("ce_id", b"1")], "ce_id", "repeated_item"),
    (b"{}", [("ce_data", b"{}")], "ce_data", "unknown_field"),
    (b"{}", [("ce_data_base64", b"e30=")], "ce_data_base64", "unknown_field"),
    (b"{}", [("ce_datacontenttype", b"application/json")], "ce_datacontenttype", "unknown_field"),
    (b"{}", [("ce_id", b"1"), ("content-type", b"text/xml")], "content-type", "wrong_value"),
    (b"", [("ce_id", b"1")], "data", "bad_json"),
    (b"{", [("ce_id", b"1")], "data", "bad_json"),
    (b"NaN", [("ce_id", b"1")], "data", "bad_json"),
    (b"\xff", [("ce_id", b"1")], "data", "bad_json"),
    (b'{},"subject":"m2"', [("ce_id", b"1")], "data", "bad_json"),
    (b'{}}{"a":{}', [("ce_id", b"1")], "data", "bad_json"),
]


@pytest.mark.parametrize(("value", "headers", "field", "reason"), NO_EVENT)
def test_what_is_no_event_is_refused(
    value: bytes | None, headers: list[tuple[str, bytes | None]], field: str, reason: str
) -> None:
    """Each way of being no CloudEvent has its reason, at the header or value that is at fault."""
    with pytest.raises(EventError) as caught:
        to_structured(value, headers)
    assert [(problem.field, problem.reason) for problem in caught.value.problems] == [
        (field, reason)
    ]


def test_every_fault_of_a_message_is_told_at_once() -> None:
    """Who mends a producer sees all that is wrong, in the order of the headers."""
    headers = [("ce_id", b"\xff"), ("ce_data", b""), ("content-type", b"text/xml")]
    with pytest.raises(EventError) as caught:
        to_structured(b"<a/>", headers)
    assert [problem.field for problem in caught.value.problems] == [
        "ce_id",
        "ce_data",
        "content-type",
        "data",
    ]


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (SECRET.encode(), []),
        (SECRET.encode(), [("ce_id", b"1")]),
        (b"{}", [("content-type", SECRET.encode())]),
        (b"{}", [("ce_" + SECRET, b"\xff")]),
        (b"{}", [("ce_id", SECRET.encode()), ("ce_id", SECRET.encode())]),
        (b"{}", [("content-type", b"application/cloudevents+json; charset=" + SECRET.encode())]),
    ],
)
def test_an_error_repeats_nothing_of_the_message(
    value: bytes, headers: list[tuple[str, bytes]]
) -> None:
    """What a message says may be about a person, so no refusal quotes it."""
    with pytest.raises(EventError) as caught:
        to_structured(value, headers)
    assert SECRET not in str(caught.value)
    assert "shop" not in str(caught.value)


@given(
    value=st.none() | st.binary(max_size=40) | st.sampled_from([b"{}", b'{"a":1}', b"[]", b"1"]),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["content-type", "ce_id", "ce_data", "ce_", "ce_\0", "x"])
            | st.text(max_size=8),
            st.none()
            | st.binary(max_size=12)
            | st.sampled_from([STRUCTURED_TYPE, b"application/json"]),
        ),
        max_size=5,
    ),
)
def test_any_message_is_an_event_or_refused(
    value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    """Nothing but an event or a refusal comes of a message: never half an event, or two."""
    try:
        read = to_structured(value, headers)
    except EventError:
        return
    if read is not value:
        members = json.loads(read)
        assert value is not None
        assert members.pop("data") == json.loads(value)
        assert all(isinstance(text, str) for text in members.values())
