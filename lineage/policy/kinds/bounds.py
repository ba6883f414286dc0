"""What binds whoever receives data: to its purposes, and by evidence. Who may receive it:
``recipients``.
"""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import RecipientKind
from lineage.events.types import Category, Distinct, Purpose
from lineage.policy.rule import Rule


class PurposeBound(Rule):
    """Such a recipient may use the data for no other purpose than what it got it for.

    Broken by a share for a purpose of the recipient's own, by a recipient that changes its
    purpose, and by one that passes data on for a purpose of the next one's own, without consent.
    """

    kind: Literal["purpose_bound"]
    recipients: Annotated[Distinct[RecipientKind], Field(min_length=1)] = Field(
        description="Kinds of recipients."
    )
    on: Annotated[Distinct[Literal["share", "change", "onward"]], Field(min_length=1)] = Field(
        description="Which events are held to it."
    )
    not_other: Distinct[Purpose] = Field(
        (), description="Purposes to change to that are the controller's own."
    )
    consent_to: Literal["controller", "either"] = Field(
        "controller",
        description="Whom the renewed consent is given to: the controller, or the recipient too.",
    )


class EvidenceNeeded(Rule):
    """A share needs this evidence. Missing altogether it is a matter of lint, no finding.

    Broken by evidence to the contrary: no agreement, a failed test, no encryption; and for an
    agreement or accepted guidelines, by one that is on record only after the share.
    """

    kind: Literal["evidence_needed"]
    evidence: Literal[
        "confidentiality", "data_protection", "ad_guidelines", "api_test", "encryption"
    ] = Field(
        description="An agreement of this kind, guidelines accepted, a test passed, or encryption."
    )
    recipients: Distinct[RecipientKind] | None = Field(
        None, description="Kinds of recipients; all where absent."
    )
    not_recipients: Distinct[RecipientKind] = Field(
        (), description="Kinds of recipients that this does not concern."
    )
    categories: Distinct[Category] | None = Field(
        None, description="Only these categories; all personal data where absent."
    )
    personal: bool = Field(
        default=True, description="False: even where nothing of what is shared is personal."
    )


BindingRule = EvidenceNeeded | PurposeBound
