"""Requests: which rights a policy gives, by when it answers, how. Refusals are not here."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineage.events.enums import Channel, RequesterRole, Right, Trigger
from lineage.events.types import Category, Distinct, Region
from lineage.policy.calendar import DayUnit, Roll, Unit
from lineage.policy.rule import Closed, Days, Rule

AskedRight = Right | Literal["cancellation"]
Step = Literal["reply", "outcome", "triage"]
Rights = Annotated[Distinct[AskedRight], Field(min_length=1)]


class Reason(Closed):
    """What must be the case for a right to be given: all of ``facts``, as told or on record."""

    facts: Annotated[Distinct[Trigger], Field(min_length=1)]
    serious: bool = Field(default=False, description="Only a serious breach of the agreement.")
    permanent: bool = Field(default=False, description="Only a service that has ended for good.")


class RequestRight(Rule):
    """Who may ask for what.

    The first rule of the file that fits a request is the one it is handled under. A right of the
    text entitles; one with basis ``default`` says how a request is handled that the text does not
    provide for.
    """

    kind: Literal["request_right"]
    rights: Rights = Field(description="What is asked for.")
    when: tuple[Reason, ...] = Field(
        (), description="One of these must be the case; without any, no reason is needed."
    )
    residents_of: Region | None = Field(
        None, description="Only for people who live there, as registered or as they say."
    )
    requesters: Distinct[RequesterRole] = Field((), description="Who may ask; empty: anybody.")
    categories: Distinct[Category] = Field(
        (), description="Only for requests that name none but these; empty: for all data."
    )
    evaluate: bool = Field(
        default=False, description="An officer must look at such a request before it goes on."
    )


class Extension(Closed):
    """How far an outcome may be put off, counted from where its clock starts."""

    unit: DayUnit
    limit: Days


class RequestClock(Rule):
    """By when a step of a request is due.

    Of several clocks for one step of one right the earliest counts. A clock that starts with the
    triage runs from the last moment for the triage until there has been one; one that starts with
    the check of identity does not run before it. Where a text does not speak of pauses or of more
    time, neither moves its clocks: ``pausable`` and ``extension`` are left out.
    """

    kind: Literal["request_clock"]
    rights: Rights = Field(description="Which requests it is about.")
    step: Step = Field("reply", description="What is due.")
    start: Literal["receipt", "identity_verified", "triage"] = Field(
        "receipt", description="What starts the clock."
    )
    unit: Unit = Field(description="What is counted; hours run on the clock.")
    limit: Days = Field(description="The hard limit; the end of that day is the last moment.")
    target: Days | None = Field(None, description="The soft limit, missed without a breach.")
    roll: Roll = Field("none", description="Where a last day goes that is no working day.")
    by_decision: bool = Field(
        default=False, description="The reply is due as a decision; any other word does not do."
    )
    pausable: bool = Field(
        default=False, description="request_paused stops this clock until request_resumed."
    )
    extension: Extension | None = Field(
        None,
        description="request_extended puts this outcome off, at most to so long after the start.",
    )

    @model_validator(mode="after")
    def _fields_fit_the_step(self) -> Self:
        if self.target is not None and self.target >= self.limit:
            raise ValueError("a target earlier than the limit")
        if self.step != "reply" and (self.by_decision or self.target is not None):
            raise ValueError("by_decision and target only for the step reply")
        if self.step != "outcome" and self.extension is not None:
            raise ValueError("an extension only for the step outcome")
        if self.step == "triage" and self.start == "triage":
            raise ValueError("a triage that starts with the receipt or the check of identity")
        if self.unit == "hour" and (self.roll != "none" or self.extension is not None):
            raise ValueError("roll and extension only for days, months and years")
        return self


class IdentityCheck(Rule):
    """A request may be held until its sender has proved who they are."""

    kind: Literal["identity_check"]
    rights: Rights = Field(description="Which requests it is about.")
    stops_clock: bool = Field(
        description="The clocks of the request stand still from the demand to the proof."
    )


class ReplyChannel(Rule):
    """What was asked for is delivered by one channel."""

    kind: Literal["reply_channel"]
    rights: Rights = Field(description="Which requests it is about.")
    channel: Channel = Field(description="How it is delivered.")
