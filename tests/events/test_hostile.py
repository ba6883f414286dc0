"""What is refused, where it is found and how it is called; that no value is ever repeated."""

import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import EventError, Problem, parse_event
from tests.events.sample import event_of, share

SECRET = "ada@person.example"  # whatever is wrong, this must not come back


def problem_of(event: Any) -> tuple[str, str]:
    """Field and reason of the only problem."""
    with pytest.raises(EventError) as caught:
        parse_event(event if isinstance(event, bytes | str) else json.dumps(event))
    (problem,) = caught.value.problems
    assert SECRET not in str(caught.value)
    return problem.field, problem.reason


def refusal(event: dict[str, Any]) -> EventError | None:
    """The error, or None for an event that is accepted."""
    try:
        parse_event(event)
    except EventError as error:
        return error
    return None


def shared(**data: Any) -> dict[str, Any]:
    """A share with other data fields."""
    return share(data=data)


HOLD = {"law": "Tax law", "categories": ["order_info"]}
MINOR = {"age": 12, "found_by": "self", "guardian_consent": "none"}
FEE = {"request_id": "r1", "amount": "12.50 EUR"}

DATA = [
    (shared(recipient=...), "data.recipient", "missing_field"),
    (shared(recipient=None), "data.recipient", "missing_field"),
    (shared(recipient=5), "data.recipient", "wrong_type"),
    (shared(recipient=""), "data.recipient", "wrong_form"),
    (shared(recipient="x" * 201), "data.recipient", "too_long"),
    (shared(recipient="a\0b"), "data.recipient", "nul_character"),
    (shared(recipient="a\nb"), "data.recipient", "wrong_form"),
    (shared(recipient="controller"), "data.recipient", "wrong_value"),
    (shared(recipient="person:"), "data.recipient", "wrong_form"),
    (shared(recipient_kind=SECRET), "data.recipient_kind", "wrong_value"),
    (shared(recipient_kind=1), "data.recipient_kind", "wrong_type"),
    (shared(categories="buyer_name"), "data.categories", "wrong_type"),
    (shared(categories={"a": 1}), "data.categories", "wrong_type"),
    (shared(categories=["buyer_name", "buyer_name"]), "data.categories[1]", "repeated_item"),
    (shared(categories=["buyer_name", SECRET]), "data.categories[1]", "wrong_form"),
    (shared(categories=[None]), "data.categories[0]", "wrong_type"),
    (shared(functions=["email", "fax"]), "data.functions[1]", "wrong_value"),
    (shared(deidentified="yes"), "data.deidentified", "wrong_type"),
    (shared(deidentified=1), "data.deidentified", "wrong_type"),
    (shared(purpose="Delivery"), "data.purpose", "wrong_form"),
    (shared(purpose="delivery\n"), "data.purpose", "wrong_form"),
    (shared(region="CN"), "data.region", "wrong_form"),
    (shared(region="us"), "data.region", "wrong_form"),
    (shared(region="EUR"), "data.region", "wrong_form"),
    (shared(reciever="x"), "data.reciever", "unknown_field"),
    (shared(**{SECRET: 1}), "data.(a name that is not shown)", "unknown_field"),
    (shared(identifiers=[{"type": "email"}]), "data.identifiers[0].value", "missing_field"),
    (
        shared(identifiers=[{"type": "email", "value": None}]),
        "data.identifiers[0].value",
        "missing_field",
    ),
    (
        shared(identifiers=[{"type": "email", "value": "\0"}]),
        "data.identifiers[0].value",
        "nul_character",
    ),
    (
        shared(identifiers=[{"type": "email", "value": SECRET, "x": 1}]),
        "data.identifiers[0].x",
        "unknown_field",
    ),
    (shared(identifiers=[SECRET]), "data.identifiers[0]", "wrong_type"),
    (
        shared(identifiers=[{"type": "email", "value": SECRET}] * 2),
        "data.identifiers[1]",
        "repeated_item",
    ),
    (event_of("minor_identified", {**MINOR, "age": 12.0}), "data.age", "wrong_type"),
    (event_of("minor_identified", {**MINOR, "age": True}), "data.age", "wrong_type"),
    (event_of("minor_identified", {**MINOR, "age": "12"}), "data.age", "wrong_type"),
    (event_of("minor_identified", {**MINOR, "age": -1}), "data.age", "wrong_value"),
    (event_of("minor_identified", {**MINOR, "age": 2**63}), "data.age", "wrong_value"),
    (event_of("minor_identified", {**MINOR, "age": 10**400}), "data.age", "wrong_value"),
    (event_of("fee_charged", {**FEE, "amount": "12,50 EUR"}), "data.amount", "wrong_form"),
    (event_of("fee_charged", {**FEE, "amount": "12.50"}), "data.amount", "wrong_form"),
    (event_of("fee_charged", {**FEE, "amount": 12.5}), "data.amount", "wrong_type"),
    (event_of("retention_hold_placed", {**HOLD, "law": "x" * 501}), "data.law", "too_long"),
] + [
    (event_of("retention_hold_placed", {**HOLD, "until": value}), "data.until", reason)
    for value, reason in [
        ("2026-3-4", "wrong_form"),
        ("20260304", "wrong_form"),
        ("2026-W10-3", "wrong_form"),
        ("2026-02-30", "wrong_form"),
        ("2026-03-04T00:00:00Z", "wrong_form"),
        ("٢٠٢٦-٠٣-٠٤", "wrong_form"),
        (1772582400, "wrong_type"),
        (True, "wrong_type"),
    ]
]


