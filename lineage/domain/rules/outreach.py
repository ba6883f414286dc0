"""Judges messages to the person and trackers: what opting out stops."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.findings import Finding, broken
from lineage.domain.history.optouts import opt_outs_of
from lineage.domain.judging import Case
from lineage.events import MessageSent, TrackingFired
from lineage.policy.kinds.use import MessageOptOut, TrackingStop


def judge_message(case: Case) -> Iterable[Finding]:
    """A message: reads what the person opted out of. Says ``broken`` where it had to stop."""
    data = case.data
    assert isinstance(data, MessageSent)
    for rule in case.policy.of(MessageOptOut):
        if data.message_class in rule.classes and opt_outs_of(case.history).out_of(
            data.channel, case.event.moment
        ):
            yield broken(rule, case.event)


def judge_tracking(case: Case) -> Iterable[Finding]:
    """A tracker that fired: reads what the event says of Do Not Track and of opting out, and where
    the rule asks for it the opting out on record. Says ``broken`` where it had to stop.
    """
    data = case.data
    assert isinstance(data, TrackingFired)
    for rule in case.policy.of(TrackingStop):
        if data.technology not in rule.technologies or data.party not in rule.parties:
            continue
        if rule.by == "do_not_track":
            stopped = data.dnt_enabled is True
        else:
            stopped = data.opted_out is True or (
                rule.by_mailing_list
                and opt_outs_of(case.history).out_of("email", case.event.moment)
            )
        if stopped:
            yield broken(rule, case.event)
