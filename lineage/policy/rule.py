"""A rule of a policy file: its id, whose it is, what it says. What kinds there are is elsewhere."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lineage.events.types import Category, Distinct
from lineage.policy.calendar import DayUnit, Roll

RULE_PATTERN: Final = r"^([0-9]{3}\.[A-S]\.[1-9][0-9]*|D-[0-9]{2,3})$"
DAYS_MAX: Final = 3660

RuleId = Annotated[str, Field(pattern=RULE_PATTERN)]
DefaultId = Annotated[str, Field(pattern=r"^D-[0-9]{2,3}$")]
Sentence = Annotated[str, Field(min_length=1, max_length=400)]
Section = Annotated[str, Field(min_length=1, max_length=40)]
Days = Annotated[int, Field(ge=0, le=DAYS_MAX, strict=True)]


class Closed(BaseModel):
    """Base of everything in a file: frozen, and an unknown key is an error."""

    # The input stays out of pydantic's own text too: a secret pasted by mistake must not be logged.
    # Many commands read no policy, and building a hundred validators is a tenth of their time.
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


class Rule(Closed):
    """One rule: its id, whose it is, what it says in our words, and where the text says it.

    ``completed_by`` lists the defaults that fill what the policy's own text leaves open, so that an
    answer can say what of it is the policy's word and what is our choice.
    """

    rule: RuleId = Field(
        description="Id of the rule in the policy (prefix, letter, number), or of our default."
    )
    basis: Literal["policy", "default"] = Field(
        description="Whose rule it is: the text's, or ours where the text is silent."
    )
    says: Sentence = Field(description="The rule in one sentence of our own.")
    section: Section | None = Field(
        None, description="Where the text says it, in the text's own numbering."
    )
    completed_by: Distinct[DefaultId] = Field(
        (), description="Defaults that fill what the text of this rule leaves open."
    )

    @model_validator(mode="after")
    def _basis_fits_id(self) -> Self:
        if (self.basis == "default") != self.rule.startswith("D-"):
            raise ValueError("basis 'default' for a rule id D-xx, 'policy' for any other")
        if self.basis == "policy" and self.section is None:
            raise ValueError("a section of the policy's text for a rule with basis 'policy'")
        if self.rule in self.completed_by:
            raise ValueError("completed_by without the rule itself")
        return self

    @property
    def duty(self) -> Literal["policy", "default"]:
        """Who demands it: the text, or only our default."""
        return self.basis


class CategoryRule(Rule):
    """A rule about some categories."""

    categories: Annotated[Distinct[Category], Field(min_length=1)] = Field(
        description="The categories it is about."
    )


class Clock(Rule):
    """A limit of ``limit`` units after its start; ``target`` is the earlier, soft one."""

    unit: DayUnit = Field(description="What is counted.")
    limit: Days = Field(description="The hard limit; the end of that day is the last moment.")
    target: Days | None = Field(None, description="The soft limit, missed without a breach.")
    roll: Roll = Field("none", description="Where a last day goes that is no working day.")

    @model_validator(mode="after")
    def _target_before_limit(self) -> Self:
        if self.target is not None and self.target >= self.limit:
            raise ValueError("a target earlier than the limit")
        return self
