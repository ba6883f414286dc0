"""What is published: schemas, golden examples and the AsyncAPI document."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lineage.events import EventError, parse_event
from lineage.events.publish import SCHEMAS, main, publish, stale_files
from lineage.events.registry import REGISTRY
from lineage.events.schema import file_name
from tests.events.sample import event_of, share

OFFICIAL = Path(__file__).parents[1] / "vectors" / "asyncapi"
NAMES = [file_name(model) for model in REGISTRY.every_version.values()]


def schema_of(name: str) -> Any:
    """The published schema of one event version."""
    return json.loads((SCHEMAS / "events" / f"{name}.schema.json").read_bytes())


def asyncapi_schema() -> jsonschema.Draft7Validator:
    """The official schema of the version that our document names."""
    text = (OFFICIAL / "asyncapi-3.1.0-without-id.schema.json").read_bytes()
    return jsonschema.Draft7Validator(json.loads(text))


def document() -> Any:
    """The published AsyncAPI document."""
    return yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))


def test_published_files_are_fresh() -> None:
    """The files in the repository are those that follow from the models."""
    assert stale_files() == []


@pytest.mark.parametrize("name", NAMES)
def test_golden_example_is_valid(name: str) -> None:
    """Each example is read by our model and valid by its published schema."""
    raw = (SCHEMAS / "examples" / f"{name}.json").read_bytes()
    event = parse_event(raw)
    assert set(json.loads(raw)["data"]) == set(type(event.data).model_fields)
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(raw))


AGREE = [
    share(),
    share(data={"purpose": None, "deidentified": None}),
    share(account=None, datacontenttype="application/json"),
    share(data={"region": "CN"}),
    share(data={"recipient": "controller"}),
    share(data={"recipient": "person:m2"}),
    share(data={"recipient": "a\0"}),
    share(data={"recipient_kind": "x"}),
    share(data={"categories": ["email", "email"]}),
    share(data={"categories": []}),
    share(data={"deidentified": "yes"}),
    share(data={"identifiers": [{"type": "email"}]}),
    share(data={"unknown": 1}),
    share(subject=...),
    share(time=...),
    share(specversion=...),
    share(unknown="x"),
    share(recordedtime="2026-03-04T10:00:00Z"),
    share(controller="Not A Slug"),
    share(source="/a b"),
    event_of("service_ceased", {}),
    event_of("service_ceased", {}, subject=...),
    event_of("service_ceased", {}, subject=None),
    event_of("backup_purged", {"backup_id": "b1"}, subject=...),
    event_of("minor_identified", {"age": -1, "found_by": "self", "guardian_consent": "none"}),
    event_of("minor_identified", {"age": 7, "found_by": "self", "guardian_consent": "none"}),
]


@pytest.mark.parametrize("event", AGREE)
def test_schema_and_model_agree(event: dict[str, Any]) -> None:
    """A service that checks by the published schema gets the tracker's own answer."""
    name = event["type"].removeprefix("lineage.")
    valid = jsonschema.Draft202012Validator(schema_of(name)).is_valid(event)
    try:
        parse_event(event)
    except EventError:
        assert not valid
    else:
        assert valid


def test_asyncapi_document_is_valid() -> None:
    """The document is valid by the official schema of the version it names."""
    assert document()["asyncapi"] == "3.1.0"
    asyncapi_schema().validate(document())


def test_asyncapi_schema_can_fail() -> None:
    """The official schema accepts the official example and refuses a broken document."""
    example = (OFFICIAL / "examples" / "streetlights-kafka-asyncapi.yml").read_text("utf-8")
    asyncapi_schema().validate(yaml.safe_load(example))
    assert not asyncapi_schema().is_valid({**document(), "channels": {"events": {"address": 5}}})


def test_asyncapi_names_every_fact() -> None:
    """The ingest topic takes what services report, and each payload is a file that is there."""
    messages = document()["components"]["messages"]
    models = REGISTRY.every_version.values()
    facts = {file_name(model) for model in models if model.event_class == "fact"}
    assert set(messages) == set(document()["channels"]["events"]["messages"]) == facts
    for message in messages.values():
        assert (SCHEMAS / message["payload"]["schema"]["$ref"]).is_file()


def test_check_names_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check fails and names files that differ, are missing or are left over."""
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    capsys.readouterr()
    (tmp_path / "events" / "data_shared.v1.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "examples" / "data_sold.v1.json").unlink()
    (tmp_path / "events" / "gone.v1.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "policy.schema.json").write_text("{}", encoding="utf-8")
    assert main(["--check", "--root", str(tmp_path)]) == 1
    stale = ["events/data_shared.v1.schema.json", "events/gone.v1.schema.json"]
    stale.append("examples/data_sold.v1.json")
    assert capsys.readouterr().out.splitlines() == [f"stale: {name}" for name in stale]
    assert publish(tmp_path) == stale
    assert (tmp_path / "policy.schema.json").is_file()
    assert stale_files(tmp_path) == []
