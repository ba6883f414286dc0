"""When data that is not personal by itself becomes personal. Which data that is: ``personal``."""

from typing import Literal

from pydantic import Field

from lineage.policy.rule import Rule


class Combination(Rule):
    """What makes personal the categories under ``personal.only_in_combination``.

    Without such a rule they become personal at a recipient only, by the last two ways.
    """

    kind: Literal["combination"]
    lasts: Literal["until_ended", "for_ever"] = Field(
        description="A combination that identifies lasts until an event ends it, or never ends."
    )
    together: bool = Field(
        default=False, description="All words of a row become personal as soon as one does."
    )
