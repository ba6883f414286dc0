"""Events about the collection of data and its use by the controller."""

from pydantic import Field

from lineage.events.enums import (
    Channel,
    Cleared,
    ConsentException,
    MessageClass,
    SourceKind,
    Store,
    Technology,
    TrackingParty,
)
from lineage.events.model import EventData, EventScope
from lineage.events.types import (
    Category,
    Distinct,
    Flag,
    Id,
    Party,
    PartyOrController,
    Purpose,
    Text,
)


class DataCollected(EventData):
    """One of the controller's systems obtained data on the person."""

    event_name = "data_collected"
    event_rank = 3
    categories: Distinct[Category] = Field(description="What was collected.")
    source_kind: SourceKind | None = Field(None, description="What kind of source it came from.")
    source_party: Party | None = Field(
        None, description="Third party or public source it came from."
    )
    function: Text | None = Field(None, description="Function of the product it serves.")
    purpose: Purpose | None = Field(None, description="For what it was collected.")
    mandatory: Flag | None = Field(None, description="The function does not work without it.")
    sensitive: Flag | None = Field(
        None, description="The emitter treats it as sensitive; the policy decides."
    )
    permission_scope: Distinct[Category] | None = Field(
        None, description="What the permissions of the device allow."
    )
    legal_requirement: Flag | None = Field(None, description="A law demands the collection.")
    subject_authorisation: Flag | None = Field(
        None, description="Given through `account`: its holder has the person's authorisation."
    )
    consent_id: Id | None = Field(None, description="Consent that is relied on.")
    exception: ConsentException | None = Field(
        None, description="Exception from consent that is relied on."
    )


class ThirdPartySourceAttested(EventData):
    """A third party answered for the data it supplies."""

    event_name = "third_party_source_attested"
    event_rank = 1
    event_scope = EventScope.EITHER
    source_party: Party = Field(description="The third party.")
    written_demand: Flag = Field(False, description="The attestation was demanded in writing.")
    lawful_origin: Flag = Field(
        False, description="The third party vouches that the data is of lawful origin."
    )
    user_confirmed_sensitive: Flag = Field(
        False, description="The person clearly confirmed sensitive data."
    )


class DataInboundReceived(EventData):
    """Data on the person came in from another party."""

    event_name = "data_inbound_received"
    event_rank = 3
    sender: Party = Field(description="Who sent the data.")
    categories: Distinct[Category] = Field(description="What came in.")
    purpose: Purpose | None = Field(None, description="For what it was sent.")
    user_permission: Flag | None = Field(None, description="The account holder permitted it.")


class DataProcessed(EventData):
    """The controller used data of the person."""

    event_name = "data_processed"
    event_rank = 3
    categories: Distinct[Category] = Field(description="What was used.")
    purpose: Purpose = Field(description="For what it was used.")
    function: Text | None = Field(None, description="Function of the product it served.")
    consent_id: Id | None = Field(None, description="Consent that is relied on.")
    store: Store = Field("live", description="Which copy was used.")


class PurposeChanged(EventData):
    """A holder began to use data for another purpose."""

    event_name = "purpose_changed"
    event_rank = 3
    recipient: Party | None = Field(
        None, description="Recipient that changed its purpose; the controller where absent."
    )
    purpose_from: Purpose = Field(description="Purpose until then.")
    purpose_to: Purpose = Field(description="Purpose from then on.")
    categories: Distinct[Category] | None = Field(
        None, description="Categories concerned; all that it holds where absent."
    )
    consent_id: Id | None = Field(None, description="Consent that was renewed for it.")


class DataCombined(EventData):
    """Data of the person was combined with other data."""

    event_name = "data_combined"
    event_rank = 1
    categories: Distinct[Category] = Field(description="Data that was combined.")
    combined_with: Distinct[Category] = Field(description="Data it was combined with.")
    identifies: Flag = Field(description="The combination identifies the person.")


class CombinationEnded(EventData):
    """Data of the person is no longer combined."""

    event_name = "combination_ended"
    event_rank = 4
    categories: Distinct[Category] = Field(description="Data that is no longer combined.")


class DataDeidentified(EventData):
    """A holder de-identified its copy."""

    event_name = "data_deidentified"
    event_rank = 6
    categories: Distinct[Category] = Field(description="What was de-identified.")
    holder: PartyOrController = Field("controller", description="Whose copy it is.")
    method: Text | None = Field(None, description="By which method.")
    reversible: Flag = Field(description="It can be undone.")
    reason: Purpose | None = Field(None, description="Reason, such as purpose_ended.")


class ReidentificationDetected(EventData):
    """A holder identified the person again in de-identified data."""

    event_name = "reidentification_detected"
    event_rank = 7
    categories: Distinct[Category] = Field(description="What was identified again.")
    holder: Party = Field(description="Who identified it again.")


class LogRecorded(EventData):
    """A log record with data of the person was written."""

    event_name = "log_recorded"
    event_rank = 3
    log_id: Id | None = Field(None, description="Name of the log record.")
    categories: Distinct[Category] = Field(description="What the record holds since `time`.")


class TrackingFired(EventData):
    """A tracking technology ran in the person's browser or app."""

    event_name = "tracking_fired"
    event_rank = 3
    technology: Technology = Field(description="Which technology ran.")
    dnt_enabled: Flag | None = Field(None, description="Do Not Track was switched on.")
    party: TrackingParty = Field("own", description="Whose tracker it is.")
    opted_out: Flag | None = Field(None, description="The person had opted out.")


class MessageSent(EventData):
    """The controller sent the person a message."""

    event_name = "message_sent"
    event_rank = 3
    message_class: MessageClass = Field(description="Whether it is marketing or important.")
    channel: Channel = Field(description="How it was sent.")


class AutomatedDecisionMade(EventData):
    """A decision on the person was made automatically."""

    event_name = "automated_decision_made"
    event_rank = 3
    significant_effect: Flag = Field(description="It affects the person significantly.")


class ExplanationGiven(EventData):
    """The controller explained its processing or a decision to the person."""

    event_name = "explanation_given"
    event_rank = 6
    request_id: Id | None = Field(None, description="Request that it answers.")
    remedy: Text | None = Field(None, description="Remedy that was offered.")


class SelfServiceCleared(EventData):
    """The person cleared data by the controls of the service itself."""

    event_name = "self_service_cleared"
    event_rank = 6
    what: Cleared = Field(description="What the person cleared.")
