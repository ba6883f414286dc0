"""The closed set of rule kinds. Each kind is a model here and a pure function in the domain.

A new kind is added to the union below; what it demands is judged in ``lineage.domain.rules`` or
answered in ``lineage.domain.questions``.
"""

from typing import Annotated

from pydantic import Field

from lineage.policy.kinds.bounds import EvidenceNeeded, PurposeBound
from lineage.policy.kinds.breach import BreachNotice
from lineage.policy.kinds.changes import ChangeArchive, ChangeConsent, ChangeNotice, PolicyFact
from lineage.policy.kinds.ending import (
    AccountData,
    AwaitDeletionRequest,
    BackupAlert,
    BackupDuty,
    EndOfService,
    ErasureAfterCancellation,
)
from lineage.policy.kinds.fan_out import (
    AccountCovers,
    CancellationFanOut,
    CleanUpFanOut,
    DocumentedHop,
    Exemption,
    FanOut,
    LateShare,
    LegalCompulsion,
    NoticeClock,
    OpenOrder,
    ThirdPartyRequest,
)
from lineage.policy.kinds.mergers import MayTransfer, TransferClosed
from lineage.policy.kinds.minors import AgeOfMinority, GuardianForAccount, MinorCleanUp, MinorsData
from lineage.policy.kinds.personal import Combination
from lineage.policy.kinds.places import (
    KeptIn,
    MayLeave,
    PurchaseData,
    StoredIn,
    TransferSafeguards,
)
from lineage.policy.kinds.recipients import (
    MayReceive,
    NeverSold,
    Sensitive,
    ShareAfterOptOut,
    ShareAfterWithdrawal,
    ShareByConsent,
    ShareClosed,
    ShareException,
    SharingNotice,
)
from lineage.policy.kinds.refusals import RefusalGround, Repetition, RequestFee
from lineage.policy.kinds.requests import IdentityCheck, ReplyChannel, RequestClock, RequestRight
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
    AccountCovers
    | AccountData
    | AgeOfMinority
    | AwaitDeletionRequest
    | BackupAlert
    | BackupDuty
    | BreachNotice
    | CancellationFanOut
    | ChangeArchive
    | ChangeConsent
    | ChangeNotice
    | CleanUpFanOut
    | Combination
    | CountsAsErased
    | DocumentedHop
    | EndOfService
    | ErasureAfterCancellation
    | ErasureMethodRule
    | EvidenceNeeded
    | Exemption
    | FanOut
    | GuardianForAccount
    | IdentityCheck
    | KeptIn
    | LateShare
    | LegalCompulsion
    | LegalHold
    | MayLeave
    | MayReceive
    | MayTransfer
    | MinorCleanUp
    | MinorsData
    | NeverSold
    | NoticeClock
    | OpenOrder
    | PolicyFact
    | PurchaseData
    | PurposeBound
    | RefusalGround
    | Repetition
    | ReplyChannel
    | RequestClock
    | RequestFee
    | RequestRight
    | RetentionByNeed
    | RetentionLimit
    | RetentionMinimum
    | SelfClearing
    | Sensitive
    | ShareAfterOptOut
    | ShareAfterWithdrawal
    | ShareByConsent
    | ShareClosed
    | ShareException
    | SharingNotice
    | Stated
    | StoredIn
    | ThirdPartyRequest
    | TransferClosed
    | TransferSafeguards,
    Field(discriminator="kind"),
]
