"""Which judge looks at which types of events. Each judge is a pure function in a module beside."""

from __future__ import annotations

from lineage.domain.judging import Judges
from lineage.domain.questions.minors import STARTING
from lineage.domain.rules import (
    bounds,
    breach,
    changes,
    ending,
    fan_out,
    mergers,
    minors,
    places,
    recipients,
    requests,
    retention,
)
from lineage.events import (
    BackupRestored,
    BreachAnnounced,
    BreachNotified,
    CombinationEnded,
    ConsentGranted,
    CrossBorderTransfer,
    DataCollected,
    DataDeidentified,
    DataDeleted,
    DataInboundReceived,
    DataOnwardShared,
    DataProcessed,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    EventRetracted,
    FeeCharged,
    LogRecorded,
    PolicyPublished,
    PublicDisclosed,
    PurposeChanged,
    RequestCompleted,
    RequestDecided,
    RequestResponded,
    ServiceCeased,
    ServiceShutdownAnnounced,
    UserRegistered,
)

JUDGES = Judges(
    [
        (recipients.judge_share, (DataShared, DataSold, PublicDisclosed)),
        (bounds.judge_evidence, (DataShared,)),
        (bounds.judge_onward_share, (DataOnwardShared,)),
        (bounds.judge_purpose_change, (PurposeChanged,)),
        (breach.judge_breach_notice, (BreachNotified, BreachAnnounced)),
        (changes.judge_change, (PolicyPublished,)),
        (ending.end_announced, (ServiceShutdownAnnounced, ServiceCeased)),
        (ending.collected_after_end, (DataCollected, DataInboundReceived, LogRecorded)),
        (fan_out.late_share, (DataShared,)),
        (
            fan_out.unconfirmed_removal,
            (CombinationEnded, ConsentGranted, DataDeidentified, EventRetracted),
        ),
        (mergers.judge_merger, (DataTransferred,)),
        (minors.judge_account, (UserRegistered,)),
        (minors.judge_use, minors.ACTS),
        (minors.judge_clean_up, STARTING),
        (places.judge_place, (DataStored, CrossBorderTransfer)),
        (requests.refused_without_ground, (RequestDecided,)),
        (requests.charged_without_reason, (FeeCharged,)),
        (requests.answered_elsewhere, (RequestResponded, RequestCompleted)),
        (retention.erased_too_early, (DataDeleted, DataDeidentified)),
        (retention.erased_in_another_form, (DataDeleted, DataDeidentified)),
        (retention.backup_used, (DataProcessed, BackupRestored)),
    ]
)
