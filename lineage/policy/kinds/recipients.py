"""Who may receive what, and what a share then breaks. What a recipient does later: ``bounds``."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import (
    ConsentException,
    ConsentForm,
    Function,
    Institution,
    LegalBasis,
    RecipientKind,
    SaleMode,
)
from lineage.events.types import Category, Distinct, Purpose
from lineage.policy.rule import Rule

Kinds = Annotated[Distinct[RecipientKind], Field(min_length=1)]


class MayReceive(Rule):
    """Recipients of these kinds may receive these categories, where the conditions hold.

    A condition that the event does not state contradicts nothing, unless ``on_record`` asks for
    one that is stated. The rows are read in the order of the file. What no row permits, no consent
    covers and no exception excuses breaks the row that ``limits`` this kind of recipient, or else
    the rule of kind ``share_closed``.
    """

    kind: Literal["may_receive"]
    recipients: Kinds = Field(description="Kinds of recipients.")
    categories: Distinct[Category] | None = Field(
        None, description="What they may receive; everything where absent."
    )
    sensitive: bool = Field(
        default=True, description="False: not what the rules of kind 'sensitive' name."
    )
    functions: Distinct[Function] | None = Field(
        None, description="Only recipients stated to do one of these for the controller."
    )
    not_functions: Distinct[Function] = Field(
        (), description="Not recipients stated to do one of these."
    )
    processor: bool = Field(
        default=False,
        description="Only recipients on record as doing something for the controller.",
    )
    own_purposes: bool = Field(
        default=False, description="Even for advertising or marketing of their own."
    )
    purposes: Distinct[Purpose] = Field(
        (),
        description="For one of these purposes; a word that the contract gives no meaning "
        "contradicts nothing.",
    )
    legal_bases: Distinct[LegalBasis] = Field((), description="On one of these legal bases.")
    chosen: bool = Field(default=False, description="The person chose the recipient.")
    institution: Institution | None = Field(
        None, description="The recipient is an institution of this kind."
    )
    asked: Literal["performance_or_dispute", "complaint"] | None = Field(
        None,
        description="The recipient asked: as a party that has performed or cannot go on without, "
        "or as the respondent of a qualified complaint.",
    )
    not_reidentified: bool = Field(
        default=False, description="Only what the recipient has not re-identified."
    )
    on_record: bool = Field(
        default=False, description="At least one condition must be stated, not only not denied."
    )
    limits: bool = Field(
        default=False, description="What these recipients get beyond every row breaks this rule."
    )
    gap: bool = Field(
        default=False, description="The text does not speak of it: permitted, reported as a gap."
    )


class ShareClosed(Rule):
    """What no row permits breaks this rule; of several such rules the first that fits."""

    kind: Literal["share_closed"]
    recipients: Distinct[RecipientKind] | None = Field(
        None, description="Kinds of recipients; all where absent."
    )
    functions: Distinct[Function] | None = Field(
        None, description="Only recipients stated to do one of these."
    )


class ShareByConsent(Rule):
    """What the person consented to may be shared, whoever receives it.

    A recorded consent counts by its scope. One that the event names and nobody recorded is taken
    as the emitter's statement.
    """

    kind: Literal["share_by_consent"]
    recipients: Distinct[RecipientKind] | None = Field(
        None, description="Kinds of recipients; all where absent."
    )
    forms: Distinct[ConsentForm] | None = Field(
        None, description="Forms of consent that do, where its form is known; any where absent."
    )
    gap: bool = Field(
        default=False, description="The text knows no such basis: permitted, reported as a gap."
    )


class ShareException(Rule):
    """Reasons, named by the event, for which data may be shared without consent."""

    kind: Literal["share_exception"]
    exceptions: Annotated[Distinct[ConsentException], Field(min_length=1)] = Field(
        description="The reasons that count."
    )


class SharingNotice(Rule):
    """A share that no row permits needs a notice before it, no opt-out since, and perhaps consent.

    The rule that asks for the notice permits what was noticed; the rule that asks for consent is
    broken by what was noticed and not consented to.
    """

    kind: Literal["sharing_notice"]
    asks: Literal["notice", "consent"] = Field(description="What it asks for before the share.")


class ShareAfterWithdrawal(Rule):
    """Sharing on a consent that the person has withdrawn breaks this rule.

    It speaks where the share itself relies on that consent, or rests on no other rule of the text.
    """

    kind: Literal["share_after_withdrawal"]


class ShareAfterOptOut(Rule):
    """A share with such a recipient after the person opted out breaks this rule.

    Of marketing by ``marketing_opt_out``, which an opt-in lifts; of sharing by ``sharing_opt_out``,
    for the recipient and the categories that it names. Consent given since lifts either. Other
    shares with these recipients stay what the other rules make of them: with ``paid`` it is an
    opt-out of sale.
    """

    kind: Literal["share_after_opt_out"]
    recipients: Kinds = Field(description="Kinds of recipients.")
    of: Literal["marketing", "sharing"] = Field("marketing", description="What was opted out of.")
    paid: bool = Field(
        default=False, description="Only what is sold, or shared with somebody who pays for it."
    )


class NeverSold(Rule):
    """Personal data is not given for money: sales of these modes, and shares that are paid for.

    A sale that breaks this rule is not judged as a share besides; any other sale is a share.
    """

    kind: Literal["never_sold"]
    modes: Annotated[Distinct[SaleMode], Field(min_length=1)] = Field(
        description="How it is not given away."
    )
    not_recipients: Distinct[RecipientKind] = Field(
        (), description="Kinds whose payment is no sale of data."
    )


class Sensitive(Rule):
    """Which personal data is sensitive: these categories, and all data of young children."""

    kind: Literal["sensitive"]
    categories: Distinct[Category] = Field(
        (), description="Categories that are sensitive by themselves."
    )
    children_under: int | None = Field(
        None, ge=1, le=21, strict=True, description="All data of a child under this age."
    )


RecipientRule = (
    MayReceive
    | NeverSold
    | Sensitive
    | ShareAfterOptOut
    | ShareAfterWithdrawal
    | ShareByConsent
    | ShareClosed
    | ShareException
    | SharingNotice
)
