"""The words of every kind: no kind, no field and no word of the contract goes without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lineage.policy.diff.about.head import CALENDAR, CATEGORY_WORDS, IN_COMBINATION, NEVER_PERSONAL
from lineage.policy.diff.about.table import KINDS
from lineage.policy.diff.entries import WORDING, entries_of
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import OneOf
from lineage.policy.kind_page import name_of, rule_kinds
from lineage.policy.loader import load_library
from lineage.policy.model import Calendar, Policy
from lineage.policy.rule import CategoryRule

MODELS = {name_of(kind): kind for kind in rule_kinds()} | {
    CALENDAR: Calendar,
    NEVER_PERSONAL: CategoryRule,
    IN_COMBINATION: CategoryRule,
}
POLICIES = [
    policy
    for controller in load_library().controllers
    for policy in load_library().versions(controller)
]


def words_of(schema: Any) -> Iterator[Any]:
    """Every single value that a field may have or hold, as its JSON Schema lists them."""
    if "const" in schema:
        yield schema["const"]
    yield from schema.get("enum", ())
    parts = [schema["items"]] if "items" in schema else []
    for part in (*parts, *schema.get("anyOf", ())):
        yield from words_of(part)


def test_every_kind_has_words() -> None:
    """Those of the rules and those of the head."""
    assert set(KINDS) == {*MODELS, CATEGORY_WORDS}


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_has_words(kind: str) -> None:
    """But for what every rule has, and the unit, which is told with its limit."""
    own = set(MODELS[kind].model_fields) - {"kind", "rule", "basis", "unit", *WORDING}
    assert set(KINDS[kind].fields) == own
    assert own.issuperset(KINDS[kind].known_by or ())


@pytest.mark.parametrize("kind", MODELS)
def test_every_word_can_be_said(kind: str) -> None:
    """Of a field that takes only some words, each is prose."""
    properties = MODELS[kind].model_json_schema()["properties"]
    for name, shape in KINDS[kind].fields.items():
        for word in words_of(properties[name]):
            said = shape.shown([word] if isinstance(shape, Several) else word)
            assert "_" not in said, (name, word)
        if isinstance(shape, OneOf):
            assert set(shape.order) <= set(words_of(properties[name])), name


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_every_rule_can_be_stated(policy: Policy) -> None:
    """In prose that names none of the code words."""
    for entry in entries_of(policy):
        for said in (entry.words.statement(entry.values), entry.words.subject(entry.values)):
            assert said
            assert not set("_{}[]") & set(said), said
