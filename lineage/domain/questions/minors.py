"""The question whether a person is a minor, and by when its data must be cleaned up. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lineage.domain.deadlines import last_day
from lineage.domain.facts import Recorded
from lineage.domain.history.history import History
from lineage.domain.history.minors import Minority, consented_to
from lineage.domain.judging import PolicyAt
from lineage.events import (
    DataCollected,
    DataInboundReceived,
    GuardianConsentWithdrawn,
    LogRecorded,
    MinorIdentified,
    UserRegistered,
)
from lineage.events.times import from_micros
from lineage.policy.kinds.minors import MinorCleanUp
from lineage.policy.kinds.recipients import Sensitive
from lineage.policy.model import Policy

COLLECTING = (UserRegistered, DataCollected, DataInboundReceived, LogRecorded)
STARTING = (*COLLECTING, MinorIdentified, GuardianConsentWithdrawn)
"""What can start a clean-up"""

_AT_THE_END = 99


@dataclass(frozen=True, slots=True)
class Minors:
    """``erase_by`` is the last day of the clean-up, None where none is due; ``rule`` its rule."""

    minor: bool
    erase_by: date | None
    sensitive: bool
    rule: str | None


class CleanUp(NamedTuple):
    """A clean-up that is due: by which rule, from which event on, and its last day."""

    rule: MinorCleanUp
    event: Recorded
    by: date


def minors(policy_at: PolicyAt, history: History) -> Minors:
    """Whether the person was a minor when something of it was collected or found, or is one now."""
    policy = policy_at(history.as_of)
    due = clean_up(policy_at, history)
    return Minors(
        minor=was_minor(policy, history),
        erase_by=None if due is None else due.by,
        sensitive=_sensitive(policy, history),
        rule=None if due is None else due.rule.rule,
    )


def was_minor(policy: Policy, history: History) -> bool:
    """Whether it was a minor at a registration, collection or finding, or is one as of now."""
    minority = Minority(policy, history)
    moments = [event.moment for event in history.only(*COLLECTING, MinorIdentified)]
    return any(minority.minor(at) for at in [*moments, (history.as_of, _AT_THE_END)])


def clean_up(policy_at: PolicyAt, history: History) -> CleanUp | None:
    """The clean-up that is due first, under the policy of the day that started it."""
    found = []
    for policy in {id(p): p for p in _policies(policy_at, history)}.values():
        for rule in policy.of(MinorCleanUp):
            found += [
                CleanUp(rule, start.event, last_day(policy, rule, start.day))
                for start in clean_up_starts(policy, history, rule)
                if policy_at(start.event.occurred_at) is policy
            ]
    return min(found, key=lambda due: (due.by, due.event.order), default=None)


class Start(NamedTuple):
    """What makes it known that data of a minor is there that nobody consented to."""

    event: Recorded
    day: date


def clean_up_starts(policy: Policy, history: History, rule: MinorCleanUp) -> list[Start]:
    """Everything that starts a clean-up by a rule, in canonical order."""
    return list(_starts(policy, history, rule))


def _starts(policy: Policy, history: History, rule: MinorCleanUp) -> Iterator[Start]:
    minority = Minority(policy, history)
    declared = [
        event
        for event, data in history.every(UserRegistered)
        if data.birth_date is not None or data.age_band is not None
    ]
    for event in history.only(*STARTING):
        data, at = event.data, event.moment
        if not minority.minor(at):
            continue
        if isinstance(data, GuardianConsentWithdrawn):
            starts = "withdrawn" in rule.starts and "store" in data.guardian_scope
        elif "unconsented" not in rule.starts:
            starts = False
        elif isinstance(data, MinorIdentified):
            starts = data.guardian_consent == "none"
        elif isinstance(data, UserRegistered):
            starts = data.guardian_consent == "none" and not _consented(history, event, rule)
        else:
            known = any(registered.moment <= at for registered in declared)
            starts = known and not _consented(history, event, rule)
        if starts:
            yield Start(event, from_micros(event.occurred_at).date())


def _consented(history: History, event: Recorded, rule: MinorCleanUp) -> bool:
    return consented_to(history, "collect", event.moment, verifiable=rule.verifiable)


def _policies(policy_at: PolicyAt, history: History) -> Iterator[Policy]:
    for event in history.only(*STARTING):
        yield policy_at(event.occurred_at)


def _sensitive(policy: Policy, history: History) -> bool:
    """Whether all data of the person is sensitive: of a child under the age the policy names."""
    minority = Minority(policy, history)
    moments = [event.moment for event in history.only(*COLLECTING, MinorIdentified)]
    moments.append((history.as_of, _AT_THE_END))
    ages = [r.children_under for r in policy.of(Sensitive) if r.children_under is not None]
    return any(minority.under(age, at) is True for age in ages for at in moments)
