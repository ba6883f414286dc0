"""Events about breaches of security (all about the controller)."""

from pydantic import Field

from lineage.events.enums import BreachContent, Channel
from lineage.events.model import EventClass, EventData, EventScope
from lineage.events.types import Category, Distinct, Id, SubjectId, Text


class BreachDetected(EventData):
    """A breach was found."""

    event_name = "breach_detected"
    event_rank = 7
    event_scope = EventScope.CONTROLLER
    breach_id: Id | None = Field(
        None, description="Name of the breach; the event's own id where absent."
    )
    subjects: Distinct[SubjectId] = Field(description="Persons whose data leaked.")
    categories: Distinct[Category] = Field(description="What leaked.")


class _AfterBreach(EventData):
    """Base of what an officer does about a breach."""

    event_class = EventClass.DECISION
    event_rank = 7
    event_scope = EventScope.CONTROLLER
    breach_id: Id | None = Field(
        None, description="Which breach; the latest one up to `time` where absent."
    )


class BreachNotified(_AfterBreach):
    """Persons were told of a breach one by one."""

    event_name = "breach_notified"
    subjects: Distinct[SubjectId] = Field(description="Persons who were told.")
    channel: Channel = Field(description="How they were told.")
    content: Distinct[BreachContent] | None = Field(None, description="What they were told.")


class BreachAnnounced(_AfterBreach):
    """A breach was announced to the public."""

    event_name = "breach_announced"
    channel: Channel = Field(description="Where it was announced.")
    content: Distinct[BreachContent] | None = Field(None, description="What the announcement says.")


class BreachReported(_AfterBreach):
    """A breach was reported to a regulator."""

    event_name = "breach_reported"
    regulator: Text = Field(description="Regulator that it was reported to.")
    content: Distinct[BreachContent] | None = Field(None, description="What the report says.")
