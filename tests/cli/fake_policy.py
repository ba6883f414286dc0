"""Canned answers of the questions that a policy answers."""

from __future__ import annotations

from typing import Any

from lineage.service import policy_answers as answers
from lineage.service.answers import FindingRow
from tests.cli.standing import DAY, ID, STANDING


def finding() -> FindingRow:
    """Return one that breaks a rule."""
    return FindingRow(
        kind="violation",
        rule="000.E.2",
        event="01JA",
        subject=ID,
        categories=["email"],
        says="Nobody may use it for advertising of its own.",
        reason=None,
    )


def policy_answers() -> dict[str, Any]:
    """Return the answer to each of these calls."""
    return {
        "rejudge": answers.RejudgeReport(people=2, seconds=0.1),
        "check": answers.Findings(**STANDING, findings=[finding()]),
        "exceptions": answers.Exceptions(
            **STANDING,
            exceptions=[
                answers.ExceptionRow(
                    event="01JB", exception="lawful_public_source", valid=True, rule="003.Q.1"
                )
            ],
        ),
        "deadlines": answers.Deadlines(
            **STANDING,
            request="r1",
            reply_target=None,
            reply_by=DAY,
            outcome_by=None,
            triage_by=None,
            overdue=["reply_by"],
            reply_channel="email",
            rules={"reply_by": "000.F.6"},
        ),
        "entitlement": answers.Entitlement(
            **STANDING,
            request="r1",
            verdict="not_entitled_by_text",
            state="needs_evaluation",
            rule="D-08",
        ),
        "refusal": answers.Refusal(
            **STANDING,
            request="r1",
            valid=None,
            rule=None,
            grounds={"repetitive": "001.I.9", "trade_secret": False},
            fee="001.I.10",
        ),
        "retention": answers.Retention(
            **STANDING,
            due=[
                answers.DueRow(
                    subject=ID,
                    category="order_info",
                    order_id="o1",
                    action="erase",
                    erase_by=DAY,
                    hold_until=None,
                    overdue=True,
                    rule="002.J.3",
                )
            ],
        ),
        "status": answers.Status(
            **STANDING,
            subject=ID,
            recipients={"GoneCo": "unreachable"},
            data={"email": "erased"},
            backups={"b1": answers.Backup(state="pending_purge", alert_on=DAY)},
            personal=[answers.PersonalRow(category="device_info", from_=DAY, to=None)],
        ),
        "cancellation": answers.Cancellation(
            **STANDING,
            subject=ID,
            state="awaiting_deletion_request",
            erase_by=None,
            anonymise_allowed=True,
            rule="D-07",
        ),
        "minors": answers.Minors(
            **STANDING,
            subject=ID,
            minor=True,
            erase_by=DAY,
            sensitive=False,
            rule="000.L.3",
        ),
        "breach": answers.Breaches(
            **STANDING,
            breaches=[
                answers.BreachRow(
                    breach="b1",
                    notify_by=DAY,
                    not_told=[ID],
                    regulator="due",
                    rule="001.N.1",
                )
            ],
        ),
        "policy_facts": answers.PolicyFacts(
            **STANDING,
            name="Sesiiduo",
            effective_from=None,
            facts=answers.Facts(
                use_binds=True,
                affiliate_consent_by="recipient",
                important_messages_optional=None,
            ),
            rules=[],
        ),
    }