@pytest.mark.parametrize(("event", "field", "reason"), DATA)
def test_data_is_refused(event: dict[str, Any], field: str, reason: str) -> None:
    """A fault in the data is found at its field and has a name."""
    assert problem_of(event) == (field, reason)


ENVELOPE = [
    ({name: value}, name, reason)
    for name in ("specversion", "id", "source", "type", "time", "controller", "data", "subject")
    for value, reason in [(..., "missing_field"), (None, "missing_field")]
] + [
    ({"specversion": "0.3"}, "specversion", "wrong_value"),
    ({"id": ""}, "id", "wrong_form"),
    ({"id": 7}, "id", "wrong_type"),
    ({"id": "x" * 201}, "id", "too_long"),
    ({"source": "/a b"}, "source", "wrong_form"),
    ({"source": "%zz"}, "source", "wrong_form"),
    ({"type": "lineage.data_shared.v9"}, "type", "unknown_type"),
    ({"type": "data_shared"}, "type", "unknown_type"),
    ({"type": 3}, "type", "wrong_type"),
    ({"time": "2026-03-04T10:00:00"}, "time", "wrong_form"),
    ({"time": "2026-03-04 10:00:00Z"}, "time", "wrong_form"),
    ({"time": "2026-03-04T10:00Z"}, "time", "wrong_form"),
    ({"time": "2026-03-04T25:00:00Z"}, "time", "wrong_form"),
    ({"time": "0001-01-01T00:00:00+14:00"}, "time", "wrong_form"),
    ({"time": "1772618400"}, "time", "wrong_form"),
    ({"time": 1772618400}, "time", "wrong_type"),
    ({"subject": ""}, "subject", "wrong_form"),
    ({"subject": "a\0"}, "subject", "nul_character"),
    ({"subject": "a\tb"}, "subject", "wrong_form"),
    ({"subject": "x" * 201}, "subject", "too_long"),
    ({"controller": "Example Store"}, "controller", "wrong_form"),
    ({"account": 5}, "account", "wrong_type"),
    ({"recordedtime": "2026-03-04T10:00:00Z"}, "recordedtime", "unknown_field"),
    ({"datacontenttype": "text/xml"}, "datacontenttype", "wrong_value"),
    ({"policy_version": "7"}, "policy_version", "unknown_field"),
    ({"dataschema": "https://schemas.example/x"}, "dataschema", "unknown_field"),
    ({"data_base64": "e30="}, "data_base64", "unknown_field"),
    ({"tracestate": "x" * 513}, "tracestate", "too_long"),
]


