"""An erasure order as a service reads it; how it came, and whether to believe it, is not said here.

The tracker may add fields: what is not known here is passed over, so that no service breaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from lineage.client.orders.errors import OrderRefused
from lineage.events.errors import problems_of
from lineage.events.types import Category, ControllerId, Count, Date, Distinct, Id, Party, Text

SUBJECT = "subject"

TEST_TYPE = "lineage.test.v1"
"""What ``lineage recipient test`` sends: signed as an order is, about nobody."""


class _Read(BaseModel):
    """Base of what is read: frozen and open, and never quoted by an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class KnownBy(_Read):
    """One identifier of the person: ``subject`` (the controller's own id) or a category."""

    type: Category
    value: Text = Field(repr=False)


class ErasureOrder(_Read):
    """What is to be erased, of whom and until when. ``person`` holds identifiers: do not log it."""

    notice_id: Id = Field(description="Name of the notice, the same on every attempt.")
    request_id: Id | None = Field(None, description="Request it belongs to; old trackers name none")
    controller: ControllerId = Field(description="Whose data it is.")
    recipient: Party = Field(description="Who is told, by its name in the registry.")
    action: Literal["erase"] = Field(description="What to do; there is nothing else yet.")
    person: Annotated[tuple[KnownBy, ...], Field(min_length=1)] = Field(
        repr=False, description="By what the recipient knows the person; any of these is the person"
    )
    categories: Annotated[Distinct[Category], Field(min_length=1)] = Field(
        description="What to erase, in the words of the controller's policy."
    )
    erase_by: Date | None = Field(None, description="Last day; absent: the policy says none.")
    duty: Text | None = Field(None, description="Whether a policy or a default made it a duty.")
    round: Count = Field(1, description="Above 1: more data came to light after an earlier order.")

    def named(self, kind: str) -> tuple[str, ...]:
        """Return the person's identifiers of one type, such as ``email``; often one or none."""
        return tuple(known.value for known in self.person if known.type == kind)

    @property
    def subject(self) -> str | None:
        """The person's id at the controller, where the registry lets this recipient have it."""
        return next(iter(self.named(SUBJECT)), None)


class _Notice(_Read):
    """The Standard Webhooks payload around an order."""

    type: Literal["lineage.notice.v1"]
    data: ErasureOrder


def is_test(body: bytes) -> bool:
    """Say whether these bytes only try the connection: any success answers them."""
    try:
        payload = from_json(body)
    except ValueError:
        return False
    return isinstance(payload, Mapping) and payload.get("type") == TEST_TYPE


def parse_order(body: bytes) -> ErasureOrder:
    """Read an order that is believed already. Raises ``OrderRefused``, which names the fields."""
    try:
        payload = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise OrderRefused(HTTPStatus.BAD_REQUEST, "not_json") from None
    if not isinstance(payload, Mapping):
        raise OrderRefused(HTTPStatus.BAD_REQUEST, "not_an_order")
    try:
        return _Notice.model_validate(payload).data
    except ValidationError as error:
        problems = problems_of(error)
        raise OrderRefused(HTTPStatus.BAD_REQUEST, "not_an_order", problems) from None
