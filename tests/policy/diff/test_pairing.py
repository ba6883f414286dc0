"""Which rule of one policy stands for which of another."""

from __future__ import annotations

import pytest

from lineage.policy.diff.lengths import is_longer
from tests.policy.diff.small import changes, rule


def test_of_several_with_one_id_the_closest() -> None:
    """Two rows of one rule change places, and one of them its data."""
    pays = rule("may_receive", recipients=["payment"], categories=["email", "name"])
    ads = rule("may_receive", recipients=["platform"], categories=["email"])
    [order, row] = sorted(
        changes([pays, ads], [ads, pays | {"categories": ["name"]}]),
        key=lambda row: row.rule_a is not None,
    )
    assert order.fields[0].name == "order"
    assert row.says == "Payment services may no longer receive email."


def test_a_rule_under_another_id() -> None:
    """Stands for one that names at least half of the same; else one goes and another comes."""
    old = rule("may_receive", recipients=["payment", "platform"])
    [row] = changes([old], [old | {"rule": "009.D.1", "recipients": ["payment"]}])
    assert (row.rule_a, row.rule_b) == ("009.A.1", "009.D.1")
    rows = changes([old], [old | {"rule": "009.D.1", "recipients": ["payment", "affiliate"]}])
    assert sorted(row.change for row in rows) == ["added", "removed"]


def test_a_rule_under_its_id() -> None:
    """Needs only something in common."""
    old = rule("may_receive", recipients=["payment", "platform"])
    [row] = changes([old], [old | {"recipients": ["payment", "affiliate"]}])
    assert row.change == "changed"
    rows = changes([old], [old | {"recipients": ["affiliate"]}])
    assert sorted(row.change for row in rows) == ["added", "removed"]


def test_the_same_id_comes_before_the_same_content() -> None:
    """What goes is the rule whose id is gone, though another is like it."""
    one = rule("retention_limit", start="log_recorded", unit="month", limit=1)
    other = one | {"rule": "009.J.2", "limit": 2}
    rows = changes([one, other], [other | {"limit": 1}])
    assert sorted((row.change, row.rule_a) for row in rows) == [
        ("changed", "009.J.2"),
        ("removed", "009.A.1"),
    ]


def test_all_and_some() -> None:
    """A rule about anyone stands for one about somebody only under its own id."""
    one = rule("share_by_consent")
    some = one | {"recipients": ["payment"]}
    assert [row.change for row in changes([one], [some])] == ["changed"]
    rows = changes([one], [some | {"rule": "009.D.9"}])
    assert sorted(row.change for row in rows) == ["added", "removed"]
    assert [row.wording for row in changes([one], [one | {"rule": "009.D.9"}])] == [True]


def test_facts_are_paired_by_what_they_are_about() -> None:
    """A fact on one matter does not stand for a fact on another."""
    one, other = rule("policy_fact", use_binds=True), rule("policy_fact", use_binds=False)
    third = rule("policy_fact", important_messages_optional=True)
    assert sorted(row.change for row in changes([one], [third, other])) == ["added", "changed"]


@pytest.mark.parametrize(
    ("one", "other", "longer"),
    [
        ((16, "working_day"), (15, "working_day"), True),
        ((15, "working_day"), (15, "working_day"), False),
        ((15, "working_day"), (15, "calendar_day"), True),
        ((6, "working_day"), (7, "calendar_day"), True),
        ((6, "working_day"), (8, "calendar_day"), False),
        ((5, "working_day"), (5, "calendar_day"), False),
        ((99, "calendar_day"), (1, "working_day"), False),
        ((1, "calendar_day"), (0, "working_day"), True),
        ((32, "calendar_day"), (1, "month"), True),
        ((31, "calendar_day"), (1, "month"), False),
        ((1, "month"), (28, "calendar_day"), False),
        ((1, "month"), (27, "calendar_day"), True),
        ((1, "year"), (11, "month"), True),
        ((1, "year"), (12, "month"), False),
        ((25, "hour"), (1, "calendar_day"), True),
    ],
)
def test_which_is_longer(one: tuple[int, str], other: tuple[int, str], *, longer: bool) -> None:
    """Only what is so from whatever day both count, holidays or not."""
    left, right = ({"limit": limit, "unit": unit} for limit, unit in (one, other))
    assert is_longer(left, right) is longer
