"""What a breach of security demands: who is told, by when, how, of what."""

from typing import Literal

from pydantic import Field

from lineage.events.enums import BreachContent, Channel
from lineage.events.types import Distinct
from lineage.policy.rule import Clock


class BreachNotice(Clock):
    """The persons concerned are told of a breach; the clock counts from the day of its detection.

    Read by the question about breaches. Broken by a notice on another channel, and by a notice or
    an announcement that states what it says and leaves out what is demanded.
    """

    kind: Literal["breach_notice"]
    channels: Distinct[Channel] | None = Field(
        None, description="How persons may be told one by one; in any way where absent."
    )
    content: Distinct[BreachContent] = Field((), description="What they must be told.")
    announcement: bool = Field(description="An announcement does for whom cannot be told.")
    regulator: bool = Field(description="The breach is reported to the regulator.")
