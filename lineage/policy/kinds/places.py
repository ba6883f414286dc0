"""Where data may be, and on what it may leave a place. Who may have it there: ``recipients``."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import ConsentForm, Safeguard
from lineage.events.types import Distinct, Region
from lineage.policy.calendar import DayUnit
from lineage.policy.rule import CategoryRule, Closed, Days, Rule


class StoredIn(Rule):
    """All personal data is stored in these regions.

    Broken by storing it elsewhere; and by a transfer to somebody who stores it elsewhere, where no
    rule of kind ``kept_in`` speaks of that transfer.
    """

    kind: Literal["stored_in"]
    regions: Annotated[Distinct[Region], Field(min_length=1)] = Field(
        description="Where it may be stored."
    )


class KeptIn(Rule):
    """Personal data leaves this region only on one of the bases of kind ``may_leave``.

    Broken by data that is transferred from there to elsewhere, or was collected there and is
    stored elsewhere, for which none of these bases is stated and on record.
    """

    kind: Literal["kept_in"]
    region: Region = Field(description="What it does not leave.")
    of: Literal["collected", "people"] = Field(
        description="What was collected there, or only what is about people who live there; of "
        "whom no region is known lives where the data comes from."
    )


class ReviewPeriod(Closed):
    """How long a review counts; the end of its last day is the last moment."""

    unit: DayUnit
    limit: Days


class MayLeave(Rule):
    """One basis on which personal data may leave a region that it is kept in.

    ``law`` and ``standard_terms`` hold where the event says so. ``consent`` must be on record for
    that place, or be named by the event and nowhere on record. ``purchase`` needs an order across
    the border that the person started; it holds for what the rule of kind ``purchase_data`` names.
    ``adequacy`` needs a review that found the place adequate, and none since that did not.
    """

    kind: Literal["may_leave"]
    region: Region = Field(description="The region of the rule of kind kept_in.")
    ground: Literal["law", "consent", "purchase", "standard_terms", "adequacy"] = Field(
        description="The basis on which it may."
    )
    forms: Distinct[ConsentForm] | None = Field(
        None, description="Forms of consent that do, where its form is known; any where absent."
    )
    hosted: bool = Field(default=False, description="Only where somebody stores it there for us.")
    review: ReviewPeriod | None = Field(
        None, description="How long a review counts; for ever where absent."
    )


class PurchaseData(CategoryRule):
    """What a purchase across the border needs. What else leaves on that basis breaks this rule."""

    kind: Literal["purchase_data"]


class TransferSafeguards(Rule):
    """Personal data that crosses a border is protected.

    Broken by safeguards that are stated and lack one that is needed, by a basis that is stated to
    be none, and, where silence is ``lacking``, by a transfer that states no safeguards. A data
    protection agreement is needed only with somebody, and may be on record from before.
    """

    kind: Literal["transfer_safeguards"]
    safeguards: Annotated[Distinct[Safeguard], Field(min_length=1)] = Field(
        description="What protects the data."
    )
    needs: Literal["any", "all"] = Field(description="One of the safeguards, or all of them.")
    silence: Literal["lacking", "unknown"] = Field(
        description="What it means that a transfer states no safeguards."
    )
    lawful: bool = Field(default=False, description="A transfer stated to have no basis breaks it.")
    region: Region | None = Field(
        None, description="Only data that leaves this region; any border where absent."
    )


PlaceRule = KeptIn | MayLeave | PurchaseData | StoredIn | TransferSafeguards
