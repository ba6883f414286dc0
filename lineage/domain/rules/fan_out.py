"""Judges of what happens while a deletion is asked for, and after it was accepted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from lineage.domain.facts import Moment
from lineage.domain.findings import Finding, FindingKind, broken, gap
from lineage.domain.history.account import stages_of
from lineage.domain.history.requested import Timeline
from lineage.domain.judging import Case
from lineage.domain.planning.causes import ACCEPTING, ERASING_RIGHT
from lineage.domain.planning.dossier import recorded_order, takes_out
from lineage.events import (
    AccountCancelled,
    ConsentGranted,
    DataShared,
    FactConfirmed,
    RequestReceived,
    RequestWithdrawn,
)
from lineage.policy.kinds.fan_out import (
    CancellationFanOut,
    Exemption,
    LateShare,
    LegalCompulsion,
    OpenOrder,
)

Phase = Literal["pending", "accepted"]


def late_share(case: Case) -> Iterable[Finding]:
    """A share between the receipt of a deletion request and its decision is a gap; one after the
    accepting decision breaks the rule.

    Of the share counts what is personal at the recipient and was asked for, less what an open order
    needs of it. What the law compelled, and what nobody can tell whose it is, is not meant.
    """
    rules = {rule.when: rule for rule in case.policy.of(LateShare)}
    data = case.data
    if not rules or not isinstance(data, DataShared) or _is_exempt(case, data):
        return
    phases = list(_phases(case))
    if not phases:
        return
    open_for = _needed_by_open_order(case, data)
    shared = case.personal.personal_at(data.categories, data.recipient, case.event.moment)
    after: set[str] = set()
    between: set[str] = set()
    for phase, asked in phases:
        meant = (shared if asked is None else shared & asked) - open_for
        (after if phase == "accepted" else between).update(meant)
    if after and "accepted" in rules:
        yield broken(rules["accepted"], case.event, after)
    if between - after and "pending" in rules:
        yield gap(rules["pending"], case.event, between - after)


def _is_exempt(case: Case, data: DataShared) -> bool:
    if data.deidentified and not data.reidentifiable:
        return True
    return any(
        data.recipient_kind in rule.to and data.legal_basis in rule.bases
        for rule in case.policy.of(LegalCompulsion)
    )


def _needed_by_open_order(case: Case, data: DataShared) -> frozenset[str]:
    """What the order that the share serves needs, as long as it is open."""
    if data.order_id is None:
        return frozenset()
    order = case.history.orders.get(data.order_id)
    if order is None or not order.is_open(case.event.moment):
        return frozenset()
    return frozenset(c for rule in case.policy.of(OpenOrder) for c in rule.categories)


def _phases(case: Case) -> Iterator[tuple[Phase, frozenset[str] | None]]:
    """Where each request for deletion stood at the event, and what it asks for (None: all).

    A cancellation without an approval on record counts where no such request stands: of one that
    was asked for, its own decision is the one that accepts.
    """
    at, history = case.event.moment, case.history
    if not history.requests and not history.only(AccountCancelled):
        return  # looks at no more than it must, so that the verdict can be kept
    asked_for = False
    for timeline in history.requests.values():
        if timeline.asked_for == ERASING_RIGHT and (phase := _phase(timeline, at)) is not None:
            data = None if timeline.receipt is None else timeline.receipt.data
            asked = data.categories if isinstance(data, RequestReceived) else None
            asked_for = True
            yield phase, None if asked is None else frozenset(asked)
    for rule in case.policy.of(CancellationFanOut):
        if rule.starts == "erasure":
            continue
        stages = stages_of(history)
        done = stages.approved or (None if asked_for else stages.cancelled)
        if done is not None and done.moment < at:
            yield "accepted", None
        elif (
            rule.starts == "as_request"
            and stages.requested is not None
            and stages.requested.moment < at
        ):
            yield "pending", None


def _phase(timeline: Timeline, at: Moment) -> Phase | None:
    decision, receipt = timeline.decision, timeline.receipt
    if _withdrawn(timeline):
        return None
    if decision is not None and timeline.outcome not in ACCEPTING:
        return None
    if decision is not None and decision.moment < at:
        return "accepted"
    return "pending" if receipt is not None and receipt.moment < at else None


def _withdrawn(timeline: Timeline) -> bool:
    """Whether the person withdrew before anything was decided."""
    decision, withdrawn = timeline.decision, timeline.first(RequestWithdrawn)
    return withdrawn is not None and (decision is None or withdrawn.moment < decision.moment)


def unconfirmed_removal(case: Case) -> Iterable[Finding]:
    """A fact that could take a recipient out of the plan of an accepted deletion, recorded after
    the decision, waits for an officer: until then it is a finding, and the recipient stays.
    """
    data, event = case.data, case.event
    if not takes_out(data) or (isinstance(data, ConsentGranted) and not _grants_count(case)):
        return
    decisions = [
        timeline.decision
        for timeline in case.history.requests.values()
        if timeline.outcome in ACCEPTING
        and timeline.asked_for == ERASING_RIGHT
        and not _withdrawn(timeline)
    ]
    if not any(d is not None and recorded_order(d) < recorded_order(event) for d in decisions):
        return
    confirmed = [c for _, c in case.history.every(FactConfirmed)]
    confirmed += [c for _, c in case.history.every_wide(FactConfirmed)]
    if any((c.confirmed_source, c.confirmed_id) == (event.source, event.id) for c in confirmed):
        return
    yield Finding(
        FindingKind.PROCESS,
        None,
        event,
        tuple(sorted(getattr(data, "categories", None) or ())),
        "Reported after a deletion was accepted, so it counts only once an officer confirms it.",
        "removal_unconfirmed",
    )


def _grants_count(case: Case) -> bool:
    """Whether a grant to a recipient leaves it out of a plan at all."""
    return any(rule.reason == "independent_authorisation" for rule in case.policy.of(Exemption))
