"""Judges what is done with the data of minors. By when it must go: ``questions.minors``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lineage.domain.findings import Finding, broken, gap
from lineage.domain.history.minors import Minority, consented_to
from lineage.domain.judging import Case
from lineage.domain.questions.minors import clean_up_starts
from lineage.domain.rules.share import share_of
from lineage.events import (
    DataProcessed,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    EventData,
    PublicDisclosed,
    UserRegistered,
)
from lineage.policy.kinds.minors import GuardianForAccount, MinorCleanUp, MinorsData

_ACTS: Final[dict[type[EventData], str]] = {
    DataProcessed: "use",
    DataShared: "share",
    DataSold: "share",
    DataStored: "store",
    DataTransferred: "transfer",
    PublicDisclosed: "disclose",
}
ACTS = tuple(_ACTS)
_BY_LAW: Final = frozenset({"law", "legal_demand"})


def judge_account(case: Case) -> Iterable[Finding]:
    """A minor's registration: reads its age and the guardian's consent, at it or granted before.

    Says ``broken`` where the registration itself says that there is none.
    """
    data, at = case.data, case.event.moment
    assert isinstance(data, UserRegistered)
    if data.guardian_consent != "none" or not case.policy.of(GuardianForAccount):
        return
    if Minority(case.policy, case.history).minor(at) and not consented_to(
        case.history, "collect", at
    ):
        for rule in case.policy.of(GuardianForAccount):
            yield broken(rule, case.event)


def judge_use(case: Case) -> Iterable[Finding]:
    """What is done with personal data of a minor: reads age, consents of guardians, and what the
    event says of law and purpose. Says ``broken``, or ``gap`` where the text is silent.
    """
    act = _ACTS[type(case.data)]
    rules = [rule for rule in case.policy.of(MinorsData) if act in rule.acts]
    if not rules or not Minority(case.policy, case.history).minor(case.event.moment):
        return
    personal = _personal(case)
    if personal is None:
        return
    for rule in rules:
        grounds = {ground: _holds(case, rule, ground, act) for ground in rule.grounds}
        permitted = all(grounds.values()) if rule.needs == "all" else any(grounds.values())
        if not permitted:
            yield (gap if rule.gap else broken)(rule, case.event, personal)


def judge_clean_up(case: Case) -> Iterable[Finding]:
    """What starts a clean-up that only a default asks for: ``gap``."""
    rules = [rule for rule in case.policy.of(MinorCleanUp) if rule.gap]
    if rules and Minority(case.policy, case.history).minor(case.event.moment):
        for rule in rules:
            starts = clean_up_starts(case.policy, case.history, rule)
            if any(start.event == case.event for start in starts):
                yield gap(rule, case.event)


def _personal(case: Case) -> frozenset[str] | None:
    """The categories of the event that are personal data; None where it is about none.

    None of them is named by a transfer of everything; what the person publishes is its own doing.
    """
    share = share_of(case)
    if share is not None:
        return share.personal or None
    data, at = case.data, case.event.moment
    if isinstance(data, DataTransferred) and data.categories is None:
        return frozenset()
    if isinstance(data, DataProcessed | DataStored | DataTransferred):
        named = data.categories or ()
        return frozenset(c for c in named if case.personal.at_controller(c, at)) or None
    return None


def _holds(case: Case, rule: MinorsData, ground: str, act: str) -> bool:
    data = case.data
    if ground == "law":
        basis = getattr(data, "legal_basis", None)
        return bool(getattr(data, "law_permits", False)) or basis in _BY_LAW
    if ground == "protection":
        return getattr(data, "purpose", None) in rule.protecting
    stated = getattr(data, "guardian_consent_scope", None)
    if stated is not None:
        return act in stated
    return consented_to(case.history, act, case.event.moment)
