"""Events about the requests of persons, from receipt to completion."""

from pydantic import Field

from lineage.events.enums import (
    Channel,
    Ground,
    Outcome,
    RequesterRole,
    Right,
    Severity,
    Trigger,
)
from lineage.events.model import EventClass, EventData
from lineage.events.types import Amount, Category, Count, Date, Distinct, Flag, Id, Text


class _AboutRequest(EventData):
    """Base of the events that must name a request."""

    request_id: Id = Field(description="Name of the request.")


class RequestReceived(_AboutRequest):
    """A request of the person came in."""

    event_name = "request_received"
    event_rank = 5
    right: Right = Field(description="Right that the person exercises.")
    trigger: Trigger | None = Field(None, description="Reason stated for a deletion.")
    severity: Severity | None = Field(
        None, description="With trigger breach_of_agreement: how severe the breach is."
    )
    permanent: Flag | None = Field(
        None, description="With trigger service_ended: the service ended for good."
    )
    categories: Distinct[Category] | None = Field(
        None, description="Categories it is about; all where absent."
    )
    channel: Channel | None = Field(None, description="How the request came.")
    requester_role: RequesterRole = Field("user", description="In which role somebody asks.")
    california_resident: Flag | None = Field(
        None, description="The request states residence in California."
    )
    account_cancelled: Flag | None = Field(
        None, description="The request states that the account is cancelled."
    )


class _Verification(_AboutRequest):
    """Base of the two events about who is asking."""

    method: Text | None = Field(None, description="How the identity is verified.")


class IdentityVerificationRequested(_Verification):
    """The person was asked to prove who is asking."""

    event_name = "identity_verification_requested"
    event_rank = 5


class IdentityVerified(_Verification):
    """It was verified who is asking."""

    event_name = "identity_verified"
    event_rank = 5


class RequestTriaged(_AboutRequest):
    """An officer sorted a request."""

    event_name = "request_triaged"
    event_class = EventClass.DECISION
    event_rank = 5
    right: Right | None = Field(None, description="Right it turned out to be about.")
    significant: Flag = Field(False, description="It is a significant issue.")


class RequestDecided(_AboutRequest):
    """An officer decided a request."""

    event_name = "request_decided"
    event_class = EventClass.DECISION
    event_rank = 5
    outcome: Outcome = Field(description="What was decided.")
    ground: Ground | None = Field(None, description="Ground on which it was refused.")
    held: Distinct[Category] | None = Field(
        None, description="With outcome partly: categories that are kept."
    )
    plan_ver: Count | None = Field(
        None, description="Number (`ver`) of the plan that was approved."
    )
    evidence: Text | None = Field(None, description="Where the evidence is found.")


class _Reply(_AboutRequest):
    """Base of the two events by which a request comes to its end."""

    event_class = EventClass.DECISION
    event_rank = 6
    channel: Channel | None = Field(None, description="How the person was told.")


class RequestResponded(_Reply):
    """The person was answered."""

    event_name = "request_responded"


class RequestCompleted(_Reply):
    """A request was carried out."""

    event_name = "request_completed"


class FeeCharged(_AboutRequest):
    """The person was charged a fee for a request."""

    event_name = "fee_charged"
    event_rank = 6
    amount: Amount = Field(description="Decimal number and ISO 4217 code, such as 12.50 EUR.")
    repeat_count: Count | None = Field(
        None, description="How many requests of the like there were."
    )


class RequestExtended(_AboutRequest):
    """An officer extended the time limit of a request."""

    event_name = "request_extended"
    event_class = EventClass.DECISION
    event_rank = 5
    until: Date = Field(description="New last day for the outcome, within what the policy allows.")
    reason: Text = Field(description="Reason, as told to the person.")


class _Pause(_AboutRequest):
    """Base of the two events that stop and restart the clock of a request."""

    event_class = EventClass.DECISION
    reason: Text | None = Field(None, description="What the request waits or waited for.")


class RequestPaused(_Pause):
    """An officer stopped the clock of a request."""

    event_name = "request_paused"
    event_rank = 5


class RequestResumed(_Pause):
    """An officer let the clock of a request run on."""

    event_name = "request_resumed"
    event_rank = 6


class RequestWithdrawn(_AboutRequest):
    """The person withdrew a request."""

    event_name = "request_withdrawn"
    event_class = EventClass.DECISION
    event_rank = 4
    channel: Channel | None = Field(None, description="How the person withdrew it.")
