"""The question what has become of our own copies, live and in backups, and what was personal when.

Pure. How far the recipients are is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lineage.domain.deadlines import last_day
from lineage.domain.facts import Moment
from lineage.domain.history.history import History
from lineage.domain.history.own import OwnData
from lineage.domain.history.personal import Personal
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.asked import day_of
from lineage.events import BackupIsolated, BackupPurged, BackupRestored, DataDeleted
from lineage.events.times import from_micros
from lineage.policy.kinds.ending import BackupAlert
from lineage.policy.model import Policy

_STATES: dict[type, str] = {
    BackupIsolated: "pending_purge",
    BackupPurged: "purged",
    BackupRestored: "restored",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup copy; ``alert_on`` is the day by which somebody must look after it."""

    state: str
    alert_on: date | None


@dataclass(frozen=True, slots=True)
class PersonalPeriod:
    """From when to when a category was personal data, both days included; None while it lasts."""

    category: str
    from_day: date
    to_day: date | None


@dataclass(frozen=True, slots=True)
class OwnCopies:
    """Our copies by category, backups by id, and the periods of what is personal in combination."""

    data: Mapping[str, str]
    backups: Mapping[str, Backup]
    personal: tuple[PersonalPeriod, ...]


def own_copies(policy_at: PolicyAt, history: History) -> OwnCopies:
    """What has become of the person's data as of the moment of asking."""
    policy = policy_at(history.as_of)
    states = OwnData(policy, history).states()
    return OwnCopies(
        data={category: str(state) for category, state in states.items()},
        backups=_backups(policy, history),
        personal=tuple(_personal(policy, history)),
    )


def _backups(policy: Policy, history: History) -> dict[str, Backup]:
    """Each backup as its last event left it. One that names nobody is about everybody in it, which
    is whoever had something on record by then.
    """
    steps = history.every(BackupIsolated, BackupPurged, BackupRestored)
    wide = history.every_wide(BackupIsolated, BackupPurged, BackupRestored)
    if wide and history.events:
        began = history.events[0].moment
        steps += [step for step in wide if began <= step[0].moment]
    found: dict[str, list[tuple[Moment, str]]] = {}
    for event, data in sorted(steps, key=lambda step: step[0].moment):
        found.setdefault(data.backup_id, []).append((event.moment, _STATES[type(data)]))
    return {
        backup_id: Backup(states[-1][1], _alert_on(policy, history, states[0][0], states[-1][1]))
        for backup_id, states in sorted(found.items())
    }


def _alert_on(policy: Policy, history: History, began: Moment, state: str) -> date | None:
    """The day of the alert; counted from the last erasure by the day the backup was first named."""
    alert = next(iter(policy.of(BackupAlert)), None)
    if alert is None or state == "purged":
        return None
    first = from_micros(began[0]).date()
    erased = [day_of(event) for event, data in history.every(DataDeleted) if data.store == "live"]
    before = [day for day in erased if day <= first]
    return last_day(policy, alert, max(before) if before else min(erased, default=first))


def _personal(policy: Policy, history: History) -> list[PersonalPeriod]:
    personal = Personal(policy, history)
    return [
        PersonalPeriod(
            category,
            from_micros(start[0]).date(),
            None if end is None else from_micros(end[0]).date(),
        )
        for category in sorted(policy.personal_in_combination)
        for start, end in personal.periods(category)
    ]
