"""Judges data that passes to another company in a merger and the like. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lineage.domain.findings import Finding, broken, gap
from lineage.domain.history.consents import Use
from lineage.domain.judging import Case
from lineage.events import DataTransferred
from lineage.policy.kinds.mergers import MayTransfer, TransferClosed

_TRANSFEREE: Final = "ma_transferee"
_ANY: Final = ""
"""No category: only a consent that is limited to none covers it"""


def judge_merger(case: Case) -> Iterable[Finding]:
    """Data passes to another company.

    Reads the occasion, whether the transferee binds itself, and consents. Says ``broken`` of the
    rule that closes transfers (kind ``transfer_closed``) where no row (``may_transfer``) permits
    this one; ``gap`` where one does of which the text does not speak.
    """
    data = case.data
    if not isinstance(data, DataTransferred):
        return
    named = data.categories
    personal = frozenset() if named is None else _personal(case, named)
    if named is not None and not personal:
        return
    for row in case.policy.of(MayTransfer):
        if _permits(case, data, row, personal):
            if row.gap:
                yield gap(row, case.event, personal)
            return
    for rule in case.policy.of(TransferClosed):
        yield broken(rule, case.event, personal)
        return


def _permits(case: Case, data: DataTransferred, row: MayTransfer, personal: frozenset[str]) -> bool:
    if row.deals is not None and data.deal not in row.deals:
        return False
    match row.on:
        case "bound":
            return data.bound_by_policy
        case "agreed_otherwise":
            return data.user_agreed_otherwise
        case "consent":
            return _consented(case, data, row, personal)
        case None:
            return True


def _consented(
    case: Case, data: DataTransferred, row: MayTransfer, personal: frozenset[str]
) -> bool:
    """Whether the person consented to all that passes.

    A consent that names neither the transferee nor its kind counts only where the transfer rests
    on it. Of a transfer of everything, a consent to some categories is none but by name.
    """
    consents, at = case.history.consents, case.event.moment
    if consents.stated(data.consent_id, at):
        return True
    use = Use(recipient=data.recipient, recipient_kind=_TRANSFEREE)
    named = [grant for _, grant in consents.named(data.consent_id)]
    relies = data.consent_id is not None or data.deal == "consent"

    def reached(category: str) -> bool:
        return any(
            (relies or grant.recipient is not None or grant.recipient_kind is not None)
            and (not named or grant.consent_id == data.consent_id)
            and (row.forms is None or grant.form is None or grant.form in row.forms)
            for grant in consents.grants(category, at, use)
        )

    if data.categories is not None:
        return all(map(reached, personal))
    return any(reached(c) for grant in named for c in grant.categories or ()) or reached(_ANY)


def _personal(case: Case, categories: Iterable[str]) -> frozenset[str]:
    """What is personal at the controller, or beside what is personal by itself."""
    named = frozenset(categories) - case.policy.never_personal
    if any(map(case.personal.always, named)):
        return named
    return frozenset(c for c in named if case.personal.at_controller(c, case.event.moment))
