"""What an ordinary collection is judged by, and what the exceptions of events rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lineage.domain.circumstances import bit_of
from lineage.domain.history.optouts import opt_outs_of
from lineage.domain.questions.exceptions import exceptions
from lineage.domain.rules.table import JUDGES
from lineage.events import ConsentGranted, GuardianConsentGranted, UserRegistered
from tests.support.histories import Given, findings, history, moment, policy_at, told

ALL = ["sesiiduo", "seestar", "store-002", "senro", "easydser"]
COLLECTED: Mapping[str, Any] = {
    "type": "data_collected",
    "at": "2026-03-02",
    "subject": "p",
    "categories": ["email", "name"],
    "source_kind": "direct",
}


def out(at: str, channel: str | None = None) -> dict[str, str | None]:
    """Opting out on a channel."""
    return {"type": "marketing_opt_out", "at": at, "subject": "p", "channel": channel}


def back(at: str, channel: str | None = None) -> dict[str, str | None]:
    """Opting in again."""
    return {"type": "marketing_opt_in", "at": at, "subject": "p", "channel": channel}


@pytest.mark.parametrize("controller", ALL)
def test_an_ordinary_collection_looks_at_consents_only(controller: str) -> None:
    """The most frequent event is judged by one group of the history, and by no time: what is said
    of it can be kept for everybody without a consent.
    """
    found = history(controller, [COLLECTED], at="2026-04-01")
    of_collection = [
        finding
        for finding in JUDGES.of_person(found, policy_at(controller))
        if finding.rule is not None and finding.rule[4] in "BKQ"
    ]
    assert of_collection == []
    minors = bit_of_minors()
    assert found.looked_at & ~minors == bit_of(ConsentGranted)
    assert not found.looked_at_time


def bit_of_minors() -> int:
    """What the judges of minors look at besides."""
    return bit_of(UserRegistered) | bit_of(GuardianConsentGranted)


@pytest.mark.parametrize(
    ("steps", "channel", "since"),
    [
        ([out("2026-03-01")], None, "2026-03-01"),
        ([out("2026-03-01")], "sms", "2026-03-01"),
        ([out("2026-03-01", "email")], "sms", None),
        ([out("2026-03-01", "email")], None, "2026-03-01"),
        ([out("2026-03-01", "email"), back("2026-03-02", "email")], None, None),
        ([out("2026-03-01"), back("2026-03-02", "email")], "email", None),
        ([out("2026-03-01"), back("2026-03-02", "email")], "sms", "2026-03-01"),
        (
            [out("2026-03-01"), back("2026-03-02", "email"), out("2026-03-03")],
            "email",
            "2026-03-03",
        ),
        ([out("2026-03-01", "email"), back("2026-03-02")], "email", None),
        ([out("2026-03-10")], None, None),
    ],
)
def test_opting_out_and_in_again(steps: Given, channel: str | None, since: str | None) -> None:
    """Each channel is out since the last opting out of it or of all, until it is opted in again."""
    found = opt_outs_of(history("seestar", steps, at="2026-04-01"))
    at = found.since(channel, (moment("2026-03-10"), 3))
    assert (None if at is None else at[0]) == (None if since is None else moment(since))
    assert found.out_of(channel, (moment("2026-03-10"), 3)) is (since is not None)


def test_an_exception_names_the_rule_that_lists_it() -> None:
    """A listed reason names its list, one that is not the list that lacks it; no list is none."""
    given = [
        {**COLLECTED, "exception": "vital_interest", "ev": "a"},
        {**COLLECTED, "exception": "news_reporting", "ev": "b"},
        {
            "type": "data_shared",
            "at": "2026-03-02",
            "subject": "p",
            "recipient": "X",
            "recipient_kind": "other_third_party",
            "categories": ["email"],
            "exception": "vital_interest",
            "ev": "c",
        },
        COLLECTED,
    ]
    rows = exceptions(policy_at("senro"), history("senro", given, at="2026-04-01"))
    assert {(row.event.id, row.exception, row.valid, row.rule) for row in rows} == {
        ("a", "vital_interest", True, "003.Q.1"),
        ("b", "news_reporting", False, "003.Q.1"),
        ("c", "vital_interest", False, None),
    }


def test_a_withdrawal_that_nobody_can_match_to_a_grant() -> None:
    """A withdrawal by scope counts though the consent it takes back was never recorded; by a name
    that nobody knows and without a scope it is about what names it.
    """
    processed: Mapping[str, Any] = {
        "type": "data_processed",
        "at": "2026-03-03",
        "subject": "p",
        "purpose": "profiling",
        "categories": ["preference_profile"],
    }
    by_scope: Mapping[str, Any] = {"type": "consent_withdrawn", "at": "2026-03-02", "subject": "p"}
    scoped = {**by_scope, "categories": ["preference_profile"]}
    named = {**by_scope, "consent_id": "k"}
    for given, expected in (
        ([scoped, {**processed, "ev": "a"}], ["004.K.3"]),
        ([named, {**processed, "ev": "a"}], []),
        ([named, {**processed, "ev": "a", "consent_id": "k"}], ["004.K.3"]),
        ([by_scope, {**processed, "ev": "a"}], []),
    ):
        found = findings("easydser", given, at="2026-04-01")
        assert [rule for _, rule, _ in told(found)] == expected
