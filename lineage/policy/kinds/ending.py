"""What happens to data when an account is cancelled, a service ends, or only a backup is left."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import NoticeForm
from lineage.events.types import Category, Distinct
from lineage.policy.rule import Clock, Closed, Days, Rule

Started = Literal["requested", "approved", "cancelled"]


class ErasureAfterCancellation(Clock):
    """Cancelling the account erases data by itself, within a period.

    Read by ``cancellation`` and ``retention``; without such a rule a cancelled account waits for a
    deletion request.
    """

    kind: Literal["erasure_after_cancellation"]
    start: Annotated[Distinct[Started], Field(min_length=1)] = Field(
        description="What starts the period: the first of these that is on record."
    )


class AwaitDeletionRequest(Rule):
    """Cancelling the account erases nothing by itself: the person is asked what is to become of the
    data, and what no purpose needs any more is put up for review. Read by ``cancellation``.
    """

    kind: Literal["await_deletion_request"]


class AccountData(Rule):
    """What the account consists of: the members of the umbrella category ``account_information``.

    Where this rule stands, a cancellation erases these only; else it erases everything. Read by
    ``cancellation`` and ``retention``.
    """

    kind: Literal["account_data"]
    categories: Annotated[Distinct[Category], Field(min_length=1)] = Field(
        description="What the account consists of."
    )


class Grace(Closed):
    """A period of grace; the end of its last day is the last moment."""

    unit: Literal["calendar_day", "working_day"]
    limit: Days


class EndOfService(Rule):
    """What the end of the service demands: telling people, erasing, and collecting no more.

    Read by ``retention``: once operations have ceased everything must go (action erase, without a
    last day). An announcement in another form than ``notice_forms``, and an end that was never
    announced, break the rule; so does a collection after the grace of ``stop_collecting``.
    """

    kind: Literal["end_of_service"]
    notice_forms: Annotated[Distinct[NoticeForm], Field(min_length=1)] = Field(
        description="Forms that tell people."
    )
    stop_collecting: Grace | None = Field(
        None, description="By when collecting must have stopped; absent: the rule is silent."
    )
    only_permanent: bool = Field(
        default=False, description="An end that was announced as not for good is none."
    )


class BackupDuty(Rule):
    """What becomes of a backup that still holds what was erased from the live systems.

    Read by ``status``. Where the text is the policy's own and demands isolation, using the backup
    copy, or a restored one, breaks it. A default only says how we treat it and is no finding.
    """

    kind: Literal["backup_duty"]
    isolate: bool = Field(description="No processing until the backup is updated.")


class BackupAlert(Clock):
    """When somebody must look after a backup that still holds erased data; counts from the erasure.

    Read by ``status``.
    """

    kind: Literal["backup_alert"]
