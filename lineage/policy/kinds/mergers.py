"""On what data passes to another company in a merger and the like."""

from typing import Literal

from pydantic import Field

from lineage.events.enums import ConsentForm, Deal
from lineage.events.types import Distinct
from lineage.policy.rule import Rule


class MayTransfer(Rule):
    """Data may pass to another company on such an occasion, under this condition.

    The rows are read in the order of the file, and the first that fits permits the transfer.
    """

    kind: Literal["may_transfer"]
    deals: Distinct[Deal] | None = Field(None, description="Occasions; all where absent.")
    on: Literal["bound", "consent", "agreed_otherwise"] | None = Field(
        None,
        description="The transferee binds itself to this policy, the person consents (anew), or "
        "agrees to other terms; absent: no condition.",
    )
    forms: Distinct[ConsentForm] | None = Field(
        None, description="Forms of consent that do, where its form is known; any where absent."
    )
    gap: bool = Field(
        default=False, description="The text does not speak of it: permitted, reported as a gap."
    )


class TransferClosed(Rule):
    """A transfer that no row permits breaks this rule."""

    kind: Literal["transfer_closed"]


MergerRule = MayTransfer | TransferClosed
