"""What an accepted event holds, and that writing it loses nothing."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from lineage.events import DataShared, Event, Identifier, UserRegistered, event_to_json, parse_event
from lineage.events.registry import EVENT_MODELS
from tests.events.sample import event_of, share


def test_share_is_read() -> None:
    """The example of the contract is an event with typed data."""
    event = parse_event(json.dumps(share()).encode())
    assert (event.name, event.subject, event.controller) == ("data_shared", "m1", "example-store")
    assert event.occurred_at == 1_772_618_400_000_000
    assert isinstance(event.data, DataShared)
    assert event.data.categories == ("buyer_name", "buyer_address")
    assert event.data.identifiers == (Identifier(type="email", value="x@shop.example"),)
    assert (event.data.deidentified, event.data.reidentifiable) == (False, True)
    assert event.data.purpose is None


def test_bytes_text_and_mapping_are_one() -> None:
    """The three ways in read the same event."""
    text = json.dumps(share())
    assert parse_event(text) == parse_event(text.encode()) == parse_event(share())


def test_null_equals_absent() -> None:
    """A null attribute or field, also one with a default, reads like an absent one."""
    nulls = share(
        account=None,
        recordedtime=None,
        data={"purpose": None, "deidentified": None, "reidentifiable": None},
    )
    assert parse_event(nulls) == parse_event(share())


def test_empty_list_is_a_statement() -> None:
    """Nothing is covered is something else than not stated."""
    registered = event_of("user_registered", {"guardian_scope": [], "birth_date": "2014-02-28"})
    data = parse_event(registered).data
    assert isinstance(data, UserRegistered)
    assert data.guardian_scope == ()
    assert data.birth_date == date(2014, 2, 28)


@pytest.mark.parametrize("region", ["EU", "PRC", "US", "HK", "US-CA", "FR-75", "CN-HK"])
def test_regions_are_read_by_form(region: str) -> None:
    """EU, PRC, a country code but CN, or a subdivision."""
    data = parse_event(share(data={"region": region})).data
    assert isinstance(data, DataShared)
    assert data.region == region


def test_writing_loses_nothing() -> None:
    """An event that is written and read again is the same, and holds no null."""
    event = parse_event(share(account="m9", time="2026-03-04T10:00:00.25+08:00"))
    written = event_to_json(event)
    assert parse_event(written) == event
    assert b"null" not in written
    assert b'"time":"2026-03-04T02:00:00.250000Z"' in written


def test_event_is_frozen() -> None:
    """A recorded fact does not change."""
    event = parse_event(share())
    with pytest.raises(ValidationError):
        event.subject = "m2"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        event.data.recipient = "x"  # type: ignore[attr-defined]


def test_events_are_made_in_python() -> None:
    """A model of the right type makes an event; one of another type does not."""
    data = DataShared(recipient="R", recipient_kind="payment", categories=("order_no",))
    event = Event(
        id="1",
        source="/s",
        type=data.event_type(),
        time=datetime(2026, 3, 4, tzinfo=UTC),
        subject="m1",
        controller="example-store",
        data=data,
    )
    assert event.data is data
    assert parse_event(event_to_json(event)) == event
    with pytest.raises(ValidationError, match="data of the model"):
        Event.model_validate({**dict(event), "type": "lineage.data_sold.v1"})


@pytest.mark.parametrize(
    ("attributes", "key"),
    [({}, "m1"), ({"partitionkey": "k"}, "k")],
)
def test_ordering_key(attributes: dict[str, Any], key: str) -> None:
    """Without a key of its own an event is ordered by its subject."""
    assert parse_event(share(**attributes)).ordering_key == key


def test_ordering_key_of_the_controller() -> None:
    """Without a subject it is ordered by its controller."""
    event = parse_event(event_of("service_ceased", {}, subject=...))
    assert event.ordering_key == "example-store"


def test_repr_holds_no_person() -> None:
    """An event that ends up in a log line names nobody."""
    event = parse_event(share(account="m9", data={"recipient": "person:m8"}))
    shown = repr(event) + str(event)
    assert "DataShared" in shown
    assert not [word for word in ("m1", "m9", "m8", "x@shop.example") if word in shown]


def test_validation_error_shows_no_value() -> None:
    """An event made in Python that is refused does not show its values either."""
    with pytest.raises(ValidationError) as caught:
        Event.model_validate(share(data={"recipient_kind": "x@shop.example"}))
    assert "x@shop.example" not in str(caught.value)


def test_import_builds_no_validator() -> None:
    """A service that emits one type does not wait for the other eighty to be built."""
    code = (
        "from lineage.events import EVENT_MODELS as m;"
        "print(sum(x.__pydantic_complete__ for x in m.values()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(run.stdout) < len(EVENT_MODELS) // 4
