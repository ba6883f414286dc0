"""Events about erasure, backups, holds, notices to recipients and their answers."""

from pydantic import Field

from lineage.events.enums import DeclineReason, Duty, ErasureMethod, Store
from lineage.events.model import EventClass, EventData, EventScope
from lineage.events.types import Category, Date, Distinct, Flag, Id, Party, PartyOrController, Text


class DataDeleted(EventData):
    """One of the controller's systems erased data of the person."""

    event_name = "data_deleted"
    event_rank = 6
    categories: Distinct[Category] = Field(description="What was erased.")
    store: Store = Field(description="In which copy it was erased.")
    method: ErasureMethod = Field(description="Whether it was erased or anonymised.")


class _AboutBackup(EventData):
    """Base of the events about a backup: one person in it, or everybody."""

    event_rank = 6
    event_scope = EventScope.EITHER
    backup_id: Id = Field(description="Name of the backup; without a subject: all in it.")


class BackupIsolated(_AboutBackup):
    """A backup was put out of reach of daily use."""

    event_name = "backup_isolated"


class BackupPurged(_AboutBackup):
    """Data was erased from a backup."""

    event_name = "backup_purged"


class BackupRestored(_AboutBackup):
    """A backup was restored."""

    event_name = "backup_restored"
    processing_resumed: Flag = Field(False, description="The restored copy is in use.")


class RetentionHoldPlaced(EventData):
    """An officer ordered that data must be kept for now."""

    event_name = "retention_hold_placed"
    event_class = EventClass.DECISION
    event_rank = 1
    hold_id: Id | None = Field(None, description="Name of the hold.")
    law: Text = Field(description="Law or matter that demands it.")
    categories: Distinct[Category] = Field(description="What must be kept.")
    until: Date | None = Field(None, description="Last day; until released where absent.")
    holder: PartyOrController = Field("controller", description="Who must keep it.")


class RetentionHoldReleased(EventData):
    """An officer ended a hold."""

    event_name = "retention_hold_released"
    event_class = EventClass.DECISION
    event_rank = 4
    hold_id: Id | None = Field(
        None, description="Which hold; by law, categories and holder where absent."
    )
    law: Text | None = Field(None, description="Law or matter that demanded it.")
    categories: Distinct[Category] | None = Field(
        None, description="What need no longer be kept; all where absent."
    )
    holder: PartyOrController = Field("controller", description="Who had to keep it.")


class RecipientNotified(EventData):
    """The tracker told a recipient what to erase."""

    event_name = "recipient_notified"
    event_class = EventClass.SYSTEM
    event_rank = 6
    request_id: Id = Field(description="Request that the notice belongs to.")
    notice_id: Id | None = Field(None, description="Name of the notice.")
    recipient: Party = Field(description="Who was told.")
    categories: Distinct[Category] = Field(description="What the recipient must erase.")
    duty: Duty = Field(description="Whether a policy or a default made it a duty.")


class _Answer(EventData):
    """Base of a recipient's answers to a notice."""

    event_class = EventClass.ANSWER
    event_rank = 6


class _Progress(_Answer):
    """Base of the answers that do not end the duty."""

    request_id: Id = Field(description="Request that the notice belongs to.")
    notice_id: Id | None = Field(None, description="Notice that is answered.")
    recipient: Party = Field(description="Recipient that got the notice.")
    evidence: Text | None = Field(None, description="Where the evidence is found.")


class RecipientAcknowledged(_Progress):
    """A recipient said that it got the notice."""

    event_name = "recipient_acknowledged"


class RecipientWorking(_Progress):
    """A recipient said that it is at work on the notice."""

    event_name = "recipient_working"


class RecipientDeleted(_Answer):
    """A recipient said that it erased data of the person."""

    event_name = "recipient_deleted"
    event_rank = 2
    request_id: Id | None = Field(None, description="Request, if one asked for the erasure.")
    notice_id: Id | None = Field(None, description="Notice that is answered.")
    recipient: Party = Field(description="Who erased the data.")
    categories: Distinct[Category] = Field(description="What was erased.")
    evidence: Text | None = Field(None, description="Where the evidence is found.")


class RecipientDeclined(_Answer):
    """A recipient said that it does not erase."""

    event_name = "recipient_declined"
    request_id: Id = Field(description="Request that the notice belongs to.")
    notice_id: Id | None = Field(None, description="Notice that is answered.")
    recipient: Party = Field(description="Who does not erase.")
    reason: DeclineReason = Field(description="Why it does not erase.")
    categories: Distinct[Category] | None = Field(
        None, description="What it keeps; all where absent."
    )
    until: Date | None = Field(
        None, description="Last day it must keep the data; afterwards the duty is back."
    )
    evidence: Text | None = Field(None, description="Where the evidence is found.")
