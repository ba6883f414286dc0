"""Judging who receives what. The policies' own cases are scenarios; here are the edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lineage.domain.rules.table import JUDGES
from lineage.policy.model import Policy
from tests.support.histories import findings, history, policy_at, told

Event = Mapping[str, Any]


def share(ev: str, kind: str, *categories: str, at: str = "2026-03-02", **data: object) -> Event:
    """A share with a recipient that is called after its kind."""
    return {
        "type": "data_shared",
        "ev": ev,
        "at": at,
        "subject": "s1",
        "recipient": kind.title(),
        "recipient_kind": kind,
        "categories": list(categories),
        **data,
    }


def found(controller: str, *given: Event) -> list[tuple[str, str | None, str | None]]:
    """(kind, rule, event) of what is found."""
    return told(findings(controller, given, at="2026-12-01"))


def under(rules: list[Event], *given: Event) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """(kind, rule, categories) of what is found under a policy of these rules alone."""
    seen = history("seestar", given, at="2026-12-01")
    policy = _policy(rules, policy_at("seestar")(seen.as_of))
    return sorted(
        (str(f.kind), f.rule, f.categories) for f in JUDGES.of_person(seen, lambda _: policy)
    )


def _policy(rules: list[Event], like: Policy) -> Policy:
    return Policy.model_validate(like.model_dump() | {"rules": list(rules)})


def rule(kind: str, rule_id: str = "001.E.1", **fields: object) -> Event:
    """A rule as a file writes it."""
    basis = "default" if rule_id.startswith("D-") else "policy"
    written = {"kind": kind, "rule": rule_id, "basis": basis, "says": "A rule.", **fields}
    return written if basis == "default" else written | {"section": "1"}


def row(rule_id: str, **fields: object) -> Event:
    """A row of a policy."""
    return rule("may_receive", rule_id, **fields)


CLOSED = rule("share_closed")


def test_a_share_is_permitted_by_any_row() -> None:
    """Two rows for one kind of recipient add up, and only the rest breaks the limiting one."""
    rows: list[Event] = [
        row("001.D.1", recipients=["payment"], categories=["order_no"], limits=True),
        row("001.D.2", recipients=["payment"], categories=["bank_card"], chosen=True),
        CLOSED,
    ]
    given = share("a", "payment", "order_no", "bank_card", "email", chosen_by_user=True)
    assert under(rows, given) == [("violation", "001.D.1", ("email",))]
    given = share("a", "payment", "order_no", "bank_card", chosen_by_user=False)
    assert under(rows, given) == [("violation", "001.D.1", ("bank_card",))]


def test_a_condition_that_is_not_stated_contradicts_nothing() -> None:
    """Unless the row wants it on record."""
    free = row("001.D.1", recipients=["counterparty"], chosen=True)
    strict = row("001.D.1", recipients=["counterparty"], chosen=True, on_record=True)
    given = share("a", "counterparty", "email")
    assert under([free, CLOSED], given) == []
    assert under([strict, CLOSED], given) == [("violation", "001.E.1", ("email",))]


def test_without_a_closing_rule_nothing_is_broken() -> None:
    """A policy that forbids nothing finds nothing."""
    assert under([], share("a", "platform", "email", legal_basis="none")) == []


def test_figures_and_what_cannot_be_told_to_be_anybodys_are_free() -> None:
    """Only what is personal at that recipient is judged."""
    assert under([CLOSED], share("a", "platform", "aggregate_stats")) == []
    hidden = share("a", "platform", "email", deidentified=True, reidentifiable=False)
    assert under([CLOSED], hidden) == []
    masked = share("a", "platform", "email", deidentified=True)
    assert under([CLOSED], masked) == [("violation", "001.E.1", ("email",))]


def test_a_gap_is_told_only_of_what_no_other_row_permits() -> None:
    """The rows are read in the order of the file."""
    own = rule("may_receive", "D-28", recipients=["payment"], gap=True)
    named = row("001.D.1", recipients=["payment"], categories=["order_no"])
    given = share("a", "payment", "order_no", "email")
    assert under([named, own, CLOSED], given) == [("gap", "D-28", ("email",))]


def test_all_data_of_a_young_child_is_sensitive() -> None:
    """Up to the day before the birthday; an address goes to an affiliate on the day itself."""
    rules: list[Event] = [
        rule("sensitive", "001.A.3", children_under=14),
        row("001.D.5", recipients=["affiliate"], sensitive=False, limits=True),
    ]
    born = {
        "type": "user_registered",
        "at": "2026-03-01",
        "subject": "s1",
        "birth_date": "2012-06-15",
    }
    before = share("a", "affiliate", "email", at="2026-06-14")
    assert under(rules, born, before) == [("violation", "001.D.5", ("email",))]
    assert under(rules, born, share("a", "affiliate", "email", at="2026-06-15")) == []
    assert ("violation", "004.D.7", "a") in found("easydser", born, before)


def test_consent_in_another_form_is_none() -> None:
    """Where a rule names forms; a consent of unknown form is not doubted."""
    consent = {"type": "consent_granted", "at": "2026-03-01", "subject": "s1"}
    by_consent = rule("share_by_consent", "001.D.3", forms=["express"])
    rules: list[Event] = [by_consent, CLOSED]
    given = share("a", "platform", "email")
    assert under(rules, consent, given) == []
    assert under(rules, consent | {"form": "express"}, given) == []
    assert under(rules, consent | {"form": "permission"}, given) != []


def test_a_named_exception_must_be_listed() -> None:
    """What is named and not listed excuses nothing."""
    listed = rule("share_exception", "001.Q.2", exceptions=["vital_interest"])
    life = share("a", "platform", "email", exception="vital_interest")
    news = share("a", "platform", "email", exception="news_reporting")
    assert under([listed, CLOSED], life) == []
    assert under([listed, CLOSED], news) == [("violation", "001.E.1", ("email",))]


@pytest.mark.parametrize(("mode", "broken"), [("sale", True), ("rent", True), ("trade", False)])
def test_a_sale_of_another_mode_is_a_share(mode: str, broken: bool) -> None:
    """Of the modes that are named the rule is broken, and no other is judged besides."""
    own = rule("never_sold", "001.E.3", modes=["sale", "rent"])
    sold = {
        "type": "data_sold",
        "at": "2026-03-02",
        "subject": "s1",
        "recipient": "L",
        "mode": mode,
        "categories": ["email"],
    }
    expected = "001.E.3" if broken else "001.E.1"
    assert under([own, CLOSED], sold) == [("violation", expected, ("email",))]


def test_an_opt_out_counts_until_the_person_opts_in() -> None:
    """By channel: an opt-in to another channel leaves the opt-out as it is."""
    own = rule("share_after_opt_out", "D-23", recipients=["advertising_analytics"])
    out = {"type": "marketing_opt_out", "at": "2026-03-01", "subject": "s1", "channel": "sms"}
    back = {"type": "marketing_opt_in", "at": "2026-03-01T12:00:00Z", "subject": "s1"}
    given = share("a", "advertising_analytics", "email")
    assert under([own], out, given) == [("default_violation", "D-23", ("email",))]
    assert under([own], out, back | {"channel": "email"}, given) != []
    assert under([own], out, back | {"channel": "sms"}, given) == []
    assert under([own], out, back, given) == []


def test_an_opt_out_of_sale_is_about_what_is_paid_for() -> None:
    """For the recipient and the categories that it names; consent since then lifts it."""
    kinds = ["advertising_analytics"]
    own = rule("share_after_opt_out", "D-23", recipients=kinds, of="sharing", paid=True)
    out = {"type": "sharing_opt_out", "at": "2026-03-01", "subject": "s1"}
    again = {"type": "consent_granted", "at": "2026-03-01T12:00:00Z", "subject": "s1"}
    free = share("a", "advertising_analytics", "email", "phone")
    paid = share("a", "advertising_analytics", "email", "phone", for_payment=True)
    assert under([own], out, paid) == [("default_violation", "D-23", ("email", "phone"))]
    assert under([own], out, free) == []
    assert under([own], paid) == []
    assert under([own], out | {"recipient": "another"}, paid) == []
    assert under([own], out | {"recipient": free["recipient"]}, paid) != []
    assert under([own], out | {"categories": ["phone"]}, paid) == [
        ("default_violation", "D-23", ("phone",))
    ]
    assert under([own], out, again, paid) == []
    assert under([own], out, again | {"at": "2026-02-01"}, paid) != []


def test_a_purpose_that_stays_is_no_change() -> None:
    """And a recipient that nobody knows is bound as a stranger, even to data nobody knows."""
    own = rule("purpose_bound", "001.D.5", recipients=["other_third_party"], on=["change"])
    changed = {
        "type": "purpose_changed",
        "at": "2026-03-02",
        "subject": "s1",
        "recipient": "X",
        "purpose_from": "support",
        "purpose_to": "scoring",
    }
    assert under([own], changed) == [("violation", "001.D.5", ())]
    assert under([own], changed | {"purpose_to": "support"}) == []
    assert under([own], changed | {"consent_id": "paper"}) == []
    assert under([own], {k: v for k, v in changed.items() if k != "recipient"}) == []


def test_evidence_concerns_the_categories_that_are_named() -> None:
    """A password without encryption; nothing is said where the safeguards are not stated."""
    own = rule("evidence_needed", "001.D.6", evidence="encryption", categories=["login_password"])
    open_ = share("a", "service_provider", "login_password", "email", safeguards=["dpa"])
    assert under([own], open_) == [("violation", "001.D.6", ("login_password",))]
    assert under([own], share("a", "service_provider", "email", safeguards=["dpa"])) == []
    assert under([own], share("a", "service_provider", "login_password")) == []


def test_a_violation_hides_what_only_our_default_says() -> None:
    """The same categories are not told twice; what the violation leaves is."""
    given: list[Event] = [
        {"type": "sharing_notice_given", "at": "2026-03-01", "subject": "s1"},
        {"type": "sharing_opt_out", "at": "2026-03-01", "subject": "s1", "categories": ["phone"]},
        share("a", "other_third_party", "email", "phone"),
    ]
    assert found("senro", *given) == [
        ("default_violation", "D-54", "a"),
        ("violation", "003.D.9", "a"),
    ]
