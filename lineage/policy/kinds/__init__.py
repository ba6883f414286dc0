"""The closed set of rule kinds. Each kind is a model here and a pure function in the domain.

A new kind is added to the union below; what it demands is judged in ``lineage.domain.rules`` or
answered in ``lineage.domain.questions``.
"""

from typing import Annotated

from pydantic import Field

from lineage.policy.kinds.bounds import BindingRule
from lineage.policy.kinds.ending import (
    AccountData,
    AwaitDeletionRequest,
    BackupAlert,
    BackupDuty,
    EndOfService,
    ErasureAfterCancellation,
)
from lineage.policy.kinds.personal import Combination
from lineage.policy.kinds.recipients import RecipientRule
from lineage.policy.kinds.retention import (
    CountsAsErased,
    ErasureMethodRule,
    LegalHold,
    RetentionByNeed,
    RetentionLimit,
    RetentionMinimum,
    SelfClearing,
)
from lineage.policy.kinds.stated import Stated

AnyRule = Annotated[
    BindingRule
    | Combination
    | AccountData
    | AwaitDeletionRequest
    | BackupAlert
    | BackupDuty
    | CountsAsErased
    | EndOfService
    | ErasureAfterCancellation
    | ErasureMethodRule
    | LegalHold
    | RecipientRule
    | RetentionByNeed
    | RetentionLimit
    | RetentionMinimum
    | SelfClearing
    | Stated,
    Field(discriminator="kind"),
]
