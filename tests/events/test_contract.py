"""The models against the tables of the contract, kept beside this file in ``contract.tsv``."""

from collections import defaultdict
from pathlib import Path
from typing import Any, get_args

import pytest

from lineage.events import enums
from lineage.events.enums import Channel
from lineage.events.marks import Mark
from lineage.events.model import EventClass, EventData, marks_of
from lineage.events.registry import EVENT_MODELS, model_for
from lineage.events.system import NoticeEscalated, NoticePlanned, NoticeWidened

OWN_SYSTEM_EVENTS = {model.event_name for model in (NoticeEscalated, NoticePlanned, NoticeWidened)}
PERSONS = {"guardian_id", "subjects"}
IDENTIFIERS = {"identifier", "identifiers"}
MAY_BE_CONTROLLER = {"granted_to", "holder"}
JSON_TYPE = {"boolean": "boolean", "integer": "integer"}
LENGTH = {"text": 500, "id": 200, "party": 200, "subject": 200}


def rows(kind: str) -> list[list[str]]:
    """Rows of one kind; the word that names the kind is left out."""
    text = Path(__file__).with_name("contract.tsv").read_text(encoding="utf-8")
    cells = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return [row[1:] for row in cells if row[0] == kind]


ENUMS = {name: values.split() for name, values in rows("enum")}
FIELDS: dict[str, list[list[str]]] = defaultdict(list)
for event_name, *field_row in rows("field"):
    FIELDS[event_name].append(field_row)


def latest(name: str) -> type[EventData]:
    """The first version of an event type, which the table describes."""
    return model_for(f"lineage.{name}.v1")


def property_schema(model: type[EventData], field: str) -> dict[str, Any]:
    """Schema of one field, without the null that stands for an absent one."""
    schema: dict[str, Any] = model.model_json_schema()["properties"][field]
    choices = [choice for choice in schema.get("anyOf", [schema]) if choice != {"type": "null"}]
    assert len(choices) == 1
    return dict(choices[0])


def test_every_event_type_is_there() -> None:
    """The registry holds the types of the contract and our three system events, no other."""
    named = {row[0] for row in rows("event")}
    assert {model.event_name for model in EVENT_MODELS.values()} == named | OWN_SYSTEM_EVENTS


@pytest.mark.parametrize(("name", "kind", "rank", "scope"), rows("event"))
def test_class_rank_and_scope(name: str, kind: str, rank: str, scope: str) -> None:
    """Who may say it, in which order it counts and about whom it is stand in the contract."""
    model = latest(name)
    assert (model.event_class, model.event_rank, model.event_scope) == (kind, int(rank), scope)


@pytest.mark.parametrize("model", [NoticeEscalated, NoticePlanned, NoticeWidened])
def test_system_events_come_last(model: type[EventData]) -> None:
    """What the tracker did about a notice counts after all that was reported at that time."""
    assert (model.event_class, model.event_rank, model.event_scope) == ("system", 7, "person")


@pytest.mark.parametrize("name", [row[0] for row in rows("event")])
def test_fields_are_those_of_the_table(name: str) -> None:
    """Every row has its field, with its need and default, and there is no field beyond."""
    model = latest(name)
    found = []
    for field, info in model.model_fields.items():
        default = {False: "false", True: "true", (): "[]"}.get(info.default, info.default)
        need = "optional" if info.default is None else f"= {default}"
        found.append((field, "required" if info.is_required() else need))
    assert found == [(field, need) for field, _, need in FIELDS[name]]


@pytest.mark.parametrize(
    ("name", "field", "json_type"),
    [(name, row[0], row[1]) for name, table in FIELDS.items() for row in table],
)
def test_field_has_its_json_type(name: str, field: str, json_type: str) -> None:
    """The JSON type of each row is the one that the model reads."""
    schema = property_schema(latest(name), field)
    if json_type.startswith("["):
        assert (schema["type"], schema["uniqueItems"]) == ("array", True)
        schema, json_type = schema["items"], json_type.strip("[]")
    if json_type in ENUMS:
        assert schema["enum"] == ENUMS[json_type]
    elif json_type == "identifier":
        assert schema["$ref"] == "#/$defs/Identifier"
    elif json_type == "date":
        assert schema["format"] == "date"
    elif json_type in JSON_TYPE:
        assert schema["type"] == JSON_TYPE[json_type]
    elif json_type in LENGTH:
        # An amount is a text of its own form; all other texts are of any form.
        assert (schema["type"], schema["maxLength"]) == ("string", LENGTH[json_type])
    else:
        assert json_type in {"category", "purpose", "region"}
        assert ("[a-z0-9_]" in schema["pattern"]) is (json_type != "region")


@pytest.mark.parametrize(
    ("name", "field", "json_type"),
    [(name, row[0], row[1]) for name, table in FIELDS.items() for row in table],
)
def test_field_has_its_mark(name: str, field: str, json_type: str) -> None:
    """What may hold a person's id or identifier is marked, and nothing else is."""
    expected = Mark.CODE
    if field in PERSONS:
        expected = Mark.PERSON_REF
    elif field in IDENTIFIERS:
        expected = Mark.IDENTIFIER
    elif json_type.strip("[]") == "party":
        expected = Mark.PARTY
    assert marks_of(latest(name))[field] is expected


def test_controller_stands_only_where_it_may() -> None:
    """The reserved word is a party exactly where it is the default."""
    for name, table in FIELDS.items():
        for field, json_type, need in table:
            if json_type.strip("[]") != "party":
                continue
            schema = property_schema(latest(name), field)
            refused = schema.get("items", schema)["not"]
            assert ("enum" in refused) is (need != "= controller"), (name, field)
            assert need != "= controller" or field in MAY_BE_CONTROLLER


def test_enumerations_are_complete() -> None:
    """Every enumeration has its values, in the order of the contract, and there is none beyond."""
    camel = {"".join(part.title() for part in name.split("_")): name for name in ENUMS}
    camel = {"ConsentException" if key == "Exception" else key: v for key, v in camel.items()}
    found = {key: value for key, value in vars(enums).items() if get_args(value)}
    assert {key: list(get_args(value)) for key, value in found.items()} == {
        key: ENUMS[name] for key, name in camel.items()
    }
    assert "contact_page" in get_args(Channel)


def test_every_model_and_field_says_what_it_means() -> None:
    """The published schema explains itself: one sentence for each model and each field."""
    for model in EVENT_MODELS.values():
        assert (model.__doc__ or "").rstrip().endswith(".")
        for name, field in model.model_fields.items():
            assert (field.description or "").endswith("."), (model.event_name, name)


def test_classes_are_the_four_of_the_design() -> None:
    """There is no fifth class of event."""
    assert {model.event_class for model in EVENT_MODELS.values()} == set(EventClass)
