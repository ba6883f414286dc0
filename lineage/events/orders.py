"""Events about orders and the end of an account."""

from pydantic import Field

from lineage.events.enums import Channel
from lineage.events.model import EventClass, EventData
from lineage.events.types import Category, Distinct, Flag, Id, Party


class OrderCreated(EventData):
    """The person placed an order."""

    event_name = "order_created"
    event_rank = 1
    order_id: Id = Field(description="Name of the order.")
    cross_border: Flag = Field(False, description="The order crosses a border.")
    started_by_user: Flag | None = Field(None, description="The person started the order.")
    chosen_parties: Distinct[Party] | None = Field(
        None, description="Seller, carrier and other parties that the person chose."
    )


class OrderCompleted(EventData):
    """An order of the person was completed."""

    event_name = "order_completed"
    event_rank = 4
    order_id: Id = Field(description="Order that was completed at `time`.")
    categories: Distinct[Category] = Field(description="Data of the order that is kept.")


class OrderCancelled(EventData):
    """An order of the person was cancelled."""

    event_name = "order_cancelled"
    event_rank = 4
    order_id: Id = Field(description="Order that was cancelled at `time`.")


class AccountCancellationRequested(EventData):
    """The person asked for the account to be cancelled."""

    event_name = "account_cancellation_requested"
    event_rank = 4
    request_id: Id = Field(description="Name of the cancellation as a request.")
    channel: Channel | None = Field(None, description="How the request came.")


class AccountCancellationApproved(EventData):
    """An officer approved the cancellation of an account."""

    event_name = "account_cancellation_approved"
    event_class = EventClass.DECISION
    event_rank = 5
    request_id: Id = Field(description="Request that was approved at `time`.")


class AccountCancelled(EventData):
    """The person's account was cancelled."""

    event_name = "account_cancelled"
    event_rank = 4
    request_id: Id | None = Field(None, description="Request that led to it.")
