"""The closed set of rule kinds. Each kind is a model here and a pure function in the domain.

A new kind is added to the union below; what it demands is judged in ``lineage.domain.rules`` or
answered in ``lineage.domain.questions``.
"""

from typing import Annotated

from pydantic import Field

from lineage.policy.kinds.bounds import EvidenceNeeded, PurposeBound
from lineage.policy.kinds.breach import BreachNotice
from lineage.policy.kinds.changes import ChangeArchive, ChangeConsent, ChangeNotice, PolicyFact
from lineage.policy.kinds.collection import (
    AuthorisedByPerson,
    CollectionClosed,
    CollectionException,
    Collects,
    InboundPermission,
    SourceAttested,
)
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
from lineage.policy.kinds.use import (
    DecisionExplained,
    MessageOptOut,
    PurposeLimit,
    TrackingStop,
    UseAfterWithdrawal,
)

AnyRule = Annotated[
    AccountCovers
    | AccountData
    | AgeOfMinority
    | AuthorisedByPerson
    | AwaitDeletionRequest
    | BackupAlert
    | BackupDuty
    | BreachNotice
    | CancellationFanOut
    | ChangeArchive
    | ChangeConsent
    | ChangeNotice
    | CleanUpFanOut
    | CollectionClosed
    | CollectionException
    | Collects
    | Combination
    | CountsAsErased
    | DecisionExplained
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
    | InboundPermission
    | LateShare
    | LegalCompulsion
    | LegalHold
    | MayLeave
    | MayReceive
    | MayTransfer
    | MessageOptOut
    | MinorCleanUp
    | MinorsData
    | NeverSold
    | NoticeClock
    | OpenOrder
    | PolicyFact
    | PurchaseData
    | PurposeBound
    | PurposeLimit
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
    | SourceAttested
    | Stated
    | StoredIn
    | ThirdPartyRequest
    | TransferClosed
    | TransferSafeguards
    | TrackingStop
    | UseAfterWithdrawal,
    Field(discriminator="kind"),
]
