"""The JSON format of CloudEvents, against the official schema and examples."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lineage.events import Event, EventError, event_to_json, parse_event
from lineage.events.cloudevents import (
    CloudEvent,
    batch_to_json,
    from_members,
    parse_batch,
    read_batch,
    read_structured,
    write_batch,
    write_structured,
)
from lineage.events.examples import example
from lineage.events.registry import EVENT_MODELS
from tests.events.sample import share

VECTORS = Path(__file__).parents[1] / "vectors" / "cloudevents"
OFFICIAL = sorted((VECTORS / "json-format").glob("*.json")) + sorted(
    (VECTORS / "extensions").glob("*.json")
)
SCHEMA = jsonschema.Draft7Validator(json.loads((VECTORS / "cloudevents.schema.json").read_bytes()))
GOOD = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}


@pytest.mark.parametrize("path", OFFICIAL, ids=lambda path: path.stem)
def test_official_examples_are_read_and_written(path: Path) -> None:
    """Every official example is read, and written again it says the same."""
    raw = path.read_bytes()
    members = json.loads(raw)
    if isinstance(members, list):
        batch = read_batch(raw)
        assert json.loads(write_batch(batch)) == members
        return
    event = read_structured(raw)
    without_null = {name: value for name, value in members.items() if value is not None}
    assert json.loads(write_structured(event)) == without_null
    assert event.has_data is ("data" in members)
    assert event.data_base64 == members.get("data_base64")


def test_all_official_examples_are_here() -> None:
    """The examples were found: a batch and four single events."""
    assert len(OFFICIAL) == 5


def test_official_conformance_event_is_read() -> None:
    """The structured event of the conformance suite is read with its extensions."""
    documents = yaml.safe_load_all((VECTORS / "conformance" / "v1.yaml").read_text("utf-8"))
    (event,) = (document for document in documents if document["Mode"] == "structured")
    attributes = {
        name: value if isinstance(value, str) else value.isoformat()
        for name, value in event["ContextAttributes"].items()
        if name not in {"Extensions", "specversion"}
    }
    members = {
        "specversion": str(event["ContextAttributes"]["specversion"]),
        **attributes,
        **event["ContextAttributes"]["Extensions"],
        "data": json.loads(event["Data"]),
    }
    read = from_members(members)
    assert read.data == {"world": "hello"}
    assert read.attributes["comexampleextension1"] == "value"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": None}, "id"),
        ({"id": 1}, "id"),
        ({"source": ""}, "source"),
        ({"type": ""}, "type"),
        ({"specversion": "0.3"}, "specversion"),
        ({"subject": ""}, "subject"),
        ({"subject": 5}, "subject"),
        ({"time": "2026-03-04"}, "time"),
        ({"time": "soon"}, "time"),
        ({"MyExtension": "x"}, "MyExtension"),
        ({"my_extension": "x"}, "my_extension"),
        ({"ext": {}}, "ext"),
        ({"ext": 1.5}, "ext"),
        ({"ext": 2**31}, "ext"),
        ({"data_base64": 5}, "data_base64"),
        ({"data": 1, "data_base64": "AA=="}, "data_base64"),
    ],
)
def test_format_is_checked(changes: dict[str, Any], field: str) -> None:
    """What the format does not allow is refused at its attribute."""
    with pytest.raises(EventError) as caught:
        from_members({**GOOD, **changes})
    assert [problem.field for problem in caught.value.problems] == [field]


def test_null_data_is_data() -> None:
    """A null attribute is absent, but null data is data."""
    assert read_structured(json.dumps({**GOOD, "data": None})).has_data
    assert not read_structured(json.dumps({**GOOD, "data_base64": None})).has_data
    assert b'"data":null' in write_structured(CloudEvent(GOOD, has_data=True))


@pytest.mark.parametrize("event_type", EVENT_MODELS)
def test_our_events_are_cloudevents(event_type: str) -> None:
    """What we write is valid by the official schema, and any CloudEvents reader reads it."""
    written = event_to_json(example(EVENT_MODELS[event_type]))
    SCHEMA.validate(json.loads(written))
    assert read_structured(written).data == json.loads(written)["data"]


@pytest.mark.parametrize(
    "changes",
    [{"id": ""}, {"source": ""}, {"specversion": "2"}, {"time": "soon"}, {"ext": {}}, {"type": ""}],
)
def test_closed_reader_is_no_looser(changes: dict[str, Any]) -> None:
    """What is no CloudEvent is no event of ours."""
    for reader in (from_members, parse_event):
        with pytest.raises(EventError):
            reader({**share(), **changes})


def test_batch_keeps_the_good_ones() -> None:
    """One bad event stops no other of its batch, and a text in the array is no event."""
    bad = {**share(), "subject": None}
    items = [share(), bad, json.dumps(share()), None, share(id="2")]
    read = parse_batch(json.dumps(items))
    reasons = [item.problems[0].reason for item in read if isinstance(item, EventError)]
    events = [item for item in read if isinstance(item, Event)]
    assert reasons == ["missing_field", "not_an_object", "not_an_object"]
    assert [event.id for event in events] == [share()["id"], "2"]
    assert list(parse_batch(batch_to_json(events))) == events


@pytest.mark.parametrize("raw", [b"{}", b"null", b"[", b"\xff", "[\ud800"])
def test_what_is_no_batch(raw: bytes | str) -> None:
    """A batch is a JSON array; an empty one is a batch."""
    for reader in (read_batch, parse_batch):
        with pytest.raises(EventError):
            reader(raw)
    assert (len(parse_batch(b"[]")), len(read_batch(b"[]"))) == (0, 0)
    assert batch_to_json([]) == write_batch([]) == b"[]"