@pytest.mark.parametrize(("attributes", "field", "reason"), ENVELOPE)
def test_envelope_is_refused(attributes: dict[str, Any], field: str, reason: str) -> None:
    """A fault in an attribute is found at its name."""
    event = {**share(), **attributes}
    changed = {name: value for name, value in event.items() if value is not ...}
    assert problem_of(changed) == (field, reason)


@pytest.mark.parametrize("data", [[], "x", 5, True, [{}]])
def test_data_must_be_an_object(data: Any) -> None:
    """Data of another JSON type is named as such."""
    assert problem_of({**share(), "data": data}) == ("data", "wrong_type")


def test_subject_follows_the_scope() -> None:
    """A controller-wide event has no subject; some events may have one or not."""
    assert problem_of(event_of("service_ceased", {})) == ("subject", "wrong_scope")
    assert parse_event(event_of("service_ceased", {}, subject=...)).subject is None
    backup = {"backup_id": "b1"}
    assert parse_event(event_of("backup_purged", backup)).subject == "m1"
    assert parse_event(event_of("backup_purged", backup, subject=...)).subject is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"\xff{}", "bad_json"),
        (b'{"a":NaN}', "bad_json"),
        (b'{"id":"\\ud800"}', "bad_json"),
        ('{"id":"\ud800"}', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b'{"data":' * 10_000 + b"1" + b"}" * 10_000, "bad_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"{}"', "not_an_object"),
    ],
)
def test_what_is_no_json_object(raw: bytes | str, reason: str) -> None:
    """Text that is no JSON object is refused as a whole, however deep it nests."""
    assert problem_of(raw) == ("", reason)


def test_place_of_bad_json_is_named() -> None:
    """The emitter is told where the text breaks, not what stands there."""
    with pytest.raises(EventError, match=r"line 2 column \d+"):
        parse_event('{"id":\n' + SECRET)


def test_all_problems_are_listed() -> None:
    """One look at the error is enough to mend the event."""
    event = share(id=..., time="soon", data={"recipient": ..., "region": "CN"})
    with pytest.raises(EventError) as caught:
        parse_event(event)
    assert [problem.field for problem in caught.value.problems] == [
        "id",
        "time",
        "data.recipient",
        "data.region",
    ]
    assert str(caught.value).startswith("id: expected a value (missing_field); ")


def test_error_lists_what_is_allowed() -> None:
    """For an enumeration the error names its values."""
    with pytest.raises(EventError) as caught:
        parse_event(share(data={"agreement": "maybe"}))
    assert caught.value.problems == (
        Problem("data.agreement", "wrong_value", "one of signed, none"),
    )


def test_error_passes_between_processes() -> None:
    """A worker may hand an error on."""
    error = EventError([Problem("id", "missing_field", "a value")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems  # noqa: S301  (our own)


@given(
    st.dictionaries(
        st.sampled_from([*share(), *share()["data"], "region", "until"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.just(SECRET) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
    )
)
def test_nothing_else_escapes(noise: dict[str, Any]) -> None:
    """Whatever comes in, an event or an EventError comes out, and no value with it."""
    for event in ({**share(), **noise}, share(data=noise)):
        error = refusal(event)
        assert error is None or error.problems
        assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 4, 10, tzinfo=timezone(timedelta(hours=8))), "2026-03-04T02:00:00Z"),
        (date(2026, 3, 4), "2026-03-04T00:00:00Z"),
    ],
)
def test_python_times_are_read(moment: date, expected: str) -> None:
    """From Python a time or a date may come as such."""
    assert parse_event(share(time=moment)).time == datetime.fromisoformat(expected)
    assert parse_event(share(time=moment)).time.tzinfo is UTC


def test_python_time_without_offset_is_refused() -> None:
    """A naive time could mean several moments."""
    with pytest.raises(EventError, match="time: "):
        parse_event(share(time=datetime(2026, 3, 4)))  # noqa: DTZ001  (the fault under test)
