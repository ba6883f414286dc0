"""System events: what the tracker itself did. Nobody else may send one."""

from typing import Literal

from pydantic import Field

from lineage.events.enums import Duty, RecipientKind
from lineage.events.model import EventClass, EventData
from lineage.events.types import Category, Count, Date, Distinct, Flag, Id, Party, Text

EscalationReason = Literal["endpoint_gone", "no_endpoint", "attempts_exhausted", "no_identifier"]


class _AboutNotice(EventData):
    """Base of the events about one notice of one request."""

    event_class = EventClass.SYSTEM
    event_rank = 7
    notice_id: Id = Field(description="Name of the notice.")
    request_id: Id = Field(description="Request that the notice belongs to.")
    recipient: Party = Field(description="Recipient of the notice.")


class NoticePlanned(_AboutNotice):
    """The tracker planned a notice to a recipient."""

    event_name = "notice_planned"
    recipient_kind: RecipientKind | None = Field(
        None, description="What kind of recipient it is, where known."
    )
    categories: Distinct[Category] = Field(description="What the recipient must erase.")
    duty: Duty = Field(description="Whether a policy or a default made it a duty.")
    rule: Text = Field(description="Id of the rule that demands the notice.")
    send_by: Date = Field(description="Last day for sending the notice.")
    erase_by: Date | None = Field(None, description="Last day for the recipient to erase.")
    round: Count = Field(description="Which round of planning it belongs to.")
    supplementary: Flag = Field(
        False, description="It follows a share that became known after the decision."
    )


class NoticeWidened(_AboutNotice):
    """The tracker added categories to a notice."""

    event_name = "notice_widened"
    categories: Distinct[Category] = Field(description="All categories, old and new.")


class NoticeEscalated(_AboutNotice):
    """The tracker handed a notice to a human."""

    event_name = "notice_escalated"
    reason: EscalationReason = Field(description="Why it could not go on by itself.")
