"""Minors: under which age, what needs a guardian's consent, what must be cleaned up."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.types import Distinct, Purpose
from lineage.policy.rule import Clock, Rule

Act = Literal["store", "use", "share", "transfer", "disclose"]


class AgeOfMinority(Rule):
    """A person under this age is a minor.

    Of whom no age is known is none, until it is declared or found; then what happened before is
    looked at again.
    """

    kind: Literal["age_of_minority"]
    under: int = Field(ge=1, le=21, strict=True, description="Age in full years.")


class GuardianForAccount(Rule):
    """A minor's account needs the consent of a guardian.

    Broken by a registration of a minor that says that there is none, unless one was granted before.
    """

    kind: Literal["guardian_for_account"]


class MinorsData(Rule):
    """What may be done with the personal data of a minor: with the guardian's consent, where the
    law permits it, or to protect the minor; ``needs`` says whether one of these does or all must.

    The guardian's consent is the one that the event states, else the one on record for this act.
    """

    kind: Literal["minors_data"]
    acts: Annotated[Distinct[Act], Field(min_length=1)] = Field(
        description="What the rule is about."
    )
    grounds: Annotated[Distinct[Literal["law", "guardian", "protection"]], Field(min_length=1)] = (
        Field(description="What permits it.")
    )
    needs: Literal["any", "all"] = Field(description="One of the grounds, or all of them.")
    protecting: Distinct[Purpose] = Field((), description="Purposes that protect the minor.")
    gap: bool = Field(
        default=False,
        description="The text does not speak of it: reported as a gap, not as broken.",
    )


class MinorCleanUp(Clock):
    """By when data of a minor must go for want of the consent of a guardian.

    Counts from the day on which it is known: of the registration or collection of whom is declared
    a minor, of the finding otherwise.
    """

    kind: Literal["minor_clean_up"]
    verifiable: bool = Field(
        default=False, description="Only a consent that can be verified was one."
    )
    starts: Annotated[Distinct[Literal["unconsented", "withdrawn"]], Field(min_length=1)] = Field(
        description="Data that nobody consented to, or a guardian who no longer consents to "
        "storing it."
    )
    gap: bool = Field(
        default=False,
        description="The text does not speak of it: what starts the clean-up is reported as a gap.",
    )


MinorRule = AgeOfMinority | GuardianForAccount | MinorsData | MinorCleanUp
