"""How findings are held against expectations: exactly these, one of these, none, or besides."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.scenarios.comparing import differences


def found(
    rule: str, event: str | None, *categories: str, kind: str = "violation"
) -> dict[str, Any]:
    """A finding as it is answered."""
    return {"kind": kind, "rule": rule, "event": event, "categories": list(categories)}


BROKEN: Final = found("000.E.2", "a", "email")
DEFAULT: Final = found("D-15", "a", "email", kind="default_violation")
GAP: Final = found("D-28", "b", "email", kind="gap")
PROCESS: Final = found("", "a", kind="process") | {"rule": None}
SAME: Final = (("000.E.1", "000.E.2"), ("000.E.1", "000.D.5"))

FINDINGS: Final = [
    ("nothing is judged", "{}", [BROKEN, DEFAULT], []),
    ("each row has its finding", "{violations: [{rule: 000.E.2, ev: a}]}", [BROKEN], []),
    (
        "a row has none",
        "{violations: [{rule: 000.E.2, ev: b}]}",
        [],
        ["findings.violations[000.E.2, b]"],
    ),
    (
        "of another kind is none",
        "{gaps: [{rule: 000.E.2, ev: a}]}",
        [BROKEN],
        ["findings.gaps[000.E.2, a]"],
    ),
    ("without an event any will do", "{violations: [{rule: 000.E.2}]}", [BROKEN], []),
    (
        "all of them",
        "{gaps: [{rule: D-28}]}",
        [GAP, {**GAP, "event": "c"}],
        [],
    ),
    ("each finding has its row", "{violations: []}", [BROKEN], ["findings.violations[000.E.2, a]"]),
    (
        "on its event",
        "{violations: [{rule: 000.E.2, ev: a}]}",
        [BROKEN, {**BROKEN, "event": "b"}],
        ["findings.violations[000.E.2, b]"],
    ),
    (
        "or may be",
        "{violations: [], allowed_extra: [{rule: 000.E.2, ev: a}]}",
        [BROKEN],
        [],
    ),
    (
        "there only",
        "{violations: [], allowed_extra: [{rule: 000.E.2, ev: b}]}",
        [BROKEN],
        ["findings.violations[000.E.2, a]"],
    ),
    ("other kinds are not judged", "{violations: []}", [DEFAULT, GAP], []),
    ("nor what is about the process", "{violations: [], clean_events: [a]}", [PROCESS], []),
    (
        "categories are those that break it",
        "{violations: [{rule: 000.E.2, ev: a, categories: [email]}]}",
        [BROKEN],
        [],
    ),
    (
        "and no others",
        "{violations: [{rule: 000.E.2, ev: a, categories: [email, phone]}]}",
        [BROKEN],
        ["findings.violations[000.E.2, a].categories"],
    ),
    (
        "nor fewer",
        "{violations: [{rule: 000.E.2, ev: a, categories: [email]}]}",
        [found("000.E.2", "a", "email", "phone")],
        ["findings.violations[000.E.2, a].categories"],
    ),
    (
        "of several findings together",
        "{violations: [{rule: 000.E.2, ev: a, categories: [phone, email]}]}",
        [BROKEN, found("000.E.2", "a", "phone")],
        [],
    ),
    (
        "one of which says more",
        "{violations: [{rule: 000.E.2, ev: a, categories: [email]}]}",
        [BROKEN, found("000.E.2", "a", "phone")],
        ["findings.violations[000.E.2, a]"],
    ),
    (
        "rows of one rule with other categories",
        """violations:
- {rule: 000.E.2, ev: a, categories: [email]}
- {rule: 000.E.2, ev: a, categories: [phone]}""",
        [BROKEN, found("000.E.2", "a", "phone")],
        [],
    ),
    (
        "an equivalent rule",
        "{violations: [{rule: 000.E.1, ev: a}]}",
        [BROKEN, found("000.D.5", "a", "email")],
        [],
    ),
    (
        "groups are not joined",
        "{violations: [{rule: 000.D.5, ev: a}]}",
        [BROKEN],
        ["findings.violations[000.D.5, a]", "findings.violations[000.E.2, a]"],
    ),
    (
        "equivalent and of another kind",
        "{violations: [{rule: 000.E.1, ev: a}]}",
        [{**BROKEN, "kind": "gap"}],
        ["findings.violations[000.E.1, a]"],
    ),
    ("one of these", "{any_of: [{rules: [000.E.2, D-59], ev: a}]}", [BROKEN], []),
    ("whatever its kind", "{any_of: [{rules: [000.C.1, D-28], ev: b}]}", [GAP], []),
    ("none of these", "{any_of: [{rules: [000.C.1], ev: a}]}", [BROKEN], ["findings.any_of[a]"]),
    ("on another event", "{any_of: [{rules: [000.E.2], ev: b}]}", [BROKEN], ["findings.any_of[b]"]),
    (
        "one of these has its row",
        "{violations: [], any_of: [{rules: [000.E.2, D-59], ev: a}]}",
        [BROKEN],
        [],
    ),
    ("a clean event", "{clean_events: [b]}", [BROKEN], []),
    ("may have a gap", "{clean_events: [b]}", [GAP], []),
    ("no violation", "{clean_events: [a]}", [BROKEN], ["findings.clean_events[a]"]),
    ("no default violation", "{clean_events: [a]}", [DEFAULT], ["findings.clean_events[a]"]),
    (
        "but what may be",
        "{clean_events: [a], allowed_extra: [{rule: D-15, ev: a}]}",
        [DEFAULT],
        [],
    ),
    ("a topic", "{violations: [], topics: [D]}", [BROKEN], []),
    (
        "of the finding",
        "{violations: [], topics: [E]}",
        [BROKEN],
        ["findings.violations[000.E.2, a]"],
    ),
    ("a default is of no topic", "{default_violations: [], topics: [D]}", [DEFAULT], []),
    (
        "what is written is found whatever its topic",
        "{default_violations: [{rule: D-15, ev: a}], topics: [E]}",
        [DEFAULT],
        [],
    ),
    ("clean of a topic", "{clean_events: [a], topics: [D]}", [BROKEN], []),
]


@pytest.mark.parametrize(
    ("wanted", "rows", "paths"), [f[1:] for f in FINDINGS], ids=[f[0] for f in FINDINGS]
)
def test_findings(wanted: str, rows: list[dict[str, Any]], paths: list[str]) -> None:
    """Exactly these findings, or one of these, or none, or what may be besides."""
    assert differences("findings", wanted, {"findings": rows}, equivalent=SAME) == paths
