"""The compositions: valid as drawn, of every kind and field, and rich enough for the laws."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args, get_origin, get_type_hints

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from lineage.events.registry import EVENT_MODELS
from lineage.policy.diff.compare import compare
from lineage.policy.lint.running import lint_files
from lineage.policy.loader import load_library
from lineage.policy.model import Policy
from lineage.policy.publish import schemas
from tests.fuzz.asking import Asked
from tests.fuzz.compositions import Composition, composed
from tests.fuzz.histories import MODELS
from tests.fuzz.policies import DRAWN, KINDS, REFUSED, composed_rule, is_in_form
from tests.fuzz.values import drawn_fields
from tests.fuzz.words import CONTROLLER, drawn_words

MANY, FEW, TIMES = 300, 15, 200
ABSENT = "absent"
Place = tuple[str, str, Any]
"""(model, field, what stood there)"""


@cache
def many() -> tuple[Composition, ...]:
    """So many that whatever can be drawn has been."""
    return tuple(composed(seed) for seed in range(MANY))


def to_be_drawn(model: type[BaseModel], about: str) -> Iterator[Place]:
    """Every field there and (where it may be) absent, every word of every list of words."""
    for name, hint in get_type_hints(model, include_extras=True).items():
        field = model.model_fields.get(name)
        if field is None:
            continue
        yield about, name, "there"
        if not field.is_required():
            yield about, name, ABSENT
        for part in _parts(hint):
            if get_origin(part) is Literal:
                yield from ((about, name, word) for word in get_args(part))
            elif isinstance(part, type) and issubclass(part, BaseModel):
                yield from to_be_drawn(part, f"{about}.{name}")


def drawn(model: type[BaseModel], value: dict[str, Any], about: str) -> Iterator[Place]:
    """The same of one value."""
    for name, hint in get_type_hints(model, include_extras=True).items():
        if name not in model.model_fields:
            continue
        if name not in value:
            yield about, name, ABSENT
            continue
        yield about, name, "there"
        items = value[name] if isinstance(value[name], list) else [value[name]]
        inner = [p for p in _parts(hint) if isinstance(p, type) and issubclass(p, BaseModel)]
        for item in items:
            if isinstance(item, dict):
                yield from drawn(inner[0], item, f"{about}.{name}")
            else:
                yield about, name, item


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    if get_origin(hint) is not Literal:
        for part in get_args(hint):
            yield from _parts(part)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_field_of_a_kind_is_drawn(name: str) -> None:
    """Each field there and absent, each word of each list of words."""
    rng, kind = Random(name), KINDS[name]
    found = {
        place
        for _ in range(TIMES)
        for place in drawn(kind, composed_rule(rng, drawn_words(rng), kind), name)
    }
    assert sorted(map(str, {*to_be_drawn(kind, name)} - found)) == []


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_field_of_an_event_is_drawn(name: str) -> None:
    """Each field there and absent, each word of each list of words."""
    rng, model = Random(name), MODELS[name]
    found = {
        place
        for _ in range(TIMES)
        for place in drawn(model, drawn_fields(model, rng, drawn_words(rng)), name)
    }
    assert sorted(map(str, {*to_be_drawn(model, name)} - found)) == []


def test_every_kind_and_every_type_of_event_comes_up() -> None:
    """In a few hundred compositions there is a rule of each kind and an event of each type."""
    rules = [rule for one in many() for policy in one.policies for rule in policy["rules"]]
    events = [event for one in many() for event in one.events]
    assert {rule["kind"] for rule in rules} == {*KINDS}
    assert {event["type"] for event in events} == {*EVENT_MODELS}


def test_what_is_composed_is_in_form() -> None:
    """Valid as drawn, and next to nothing is drawn twice for it."""
    for composition in many():
        assert all(is_in_form(policy) for policy in composition.policies)
    assert REFUSED.total() <= DRAWN.total() / 100


def test_the_same_seed_gives_the_same_composition() -> None:
    """A failure is replayed by its seed."""
    assert [composed(seed) for seed in range(FEW)] == list(many()[:FEW])


def test_files_are_taken_by_loader_schema_lint_and_diff(tmp_path: Path) -> None:
    """Written as YAML each file is what was composed; lint and diff have something to say of any,
    and nothing differs from itself.
    """
    validator = jsonschema.Draft202012Validator(json.loads(schemas()["policy.schema.json"]))
    for composition in many()[:FEW]:
        folder = tmp_path / str(composition.seed)
        folder.mkdir()
        for policy in composition.policies:
            validator.validate(policy)
            text = yaml.safe_dump(policy, sort_keys=False)
            (folder / f"{policy['version']}.yaml").write_text(text, encoding="utf-8")
        made = [Policy.model_validate(policy) for policy in composition.policies]
        versions = load_library(folder).versions(CONTROLLER)
        assert sorted(versions, key=lambda one: one.version) == made
        assert lint_files(folder).rows
        for one in made:
            assert compare(one, one) == ()
        compare(made[0], made[-1])


def situations(asked: Asked) -> Iterator[str]:
    """What an asking is about, as far as laws speak of it."""
    for plan in asked.plans:
        if plan.cause.stands:
            yield from (
                f"told {'of an account' if plan.of_account else ''}" for _ in plan.rows.told
            )
            yield from ("own erasure" for _ in plan.rows.own)
        for row in plan.rows.told:
            yield "later hop" if len(row.path) > 2 else "direct"
            yield "supplementary" if row.supplementary else "at once"
            yield from ("due again" for _ in row.due_again)
        yield from (f"left out: {row.reason}" for row in plan.rows.left_out)
    yield from (f"finding: {found.kind}" for found in asked.all_findings)
    for limits in asked.limits.values():
        yield from (f"limit: {name}" for name in (*limits.rules, *limits.overdue))
    for due in asked.retention:
        yield f"retention: {due.action}"
        yield "overdue" if due.overdue else "in time"
    yield f"cancellation: {asked.cancellation.state}"
    yield "clean-up" if asked.minors.erase_by else "no clean-up"
    yield from (f"breach: {due.regulator}" for due in asked.breaches)
    yield from (f"copy: {state}" for state in asked.own_copies.data.values())
    yield from (f"backup: {backup.state}" for backup in asked.own_copies.backups.values())


@pytest.mark.parametrize(
    "wanted",
    [
        *("told ", "told of an account", "own erasure", "direct", "later hop"),
        *("supplementary", "due again", "clean-up", "overdue"),
        *(f"left out: {reason}" for reason in ("request_refused", "request_undecided")),
        *("left out: legal_hold", "left out: independent_authorisation"),
        *("left out: excluded_by_law", "left out: already_erased", "left out: deidentified"),
        *("left out: non_identifying", "left out: unreachable", "left out: source_only"),
        *("finding: violation", "finding: default_violation", "finding: gap", "finding: process"),
        *("limit: reply_target", "limit: reply_by", "limit: outcome_by", "limit: triage_by"),
        *("retention: hold", "retention: erase", "retention: review"),
        *("cancellation: none", "cancellation: requested", "cancellation: erasing"),
        *("cancellation: erased", "cancellation: awaiting_deletion_request"),
        *("breach: due", "breach: reported", "breach: not_required"),
        *("copy: present", "copy: hidden", "copy: erased", "copy: anonymised"),
        *("backup: pending_purge", "backup: purged", "backup: restored"),
    ],
)
def test_the_laws_have_something_to_speak_of(wanted: str) -> None:
    """No law holds of nothing: what it speaks of comes up in a few hundred compositions."""
    assert reached()[wanted] > 0


@cache
def reached() -> Counter[str]:
    """How often each situation came up."""
    return Counter(
        situation
        for composition in many()
        for as_of in composition.as_of
        for situation in situations(Asked(composition, as_of))
    )
