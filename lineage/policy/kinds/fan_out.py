"""Who is told to erase, who is left out, and by when. No plan is made here."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import LegalBasis, RecipientKind
from lineage.events.types import Distinct
from lineage.policy.rule import CategoryRule, Clock, Rule


class FanOut(Rule):
    """Which recipients of personal data are told when a request is accepted.

    A recipient is told under the row that names its kind, else under the one that names none; its
    duty is that of the rule. Whom no row reaches is left out as unreachable.
    """

    kind: Literal["fan_out"]
    hops: Literal["direct", "later"] = Field(
        description="Those who got the data from the controller, or those behind them."
    )
    to: Distinct[RecipientKind] = Field(
        (), description="Kinds of recipients; empty: all that no other row of these hops names."
    )
    but: Distinct[RecipientKind] = Field(
        (), description="Kinds that a row without kinds leaves to others."
    )


class DocumentedHop(Rule):
    """A second hop that the policy itself describes, so that its receiver counts as direct."""

    kind: Literal["documented_hop"]
    from_kind: RecipientKind = Field(description="Kind of the direct recipient.")
    to_kind: RecipientKind = Field(description="Kind of the one behind it.")


class NoticeClock(Clock):
    """By when a notice is sent, and by when its recipient must have erased.

    ``send`` counts from the day of the accepting decision, ``erase`` from the day of sending.
    Without an ``erase`` the policy has no word for it.
    """

    kind: Literal["notice_clock"]
    of: Literal["send", "erase"] = Field(description="Which of the two days it gives.")


class LateShare(Rule):
    """What a share means that happens, or is recorded, when a deletion was asked for already.

    A share between receipt and decision is a gap, one after the accepting decision breaks the rule.
    One that is recorded after the decision gets a notice that counts from the day of recording.
    """

    kind: Literal["late_share"]
    when: Literal["pending", "accepted", "recorded_late"] = Field(
        description="Which of the three this row is about."
    )


class OpenOrder(CategoryRule):
    """What may still be shared for an order that is open, whatever was asked: these categories."""

    kind: Literal["open_order"]


class Exemption(Rule):
    """The rule by which a recipient is left out of the plan for a reason.

    A hold that names the recipient and the person's own grant to it are reasons only where a rule
    says so; the other reasons stand by themselves, and such a rule gives them an id. A grant counts
    if it covers the category and is in force at the decision.
    """

    kind: Literal["exemption"]
    reason: Literal[
        "request_refused",
        "request_undecided",
        "legal_hold",
        "independent_authorisation",
        "already_erased",
        "deidentified_share",
        "deidentified_copy",
        "unreachable",
    ] = Field(description="The reason; of what is de-identified, what was shared so or became so.")


class LegalCompulsion(Rule):
    """Recipients that get no notice of what they got under compulsion of law."""

    kind: Literal["legal_compulsion"]
    to: Annotated[Distinct[RecipientKind], Field(min_length=1)] = Field(
        description="Kinds of recipients."
    )
    bases: Annotated[Distinct[LegalBasis], Field(min_length=1)] = Field(
        description="Legal bases of a share that say that it was compelled."
    )


class CancellationFanOut(Rule):
    """What a cancellation of the account makes recipients erase, without any request for deletion.

    ``as_request``: the cancellation is a request for deletion, and its approval the decision.
    ``approval``: they are told once it is approved. ``erasure``: they are told of the account's
    data on the day on which our own is erased by the rule of kind ``erasure_after_cancellation``.
    An account that was cancelled without an approval on record was approved.
    """

    kind: Literal["cancellation_fan_out"]
    starts: Literal["as_request", "approval", "erasure"] = Field(
        description="What makes them be told."
    )


class CleanUpFanOut(Rule):
    """Recipients are told when a minor's data must be cleaned up, without any request: from the day
    that starts the clean-up.
    """

    kind: Literal["clean_up_fan_out"]


class ThirdPartyRequest(Rule):
    """A request of somebody who is no user (a buyer, a consignee) is honoured under this rule."""

    kind: Literal["third_party_request"]


class AccountCovers(Rule):
    """A deletion asked for by the holder of an account covers what came of others through it."""

    kind: Literal["account_covers"]
