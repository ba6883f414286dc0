"""Refusals and fees: on which grounds a request may be refused, when it may cost something."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import Ground
from lineage.events.types import Distinct
from lineage.policy.kinds.requests import AskedRight
from lineage.policy.rule import Days, Rule


class RefusalGround(Rule):
    """Grounds on which a request may be refused, in whole or in part.

    ``repetitive`` carries a refusal only where the repetition is on record (kind ``repetition``).
    """

    kind: Literal["refusal_ground"]
    grounds: Distinct[Ground] = Field((), description="Grounds that carry a refusal.")
    not_grounds: Distinct[Ground] = Field(
        (), description="Grounds that the rule says do not count; to use one breaks it."
    )
    rights: Distinct[AskedRight] = Field((), description="Which requests; empty: all.")
    under_hold: bool = Field(
        default=False, description="Only for data that a retention hold on record keeps."
    )
    no_other: bool = Field(
        default=False, description="A refusal of any request on no listed ground breaks this rule."
    )


class Repetition(Rule):
    """When a request counts as repeated: it is at least the ``count``-th like it."""

    kind: Literal["repetition"]
    count: Annotated[int, Field(ge=2, le=1000, strict=True)] = Field(
        description="How many make a repetition."
    )
    within: Days = Field(description="Calendar days from the first of them to this one.")


class RequestFee(Rule):
    """Requests are free; one that is repeated (kind ``repetition``) may cost a fee."""

    kind: Literal["request_fee"]
