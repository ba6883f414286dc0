"""Events about the record itself: other ids of a person, wrong events, confirmed facts."""

from pydantic import Field

from lineage.events.model import EventClass, EventData, EventScope
from lineage.events.types import Id, PersonIdentifier, Text


class IdentityLinked(EventData):
    """Another id of the person with the same controller became known."""

    event_name = "identity_linked"
    event_rank = 0
    identifier: PersonIdentifier = Field(
        description="The other id, such as a guest's e-mail address or a shop's customer id."
    )


class EventRetracted(EventData):
    """A wrong event was taken back: it counts as never having happened."""

    event_name = "event_retracted"
    event_rank = 7
    event_scope = EventScope.EITHER
    retracted_source: Text = Field(
        description="Source of the wrong event; a service retracts only its own."
    )
    retracted_id: Id = Field(description="Id of the wrong event.")
    reason: Text = Field(description="Why it is taken back.")


class FactConfirmed(EventData):
    """An officer let a fact take effect on open plans."""

    event_name = "fact_confirmed"
    event_class = EventClass.DECISION
    event_rank = 5
    event_scope = EventScope.EITHER
    confirmed_source: Text = Field(description="Source of the event that is confirmed.")
    confirmed_id: Id = Field(description="Id of the event that is confirmed.")
    evidence: Text | None = Field(None, description="Where the evidence is found.")
