"""The five policies asked about the same log, by the questions that anybody can ask; no judgement.

``PolicyAnswers`` is what the table of the demo has of one controller, each part with its rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias

from lineage.demo.alike import REQUEST, SUBJECT, alike_events, asked_at
from lineage.demo.orders import CONTROLLERS

if TYPE_CHECKING:
    from lineage.demo.envelopes import Json
    from lineage.service.answers import FindingRow
    from lineage.tracker import Tracker

Rule: TypeAlias = str | None
Day: TypeAlias = date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAnswers:
    """What one policy says about the log.

    ``told`` has (recipient, duty, rule); ``kept`` (order, last day, rule) of what must be kept;
    ``erased`` (last day, rule) of what must go; ``found`` (kind, rule, party, how often).
    """

    right: tuple[str, Rule]
    reply: tuple[Day, Day, Rule]
    outcome: tuple[Day, Rule]
    told: frozenset[tuple[str, str, str]]
    told_erase_by: Day
    kept: frozenset[tuple[str, date, Rule]]
    erased: frozenset[tuple[Day, Rule]]
    found: frozenset[tuple[str, Rule, str, int]]
    cancelled: tuple[str, Day, Rule]


def five_answers(tracker: Tracker) -> dict[str, PolicyAnswers]:
    """Record the log in an empty store, and ask each controller the same."""
    log = list(alike_events())
    tracker.record(log, strict=True)
    parties = {event["id"]: party_of(event) for event in log}
    at = asked_at()
    return {
        controller: answers_of(tracker, controller, at=at, parties=parties)
        for controller in CONTROLLERS
    }


def answers_of(
    tracker: Tracker, controller: str, *, at: datetime, parties: Mapping[str, str]
) -> PolicyAnswers:
    """What one controller's policy says; ``parties`` tells with whom each event was done."""
    right = tracker.entitlement(REQUEST, controller=controller, as_of=at)
    limits = tracker.deadlines(REQUEST, controller=controller, as_of=at)
    plan = tracker.plan(REQUEST, controller=controller, as_of=at, if_accepted=True)
    due = tracker.retention(SUBJECT, controller=controller, as_of=at).due
    findings = tracker.check(subject=SUBJECT, controller=controller, as_of=at).findings
    cancelled = tracker.cancellation(SUBJECT, controller=controller, as_of=at)
    rule = limits.rules.get
    return PolicyAnswers(
        right=(right.verdict, right.rule),
        reply=(limits.reply_target, limits.reply_by, rule("reply_by")),
        outcome=(limits.outcome_by, rule("outcome_by")),
        told=frozenset((row.recipient, row.duty, row.rule) for row in plan.notify),
        told_erase_by=max((row.erase_by for row in plan.notify if row.erase_by), default=None),
        kept=frozenset(
            (row.order_id or "", row.hold_until, row.rule) for row in due if row.hold_until
        ),
        erased=frozenset((row.erase_by, row.rule) for row in due if row.action == "erase"),
        found=frozenset(counted(findings, parties)),
        cancelled=(cancelled.state, cancelled.erase_by, cancelled.rule),
    )


def counted(
    findings: Iterable[FindingRow], parties: Mapping[str, str]
) -> Iterable[tuple[str, Rule, str, int]]:
    """The findings without their events: how many there are of one rule about one party."""
    found = Counter((row.kind, row.rule, parties.get(row.event or "", "")) for row in findings)
    for (kind, rule, party), times in found.items():
        yield kind, rule, party, times


def party_of(event: Json) -> str:
    """With whom this was done: the recipient, or the host; nobody where there is none."""
    data = event["data"]
    return str(data.get("recipient") or data.get("host") or "")
