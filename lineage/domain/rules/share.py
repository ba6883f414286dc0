"""One share as its judges see it, whatever type of event says it. No rule is applied here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.consents import Use
from lineage.domain.history.minors import Minority
from lineage.domain.judging import Case
from lineage.events import (
    CrossBorderTransfer,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    PublicDisclosed,
)
from lineage.policy.kinds.recipients import Sensitive

OWN_PURPOSES: Final = frozenset({"own_ads", "own_marketing"})
"""The contract's words for purposes of the recipient's own"""

PURPOSES_READ: Final = OWN_PURPOSES | {"delivery", "payment", "protect_minor"}
"""All words for purposes that the contract gives a meaning; any other is the controller's own"""

PUBLIC: Final = "public_disclosure"
_BASIS: Final = {"express_consent": "consent", "legal_demand": "legal_demand"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Data that goes to somebody; ``personal`` is what of it is personal data there.

    None is what is not stated. ``consent_stated``: the event says itself that there was consent.
    """

    event: Recorded
    recipient: str
    recipient_kind: str
    personal: frozenset[str]
    functions: frozenset[str] = frozenset()
    purpose: str | None = None
    legal_basis: str | None = None
    consent_id: str | None = None
    consent_stated: bool = False
    exception: str | None = None
    region: str | None = None
    chosen: bool | None = None
    order_id: str | None = None
    institution: str | None = None
    complaint_id: str | None = None
    about_complaint: bool = False
    complainant_qualified: bool = False
    respondent_request: bool = False
    for_payment: bool = False

    @property
    def at(self) -> Moment:
        """When."""
        return self.event.moment

    @property
    def own_purpose(self) -> bool:
        """Whether it serves advertising or marketing of the recipient's own."""
        return self.purpose in OWN_PURPOSES

    @property
    def relies_on_consent(self) -> bool:
        """Whether the event itself rests on consent."""
        return self.consent_id is not None or self.legal_basis == "consent"

    @property
    def use(self) -> Use:
        """What a consent may be limited to."""
        return Use(
            recipient=self.recipient,
            recipient_kind=self.recipient_kind,
            purpose=self.purpose,
            region=self.region,
        )


def share_of(case: Case) -> Share | None:
    """The share that an event is; None where it is no share by the controller."""
    data = case.data
    if isinstance(data, DataShared):
        return _shared(case, data)
    if isinstance(data, DataSold):
        return Share(
            event=case.event,
            recipient=data.recipient,
            recipient_kind=kind_of(case, data.recipient),
            personal=_personal(case, data.recipient, data.categories),
            purpose=data.buyer_purpose,
        )
    if isinstance(data, PublicDisclosed) and data.initiator == "controller":
        return _published(case, data)
    return None


def _shared(case: Case, data: DataShared) -> Share:
    hidden = data.deidentified and not data.reidentifiable
    return Share(
        event=case.event,
        recipient=data.recipient,
        recipient_kind=data.recipient_kind,
        personal=frozenset() if hidden else _personal(case, data.recipient, data.categories),
        functions=frozenset(data.functions or ()),
        purpose=data.purpose,
        legal_basis=data.legal_basis,
        consent_id=data.consent_id,
        exception=data.exception,
        region=data.region,
        chosen=data.chosen_by_user,
        order_id=data.order_id,
        institution=data.institution,
        complaint_id=data.complaint_id,
        about_complaint=data.complaint_id is not None
        or data.complainant_qualified
        or data.respondent_request,
        complainant_qualified=data.complainant_qualified,
        respondent_request=data.respondent_request,
        for_payment=data.for_payment,
    )


def _published(case: Case, data: PublicDisclosed) -> Share:
    return Share(
        event=case.event,
        recipient=PUBLIC,
        recipient_kind=PUBLIC,
        personal=_personal(case, PUBLIC, data.categories),
        legal_basis=None if data.basis is None else _BASIS.get(data.basis, "none"),
        consent_id=data.consent_id,
        consent_stated=data.basis == "express_consent",
        chosen=data.basis == "user_choice",
    )


def _personal(case: Case, recipient: str, categories: tuple[str, ...]) -> frozenset[str]:
    """What of a share is personal where it goes: beside the rest of it, or beside what came before.

    Another share at the very moment is neither.
    """
    personal = case.personal
    if any(personal.always(category) for category in categories):
        return frozenset(categories) - case.policy.never_personal
    time, rank = case.event.moment
    return personal.personal_at(categories, recipient, (time, rank - 1))


def kind_of(case: Case, recipient: str) -> str:
    """The kind of a recipient that an event names without one: that of its last share so far.

    Of one that no share names a kind for, section 4.0 of the contract.
    """
    arrivals = [a for a in case.history.came.arrivals(recipient) if a.at <= case.event.moment]
    named = [getattr(arrival.event.data, "recipient_kind", None) for arrival in arrivals]
    last = next((kind for kind in reversed(named) if kind is not None), None)
    if isinstance(last, str):
        return last
    for arrival in reversed(arrivals):
        data = arrival.event.data
        if isinstance(data, DataTransferred):
            return "ma_transferee"
        if isinstance(data, DataStored | CrossBorderTransfer) and data.host == recipient:
            return "service_provider"
        if isinstance(data, PublicDisclosed):
            return PUBLIC
    return "other_third_party"


def sensitive_of(case: Case, categories: frozenset[str]) -> frozenset[str]:
    """Those of the categories that the policy calls sensitive; of a young child perhaps all."""
    named: set[str] = set()
    for rule in case.policy.of(Sensitive):
        named.update(rule.categories)
        if rule.children_under is not None:
            minority = Minority(case.policy, case.history)
            if minority.under(rule.children_under, case.event.moment):
                return categories
    return categories & named
