"""What a policy states and no machine can check: on record, with the reason. Nothing is judged."""

from typing import Literal

from pydantic import Field

from lineage.policy.rule import Rule, Sentence


class Stated(Rule):
    """A rule of the text that nothing recorded can break or keep; kept so that none is missing."""

    kind: Literal["stated"]
    not_machine_checkable: Sentence = Field(description="Why no recorded event can show it.")
