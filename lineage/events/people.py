"""Events about people: registration, minors, guardians and consent."""

from pydantic import Field

from lineage.events.enums import (
    AgeBand,
    Channel,
    ConsentForm,
    FoundBy,
    GuardianConsent,
    GuardianScope,
    RecipientKind,
)
from lineage.events.model import EventData
from lineage.events.types import (
    Category,
    Count,
    Date,
    Distinct,
    Flag,
    Id,
    Party,
    PartyOrController,
    Purpose,
    Region,
    SubjectId,
)


class UserRegistered(EventData):
    """A person registered with the controller."""

    event_name = "user_registered"
    event_rank = 0
    birth_date: Date | None = Field(None, description="Date of birth the person declared.")
    age_band: AgeBand | None = Field(None, description="Age group, where no date is known.")
    region: Region | None = Field(None, description="Where the person lives.")
    accepted_version: Id | None = Field(
        None, description="Version of the policy the person agreed to."
    )
    guardian_id: SubjectId | None = Field(None, description="Id of the guardian.")
    guardian_consent: GuardianConsent | None = Field(
        None, description="Whether the guardian consented at registration."
    )
    guardian_scope: Distinct[GuardianScope] | None = Field(
        None, description="What the guardian's consent covers; everything where absent with given."
    )


class MinorIdentified(EventData):
    """A person was found to be a minor."""

    event_name = "minor_identified"
    event_rank = 7
    age: Count = Field(description="Age in full years at `time`.")
    found_by: FoundBy = Field(description="Who found it out.")
    guardian_consent: GuardianConsent = Field(
        description="Whether a verifiable prior consent of the guardian is on record."
    )


class _GuardianConsent(EventData):
    """Base of the two events about a guardian's consent."""

    guardian_id: SubjectId = Field(description="Id of the guardian.")
    verifiable: Flag = Field(False, description="The statement can be verified.")
    guardian_scope: Distinct[GuardianScope] = Field(
        description="What is granted, or no longer granted."
    )


class GuardianConsentGranted(_GuardianConsent):
    """A guardian consented for the person."""

    event_name = "guardian_consent_granted"
    event_rank = 1


class GuardianConsentWithdrawn(_GuardianConsent):
    """A guardian took consent for the person back."""

    event_name = "guardian_consent_withdrawn"
    event_rank = 4


class _Consent(EventData):
    """Base of the two events about the person's own consent."""

    consent_id: Id | None = Field(
        None, description="Name of the consent; a withdrawal without it works by its scope."
    )
    granted_to: PartyOrController = Field(
        "controller",
        description="Who holds the grant: controller, or a recipient authorised independently.",
    )
    recipient: Party | None = Field(
        None, description="Who may receive the data; not limited to one where absent."
    )
    recipient_kind: RecipientKind | None = Field(
        None, description="Kind of recipient that may receive the data."
    )
    categories: Distinct[Category] | None = Field(
        None, description="Categories it covers; all where absent."
    )
    purpose: Purpose | None = Field(None, description="Purpose it covers; any where absent.")
    region: Region | None = Field(None, description="Where the data may go.")
    form: ConsentForm | None = Field(None, description="In which form it was given.")


class ConsentGranted(_Consent):
    """The person gave consent."""

    event_name = "consent_granted"
    event_rank = 1


class ConsentWithdrawn(_Consent):
    """The person took consent back."""

    event_name = "consent_withdrawn"
    event_rank = 4


class _Marketing(EventData):
    """Base of the two events about marketing messages."""

    channel: Channel | None = Field(None, description="Which channel; all where absent.")


class MarketingOptOut(_Marketing):
    """The person no longer wants marketing messages."""

    event_name = "marketing_opt_out"
    event_rank = 4


class MarketingOptIn(_Marketing):
    """The person wants marketing messages."""

    event_name = "marketing_opt_in"
    event_rank = 1


class _Sharing(EventData):
    """Base of the two events about sharing as such."""

    recipient: Party | None = Field(None, description="Which recipient; all where absent.")
    categories: Distinct[Category] | None = Field(
        None, description="Which categories; all where absent."
    )
    channel: Channel | None = Field(None, description="How it was communicated.")


class SharingNoticeGiven(_Sharing):
    """The person was told that data will be shared."""

    event_name = "sharing_notice_given"
    event_rank = 1


class SharingOptOut(_Sharing):
    """The person objected to sharing."""

    event_name = "sharing_opt_out"
    event_rank = 4
