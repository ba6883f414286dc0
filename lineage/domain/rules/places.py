"""Judges where data is stored and on what it crosses a border. Pure.

The place that a share names is not judged: storing and moving data are events of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lineage.domain.findings import Finding, broken
from lineage.domain.judging import Case
from lineage.domain.rules.leaving import Move, allowed, move_of, surplus
from lineage.events import AgreementSigned, CrossBorderTransfer, DataStored
from lineage.policy.kinds.places import KeptIn, MayLeave, StoredIn, TransferSafeguards
from lineage.policy.regions import lies_in


def judge_place(case: Case) -> Iterable[Finding]:
    """Data is stored somewhere, or moves across a border.

    Reads what of it is personal, where it comes from, where the person lives, consents, orders and
    reviews of places. Says ``broken`` of the rule on the region that it left without a basis (kind
    ``kept_in``), of the one on what a purchase needs (``purchase_data``), of the one on where
    everything is stored (``stored_in``) and of the one on safeguards (``transfer_safeguards``).
    """
    move = move_of(case)
    if move is None or not move.personal:
        return
    left = [rule for rule in case.policy.of(KeptIn) if move.leaves(rule)]
    for rule in left:
        yield from _without_basis(case, move, rule)
    if isinstance(case.data, DataStored) or (move.host is not None and not left):
        for stored in case.policy.of(StoredIn):
            if not any(lies_in(move.to, region) for region in stored.regions):
                yield broken(stored, case.event, move.personal)
    yield from _unprotected(case, move)


def _without_basis(case: Case, move: Move, rule: KeptIn) -> Iterator[Finding]:
    left = move.personal
    for row in case.policy.of(MayLeave):
        if row.region == rule.region:
            left -= allowed(case, move, row, left)
    for bought, categories in surplus(case, move, rule, left):
        yield broken(bought, case.event, categories)
        left -= categories
    if left:
        yield broken(rule, case.event, left)


def _unprotected(case: Case, move: Move) -> Iterator[Finding]:
    if move.origin is None or lies_in(move.to, move.origin) or lies_in(move.origin, move.to):
        return
    for rule in case.policy.of(TransferSafeguards):
        if rule.region is not None and (
            not lies_in(move.origin, rule.region) or lies_in(move.to, rule.region)
        ):
            continue
        moves = isinstance(case.data, CrossBorderTransfer)
        if (rule.lawful and moves and move.basis == "none") or _lacks(case, move, rule):
            yield broken(rule, case.event, move.personal)


def _lacks(case: Case, move: Move, rule: TransferSafeguards) -> bool:
    """Whether a safeguard is lacking that the rule asks for."""
    stated = move.safeguards
    if stated is None:
        if rule.silence == "unknown" or not isinstance(case.data, CrossBorderTransfer):
            return False
        stated = ()
    needed = set(rule.safeguards)
    if "dpa" in needed and rule.needs == "all" and not move.parties:
        needed.remove("dpa")
    has = needed.intersection(stated)
    if "dpa" in needed and _agreed(case, move):
        has.add("dpa")
    return has != needed if rule.needs == "all" else not has


def _agreed(case: Case, move: Move) -> bool:
    """Whether a data protection agreement with who gets the data is on record from before."""
    return any(
        data.agreement_kind == "data_protection"
        and data.recipient in move.parties
        and event.moment < move.at
        for event, data in case.history.every_wide(AgreementSigned)
    )
