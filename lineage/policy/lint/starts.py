"""The check of what starts the clocks of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from lineage.policy.kinds.ending import ErasureAfterCancellation
from lineage.policy.kinds.fan_out import CancellationFanOut, FanOut, NoticeClock
from lineage.policy.kinds.minors import AgeOfMinority, MinorCleanUp
from lineage.policy.kinds.personal import Combination
from lineage.policy.kinds.requests import IdentityCheck, RequestClock, RequestRight
from lineage.policy.kinds.retention import RetentionLimit
from lineage.policy.lint.flaw import Flaw, listed, numbered
from lineage.policy.model import Policy


def deadline_without_start(policy: Policy) -> Iterator[Flaw]:
    """A deadline without a start: a clock whose start nothing under this policy can bring about.

    The clock of a right that no rule gives; one that waits for a proof of identity or a triage of
    which the policy has none; the clock of notices where nobody is told; a period from the end of
    a combination that never ends; the clean-up of minors' data where no age makes a minor; notices
    at an erasure that no rule makes.
    """
    yield from _of_requests(policy)
    yield from _of_notices(policy)
    yield from _of_retention(policy)


def _of_requests(policy: Policy) -> Iterator[Flaw]:
    given = {right for rule in policy.of(RequestRight) for right in rule.rights}
    checked = {right for rule in policy.of(IdentityCheck) for right in rule.rights}
    clocks = policy.of(RequestClock)
    triaged = {right for rule in clocks if rule.step == "triage" for right in rule.rights}
    for path, clock in numbered(policy, RequestClock):
        ungiven = set(clock.rights) - given
        if ungiven:
            yield Flaw(
                (*path, "rights"),
                f"no rule gives the right {listed(ungiven)}, so no such request starts this clock",
                "add a rule of kind request_right, or take the right out",
                clock.rule,
            )
        unchecked = set(clock.rights) - checked
        if clock.start == "identity_verified" and unchecked:
            yield Flaw(
                (*path, "start"),
                f"no rule asks who sent a request for {listed(unchecked)}, and only the proof "
                "starts this clock",
                "add a rule of kind identity_check, or let the clock start on receipt",
                clock.rule,
            )
        untriaged = set(clock.rights) - triaged
        if clock.start == "triage" and untriaged:
            yield Flaw(
                (*path, "start"),
                f"no clock says by when a request for {listed(untriaged)} is triaged, and only the "
                "triage starts this clock",
                "add a request_clock with the step triage, or let the clock start on receipt",
                clock.rule,
            )


def _of_notices(policy: Policy) -> Iterator[Flaw]:
    if not policy.of(FanOut):
        for path, clock in numbered(policy, NoticeClock):
            yield Flaw(
                path,
                "no recipient is ever told, so nothing starts this clock",
                "add a rule of kind fan_out that says who is told",
                clock.rule,
            )
    for path, rule in numbered(policy, CancellationFanOut):
        if rule.starts == "erasure" and not policy.of(ErasureAfterCancellation):
            yield Flaw(
                (*path, "starts"),
                "recipients are told when a cancellation erases our own data, and none does",
                "add a rule of kind erasure_after_cancellation, or let it start with the approval",
                rule.rule,
            )


def _of_retention(policy: Policy) -> Iterator[Flaw]:
    ends = any(rule.lasts == "until_ended" for rule in policy.of(Combination))
    for path, limit in numbered(policy, RetentionLimit):
        if limit.start == "combination_ended" and not ends:
            yield Flaw(
                (*path, "start"),
                "no combination of data ends under this policy, so nothing starts this period",
                "add a rule of kind combination that lasts until_ended, or take this one out",
                limit.rule,
            )
    if not policy.of(AgeOfMinority):
        for path, clock in numbered(policy, MinorCleanUp):
            yield Flaw(
                path,
                "no age makes anybody a minor, so nothing starts this clock",
                "add a rule of kind age_of_minority",
                clock.rule,
            )
