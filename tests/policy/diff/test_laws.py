"""What holds of the differences between any two policies: of the library, and mutated ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any, Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from lineage.policy.diff.change import Change, FieldChange
from lineage.policy.diff.compare import ORDER, compare
from lineage.policy.diff.entries import entries_of
from lineage.policy.diff.shapes import reverse
from lineage.policy.loader import load_library
from lineage.policy.model import Policy

POLICIES = {
    controller: load_library().versions(controller)[0] for controller in load_library().controllers
}
OTHER_WAY: Mapping[str, Literal["added", "removed", "changed"]] = {
    "added": "removed",
    "removed": "added",
    "changed": "changed",
}
Dump = dict[str, Any]


def mirrored(row: Change) -> Change:
    """The row as it stands when it is read from B to A, but for its sentence."""
    return replace(
        row,
        change=OTHER_WAY[row.change],
        rule_a=row.rule_b,
        rule_b=row.rule_a,
        direction=reverse(row.direction),
        says="",
        fields=tuple(FieldChange(f.name, f.after, f.before) for f in row.fields),
    )


def sortable(rows: Iterable[Change]) -> list[str]:
    """The rows without their sentences, in an order that depends on nothing else."""
    return sorted(repr(replace(row, says="")) for row in rows)


def values(policy: Policy) -> Counter[str]:
    """Each field of each entry with its kind; what is absent is not told."""
    return Counter(
        json.dumps([entry.kind, name, value])
        for entry in entries_of(policy)
        for name, value in ({"rule": entry.rule} | {**entry.demands, **entry.wording}).items()
        if value is not None
    )


def told(rows: Iterable[Change], *, after: bool) -> Counter[str]:
    """The fields that the rows tell, of one side."""
    return Counter(
        json.dumps([row.kind, field.name, value])
        for row in rows
        for field in row.fields
        if (value := field.after if after else field.before) is not None and field.name != ORDER
    )


def check(a: Policy, b: Policy) -> None:
    """All laws of one pair."""
    rows = compare(a, b)
    assert sortable(map(mirrored, rows)) == sortable(compare(b, a))
    assert values(a) + told(rows, after=True) == values(b) + told(rows, after=False)
    for row in rows:
        assert all(field.before != field.after for field in row.fields), row
        assert row.fields, row
        assert row.wording or not set("_{}[]") & set(row.says), row.says


@pytest.mark.parametrize("controller", POLICIES)
def test_a_policy_does_not_differ_from_itself(controller: str) -> None:
    """Nor from the same text under another version."""
    policy = POLICIES[controller]
    again = policy.model_copy(update={"version": "v2", "rules": tuple(policy.rules)})
    assert compare(policy, again) == ()


@pytest.mark.parametrize(("a", "b"), list(permutations(POLICIES, 2)))
def test_two_controllers(a: str, b: str) -> None:
    """Read the other way round every row is its mirror, and every value that differs is told."""
    check(POLICIES[a], POLICIES[b])


def drop(dump: Dump, data: st.DataObject) -> None:
    """One rule less."""
    del dump["rules"][data.draw(st.integers(0, len(dump["rules"]) - 1))]


def add(dump: Dump, data: st.DataObject) -> None:
    """A rule of some policy more, under an id of this one."""
    rules = POLICIES[data.draw(st.sampled_from(sorted(POLICIES)))].rules
    new = data.draw(st.sampled_from(rules)).model_dump(mode="json")
    if new["basis"] == "policy":
        new["rule"] = f"{dump['prefix']}{new['rule'][3:]}"
    dump["rules"].insert(data.draw(st.integers(0, len(dump["rules"]))), new)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with a key of it, to any depth."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inside:
        yield value, key
        yield from places(item)


def change_numbers(dump: Dump, data: st.DataObject) -> None:
    """Another number somewhere."""
    found = [(box, key) for box, key in places(dump["rules"]) if type(box[key]) is int]
    box, key = data.draw(st.sampled_from(found))
    box[key] = data.draw(st.integers(1, 20))


def flip(dump: Dump, data: st.DataObject) -> None:
    """Yes for no."""
    found = [(box, key) for box, key in places(dump["rules"]) if type(box[key]) is bool]
    box, key = data.draw(st.sampled_from(found))
    box[key] = not box[key]


def shorten(dump: Dump, data: st.DataObject) -> None:
    """A list with a word less, or without all of them."""
    found = [(box, key) for box, key in places(dump) if isinstance(box[key], list) and box[key]]
    box, key = data.draw(st.sampled_from(found))
    if key != "rules":
        del box[key][data.draw(st.integers(0, len(box[key]) - 1))]


def move(dump: Dump, data: st.DataObject) -> None:
    """A rule elsewhere in the file."""
    rules = dump["rules"]
    rule = rules.pop(data.draw(st.integers(0, len(rules) - 1)))
    rules.insert(data.draw(st.integers(0, len(rules))), rule)


def reword(dump: Dump, data: st.DataObject) -> None:
    """Another sentence, section or id."""
    rule = data.draw(st.sampled_from(dump["rules"]))
    if rule["basis"] == "policy":
        rule["rule"] = f"{dump['prefix']}.{data.draw(st.sampled_from(['F.3', 'D.1', 'S.99']))}"
    rule["says"] = data.draw(st.sampled_from(["Now.", "Then."]))


MUTATIONS = (drop, add, change_numbers, flip, shorten, move, reword)


@given(data=st.data())
def test_mutated_policies(data: st.DataObject) -> None:
    """The same laws hold whatever is dropped, added, changed, moved or worded otherwise."""
    policy = POLICIES[data.draw(st.sampled_from(sorted(POLICIES)))]
    dump = policy.model_dump(mode="json")
    for mutate in data.draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=6)):
        mutate(dump, data)
    try:
        other = Policy.model_validate_json(json.dumps(dump))
    except ValidationError:
        assume(False)
    check(policy, other)
