"""What is said of one change, and whether it protects people more."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.policy.diff.change import FieldChange
from lineage.policy.diff.compare import ORDER, compare
from tests.policy.diff.cases import CHANGED, NEW, SECRET, Changed, New
from tests.policy.diff.small import Rule, changed, changes, policy, rule


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: case[0])
def test_a_field_that_changes(case: Changed) -> None:
    """One row with the fields that differ, a sentence, and the direction if it is certain."""
    kind, always, before, after, direction, says = case
    row = changed(kind, before, after, always)
    assert (row.change, row.kind, row.wording) == ("changed", kind, False)
    assert row.direction == direction
    assert row.says.startswith(says)
    back = changed(kind, after, before, always)
    assert {row.direction, back.direction} in ({"stricter", "looser"}, {"other"})
    fields = always | before, always | after
    assert {field.name for field in row.fields} == {
        name for name in before | after if fields[0].get(name) != fields[1].get(name)
    }


@pytest.mark.parametrize("case", NEW, ids=lambda case: case[0])
def test_a_rule_that_comes_or_goes(case: New) -> None:
    """One row with all of its fields; it goes as it came."""
    kind, fields, direction, says = case
    one = rule(kind, **fields)
    [new] = changes([], [one])
    assert (new.change, new.rule_a, new.rule_b) == ("added", None, one["rule"])
    assert (new.direction, new.says) == (direction, says)
    [gone] = changes([one], [])
    assert (gone.change, gone.rule_a, gone.rule_b) == ("removed", one["rule"], None)
    assert gone.says == says.replace("New", "No longer", 1)
    assert gone.fields == tuple(FieldChange(f.name, f.after, f.before) for f in new.fields)
    assert {"rule", "says", *fields} <= {field.name for field in new.fields}


def test_a_long_list_is_cut() -> None:
    """In the sentence; the fields have all of it."""
    many = ["email", "phone", "name", "country", "nickname", "alt_phone", "occupation", "timezone"]
    [row] = changes([], [rule("open_order", categories=[*many, "order_no", "ugc", "log_info"])])
    assert row.says == (
        "New: email, phone, name, country, nickname, alt phone, occupation, timezone and 3 more "
        "may still be shared for an open order."
    )
    assert len(next(f.after for f in row.fields if f.name == "categories")) == 11


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ({}, {"says": "Other."}, 'Sentence: now "Other.", before "Said.".'),
        ({}, {"section": "2"}, 'Section: now "2", before "1".'),
        ({}, {"completed_by": ["D-10"]}, "Filled by: now D-10, before nothing."),
        ({}, {"rule": "009.A.2"}, "The same under another id."),
        ({"grounds": ["malice_or_abuse", "trade_secret"]},
         {"grounds": ["trade_secret", "malice_or_abuse"]},
         "Refusing requests for access: grounds: trade secret or malice or abuse, in this order."),
    ],
)  # fmt: skip
def test_only_wording(before: Rule, after: Rule, says: str) -> None:
    """Nothing is judged otherwise: told, and told apart."""
    row = changed("refusal_ground", SECRET | before, SECRET | after, {"rights": ["access"]})
    assert (row.change, row.wording, row.direction) == ("changed", True, "other")
    assert row.says == says
    assert [field.name for field in row.fields] == [*after]


def test_what_is_stated_is_wording() -> None:
    """It is paired by its id, and no event can show it."""
    why = {"not_machine_checkable": "No event shows it."}
    [gone, new] = sorted(
        changes([rule("stated", **why)], [rule("stated", rule="009.A.2", **why)]),
        key=lambda row: row.rule_a is None,
    )
    assert (new.says, new.wording) == ("New: stated: Said.", True)
    assert (gone.says, gone.wording) == ("No longer: stated: Said.", True)
    row = changed("stated", why, {"not_machine_checkable": "None shows it."}, {})
    assert row.says == (
        'Why no event can show it: now "None shows it.", before "No event shows it.".'
    )


def test_a_demand_that_becomes_ours() -> None:
    """That the text no longer says it is no wording: who breaks it breaks only a default."""
    own = {"rule": "D-11", "basis": "default"}
    row = changed("legal_hold", {}, own, {})
    assert (row.wording, row.rule_a, row.rule_b) == (False, "009.A.1", "D-11")
    assert row.says == ("Holds: demanded by: now our default only, before the policy's own text.")


def test_the_head() -> None:
    """Category words, what is personal, and days off are compared like rules."""
    never = {"categories": ["timezone"], "rule": "D-70", "basis": "default", "says": "Said."}
    days: dict[str, Any] = {"rule": "D-01", "basis": "default", "says": "Said."}
    place = {"country": "US", "part": "CO"}
    rows = compare(
        policy(calendar=days | {"holidays": ["2026-01-01"]}),
        policy(
            categories=["loyalty_tier"],
            personal={"never": [never]},
            calendar=days | {"public_holidays": place},
        ),
    )
    assert {row.kind: (row.rule_b, row.for_whom, row.direction, row.says) for row in rows} == {
        "never_personal": (
            *("D-70", "people", "looser"),
            "New: never personal data are timezone; demanded by our default only.",
        ),
        "category_words": (
            *(None, "us", "other"),
            "Category words of its own: words: now also loyalty tier.",
        ),
        "calendar": (
            *("D-01", "us", "other"),
            (
                "Working days: days off: no longer 2026-01-01; public holidays of: now US-CO, "
                "before none."
            ),
        ),
    }


def test_the_order_of_rules() -> None:
    """It is told where the first rule counts that fits, and nowhere else."""
    rights = [rule("request_right", rights=["access"]), rule("request_right", rights=["copy"])]
    [row] = changes(rights, rights[::-1])
    assert (row.kind, row.rule_a, row.rule_b, row.wording) == ("request_right", None, None, False)
    assert "request right stand in another order" in row.says
    said = ["009.A.1: anybody may ask for access", "009.A.1: anybody may ask for a copy"]
    assert row.fields == (FieldChange(ORDER, said, said[::-1]),)
    kept = [rule("kept_in", region=region, of="people") for region in ("EU", "US")]
    assert changes(kept, kept[::-1]) == ()


def test_rows_stand_in_order() -> None:
    """People, recipients, us, then wording; in each by the topic of the rule, defaults last."""
    kinds = {
        "009.B.2": "request_fee",
        "009.A.10": "request_fee",
        "009.A.9": "legal_hold",
        "D-07": "third_party_request",
        "009.A.3": "share_after_withdrawal",
        "009.A.2": "use_after_withdrawal",
    }
    rules = [
        rule(kind, rule=name, basis="default" if name[0] == "D" else "policy")
        for name, kind in kinds.items()
    ]
    rules.append(rule("stated", not_machine_checkable="No event shows it."))
    assert [row.rule_b for row in changes([], rules)] == [
        *("009.A.9", "009.A.10", "009.B.2", "D-07", "009.A.3", "009.A.2", "009.A.1"),
    ]
