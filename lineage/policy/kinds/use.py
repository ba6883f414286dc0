"""What the controller itself may do with data, messages and trackers. Recipients: ``bounds``."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import MessageClass, Technology, TrackingParty
from lineage.events.types import Category, Distinct, Purpose
from lineage.policy.rule import Rule

Technologies = Annotated[Distinct[Technology], Field(min_length=1)]


class PurposeLimit(Rule):
    """Data is used for the purposes it was collected for; another purpose needs prior consent.

    Broken by a use for a purpose for which none of the data on record was collected, and by a
    change of the controller's own purpose. Data collected for no stated purpose bounds nothing.
    """

    kind: Literal["purpose_limit"]
    categories: Distinct[Category] | None = Field(
        None, description="Only these categories; all personal data where absent."
    )
    not_other: Distinct[Purpose] = Field((), description="Purposes that are always allowed.")


class UseAfterWithdrawal(Rule):
    """What rested on a consent that was withdrawn is collected and used no more.

    Broken by what names such a consent, and by what a withdrawn consent spoke of in particular.
    """

    kind: Literal["use_after_withdrawal"]


class DecisionExplained(Rule):
    """An automated decision of significant effect is explained on request, with a remedy.

    Broken by an explanation after such a decision that offers no remedy, and by a request for one
    that is completed without any.
    """

    kind: Literal["decision_explained"]


class MessageOptOut(Rule):
    """Who opted out of messages on a channel gets none of these there. Broken by one that is sent.

    An opt-in since lifts it.
    """

    kind: Literal["message_opt_out"]
    classes: Annotated[Distinct[MessageClass], Field(min_length=1)] = Field(
        description="Which messages stop."
    )


class TrackingStop(Rule):
    """A tracker that the person stopped does not fire. Broken by one that fires."""

    kind: Literal["tracking_stop"]
    by: Literal["do_not_track", "opt_out"] = Field(
        description="The sign in the browser, or the person's opting out."
    )
    technologies: Technologies = Field(description="What stops.")
    parties: Annotated[Distinct[TrackingParty], Field(min_length=1)] = Field(
        ("own", "partner"), description="Whose tracker stops."
    )
    by_mailing_list: bool = Field(
        default=False, description="Opting out of marketing by email stops it as well."
    )


UseRule = DecisionExplained | MessageOptOut | PurposeLimit | TrackingStop | UseAfterWithdrawal
