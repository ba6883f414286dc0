"""How answers are held against expectations: each rule of matching kept, and broken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from tests.scenarios.comparing import DAY, differences


def notify(recipient: str, **more: Any) -> dict[str, Any]:
    """A row of those that are told."""
    row = {"recipient": recipient, "categories": ["phone", "email"], "duty": "policy"}
    return {**row, "supplementary": False, "send_by": DAY, "erase_by": None, **more}


def plan(*rows: dict[str, Any], exclude: Any = (), erase: Any = ()) -> dict[str, Any]:
    """A plan as it is answered."""
    return {"notify": rows, "exclude": list(exclude), "erase": list(erase)}


UNLISTED: Final = {"exceptions": [{"event": "a", "valid": False, "rule": "000.Q.1"}]}
BOX: Final = notify("Box", rule="000.F.3")
LEFT: Final = [
    {"recipient": "Ads", "reason": "already_erased", "categories": ["email"], "rule": "D-50"},
    {"recipient": "Ads", "reason": "non_identifying", "categories": ["cookie_id"]},
]
OURS: Final = [{"system": "/a", "categories": ["email"]}, {"system": "/b", "categories": ["phone"]}]

PLANS: Final = [
    ("an absent key is not judged", "{}", plan(BOX), []),
    ("nor one of a row", "{notify: [{recipient: Box}]}", plan(BOX), []),
    (
        "a set has no order",
        "{notify: [{recipient: Box, categories: [email, phone]}]}",
        plan(BOX),
        [],
    ),
    (
        "and no more members",
        "{notify: [{recipient: Box, categories: [email]}]}",
        plan(BOX),
        ["plan.notify[Box].categories"],
    ),
    ("null demands null", "{notify: [{recipient: Box, erase_by: null}]}", plan(BOX), []),
    (
        "and nothing else",
        "{notify: [{recipient: Box, send_by: null}]}",
        plan(BOX),
        ["plan.notify[Box].send_by"],
    ),
    (
        "a date is compared",
        "{notify: [{recipient: Box, send_by: 2026-03-17}]}",
        plan(BOX),
        ["plan.notify[Box].send_by"],
    ),
    (
        "true is not absent",
        "{notify: [{recipient: Box, supplementary: true}]}",
        plan(BOX),
        ["plan.notify[Box].supplementary"],
    ),
    ("nobody is told", "{notify: []}", plan(), []),
    ("but one is", "{notify: []}", plan(BOX), ["plan.notify[Box]"]),
    ("one is missing", "{notify: [{recipient: Box}]}", plan(), ["plan.notify[Box]"]),
    (
        "one more is told",
        "{notify: [{recipient: Box}]}",
        plan(BOX, notify("Ads")),
        ["plan.notify[Ads]"],
    ),
    (
        "its rule is compared",
        "{notify: [{recipient: Box, rule: 004.F.2}]}",
        plan(BOX),
        ["plan.notify[Box].rule"],
    ),
    ("others may be left out", "{exclude: [{recipient: Ads}]}", plan(exclude=LEFT), []),
    (
        "for any of its reasons",
        "{exclude: [{recipient: Ads, reason: non_identifying}]}",
        plan(exclude=LEFT),
        [],
    ),
    (
        "nor one for a reason by another rule",
        "{exclude: [{recipient: Ads, reason: already_erased, rule: D-49}]}",
        plan(exclude=LEFT[:1]),
        ["plan.exclude[Ads].rule"],
    ),
    (
        "and no other",
        "{exclude: [{recipient: Ads, reason: legal_hold}]}",
        plan(exclude=LEFT),
        ["plan.exclude[Ads].reason"],
    ),
    (
        "nobody is left out",
        "{exclude: []}",
        plan(exclude=LEFT[:1]),
        ["plan.exclude[Ads]"],
    ),
    ("the union over the systems", "{erase: [phone, email]}", plan(erase=OURS), []),
    ("no less", "{erase: [phone]}", plan(erase=OURS), ["plan.erase"]),
    ("no more", "{erase: [phone, email, name]}", plan(erase=OURS), ["plan.erase"]),
    ("nothing to erase", "{erase: []}", plan(), []),
]


@pytest.mark.parametrize(
    ("wanted", "answer", "paths"), [p[1:] for p in PLANS], ids=[p[0] for p in PLANS]
)
def test_plans(wanted: str, answer: dict[str, Any], paths: list[str]) -> None:
    """Exactly these are told, these are left out, exactly this is erased."""
    assert differences("plan", wanted, answer) == paths


def due(category: str, order: str | None, **more: Any) -> dict[str, Any]:
    """A row of what is due."""
    return {"category": category, "order_id": order, "action": "erase", "erase_by": DAY, **more}


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        ("{due: [{category: order_info, order_id: o2, action: hold}]}", []),
        (
            "{due: [{category: order_info, order_id: o1, action: hold}]}",
            ["retention.due[order_info, o1].action"],
        ),
        ("{due: [{category: order_info, action: hold}]}", []),
        ("{due: [{category: email, order_id: null, erase_by: 2026-03-16}]}", []),
        ("{due: [{category: order_info, order_id: null}]}", ["retention.due[order_info, None]"]),
        ("{due: [{category: phone}]}", ["retention.due[phone]"]),
        ("{due: []}", [f"retention.due[{c}]" for c in ("order_info", "order_info", "email")]),
    ],
)
def test_rows_pair_by_what_names_them(wanted: str, paths: list[str]) -> None:
    """By category and, where it is written, by order; other rows may be there."""
    rows = [due("order_info", "o1"), due("order_info", "o2", action="hold"), due("email", None)]
    assert differences("retention", wanted, {"due": rows}) == paths


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        ("{triage_by: '2026-03-16T16:00:00Z', outcome_by: null, overdue: []}", []),
        ("{triage_by: '2026-03-16T17:00:00+01:00'}", []),
        ("{triage_by: 2026-03-16}", ["deadlines.triage_by"]),
        ("{reply_by: '2026-03-16T00:00:00Z'}", []),
        ("{reply_by: null}", ["deadlines.reply_by"]),
        ("{outcome_by: 2026-03-16}", ["deadlines.outcome_by"]),
        ("{overdue: [reply_by]}", ["deadlines.overdue"]),
    ],
)
def test_dates_and_times(wanted: str, paths: list[str]) -> None:
    """A date without a time means 00:00 UTC, on either side."""
    answer: dict[str, Any] = {
        "reply_by": DAY,
        "outcome_by": None,
        "triage_by": datetime(2026, 3, 16, 16, tzinfo=UTC),
        "overdue": [],
    }
    assert differences("deadlines", wanted, answer) == paths


PERIOD: Final = {"category": "location", "from": date(2026, 3, 3), "to": date(2026, 3, 6)}
LASTING: Final = {"category": "timezone", "from": date(2026, 3, 3), "to": None}


@pytest.mark.parametrize(
    ("category", "day", "was"),
    [
        ("location", "2026-03-02", False),
        ("location", "2026-03-03", True),
        ("location", "2026-03-06", True),
        ("location", "2026-03-07", False),
        ("timezone", "2027-01-01", True),
        ("occupation", "2026-03-04", False),
        ("email", "2026-03-04", True),
        ("aggregate_stats", "2026-03-04", False),
    ],
)
def test_what_was_personal_on_a_day(category: str, day: str, was: bool) -> None:
    """By its periods where it is so in combination only; else always, or by decree never."""
    answer: dict[str, Any] = {
        "personal": [PERIOD, LASTING],
        "recipients": {},
        "data": {},
        "backups": {},
    }
    for personal in (True, False):
        wanted = f"{{personal: [{{category: {category}, day: {day}, personal: {personal}}}]}}"
        paths = [] if personal is was else [f"status.personal[{category}, {day}].personal"]
        assert differences("status", wanted, answer) == paths


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        ("{recipients: {Box: sent}, data: {email: erased}}", []),
        ("{recipients: {Box: erased}}", ["status.recipients[Box]"]),
        ("{recipients: {Ads: sent}}", ["status.recipients[Ads]"]),
        ("{recipients: {}}", ["status.recipients"]),
        ("{backups: {b1: {state: purged}}}", []),
        ("{backups: {b1: {state: purged, alert_on: 2026-03-16}}}", ["status.backups[b1].alert_on"]),
        ("{backups: {b2: {state: purged}}}", ["status.backups[b2]"]),
    ],
)
def test_maps_are_judged_by_what_is_written(wanted: str, paths: list[str]) -> None:
    """Others may be in the answer, but where none is expected."""
    answer: dict[str, Any] = {
        "recipients": {"Box": "sent", "Post": "sent"},
        "data": {"email": "erased"},
        "backups": {"b1": {"state": "purged", "alert_on": None}},
        "personal": [],
    }
    assert differences("status", wanted, answer) == paths


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        ("{valid: null, fee: 001.I.10, grounds: {repetitive: 001.I.9, trade_secret: false}}", []),
        ("{fee: false}", ["refusal.fee"]),
        ("{grounds: {repetitive: false}}", ["refusal.grounds[repetitive]"]),
        ("{grounds: {trade_secret: 001.I.8}}", ["refusal.grounds[trade_secret]"]),
        ("{valid: false}", ["refusal.valid"]),
    ],
)
def test_refusals(wanted: str, paths: list[str]) -> None:
    """A ground is answered by its rule or by false, and null is not false."""
    grounds = {"repetitive": "001.I.9", "trade_secret": False}
    answer = {"valid": None, "rule": None, "fee": "001.I.10", "grounds": grounds}
    assert differences("refusal", wanted, answer) == paths


@pytest.mark.parametrize(
    ("group", "wanted", "answer", "paths"),
    [
        (
            "breach",
            "{not_told: [b, a]}",
            {"breaches": [{"not_told": []}, {"not_told": ["a", "b"]}]},
            [],
        ),
        ("breach", "{not_told: []}", {"breaches": [{"not_told": ["a"]}]}, ["breach.not_told"]),
        ("breach", "{regulator: due}", {"breaches": []}, ["breach"]),
        ("exceptions", "{a: true}", {"exceptions": [{"event": "a", "valid": True}]}, []),
        (
            "exceptions",
            "{a: false}",
            {"exceptions": [{"event": "a", "valid": True}]},
            ["exceptions[a]"],
        ),
        ("exceptions", "{a: true}", {"exceptions": []}, ["exceptions[a]"]),
        ("exceptions", "{a: {valid: false, rule: 000.Q.1}}", UNLISTED, []),
        (
            "exceptions",
            "{a: {valid: false, rule: 001.Q.1}}",
            UNLISTED,
            ["exceptions[a].rule"],
        ),
        ("exceptions", "{b: {valid: false}}", UNLISTED, ["exceptions[b].valid"]),
        ("cancellation", "{rule: D-07}", {"rule": "000.G.2"}, ["cancellation.rule"]),
        ("policy", "{use_binds: true}", {"facts": {"use_binds": True}}, []),
        ("policy", "{use_binds: null}", {"facts": {"use_binds": True}}, ["policy.use_binds"]),
        ("minors", "{minor: true, erase_by: null}", {"minor": True, "erase_by": None}, []),
        ("minors", "{minor: false}", {"minor": True}, ["minors.minor"]),
        ("cancellation", "{state: none}", {"state": "erasing"}, ["cancellation.state"]),
        ("entitlement", "{verdict: entitled}", {"verdict": "entitled"}, []),
        ("entitlement", "{rule: D-08}", {"rule": "000.F.1"}, ["entitlement.rule"]),
    ],
)
def test_the_other_groups(
    group: str, wanted: str, answer: dict[str, Any], paths: list[str]
) -> None:
    """The latest breach, each exception by its event, each fact by its name."""
    assert differences(group, wanted, answer) == paths
