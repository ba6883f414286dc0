"""What a change of the policy itself demands, and what the policy says of itself."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineage.events.enums import ChangeKind, NoticeForm
from lineage.events.types import Distinct
from lineage.policy.rule import Rule


class ChangeConsent(Rule):
    """A new version does not cut the rights of users without their express consent.

    Broken by a version that cuts rights, to which no consent was collected.
    """

    kind: Literal["change_consent"]
    only_flagged: bool = Field(
        default=False, description="The text does not promise it: said, not a finding of a rule."
    )


class ChangeNotice(Rule):
    """A change that matters is told in a form that people notice.

    Broken by a version told in another form, where the controller calls the change major, or it
    is of one of these kinds, or an assessment since the last version found a high risk.
    """

    kind: Literal["change_notice"]
    notice_forms: Annotated[Distinct[NoticeForm], Field(min_length=1)] = Field(
        description="Forms that people notice."
    )
    change_kinds: Distinct[ChangeKind] = Field((), description="Kinds of changes that matter.")
    high_risk: ChangeKind | None = Field(
        None, description="The kind of a change that an assessment found to be of high risk."
    )


class ChangeArchive(Rule):
    """The former version is kept where people can read it. Broken by a version that says of none
    where it is kept.
    """

    kind: Literal["change_archive"]


class PolicyFact(Rule):
    """What the policy says of itself; absent is what it does not speak of. Read by the question
    about the facts of a policy.
    """

    kind: Literal["policy_fact"]
    use_binds: bool | None = Field(
        None, description="Who goes on using the service is bound by a changed policy."
    )
    affiliate_consent_by: Literal["controller", "recipient"] | None = Field(
        None, description="Who asks for consent when an affiliate changes its purpose."
    )
    important_messages_optional: bool | None = Field(
        None, description="Users may opt out of important messages."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set & {
            "use_binds",
            "affiliate_consent_by",
            "important_messages_optional",
        }:
            raise ValueError("at least one fact")
        return self


ChangeRule = ChangeArchive | ChangeConsent | ChangeNotice | PolicyFact
