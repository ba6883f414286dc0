"""Which judge looks at which types of events. Each judge is a pure function in a module beside."""

from __future__ import annotations

from lineage.domain.judging import Judges
from lineage.domain.questions.minors import STARTING
from lineage.domain.rules import (
    bounds,
    collection,
    ending,
    fan_out,
    minors,
    outreach,
    recipients,
    requests,
    retention,
    use,
)
from lineage.events import (
    BackupRestored,
    CombinationEnded,
    ConsentGranted,
    DataCollected,
    DataDeidentified,
    DataDeleted,
    DataInboundReceived,
    DataOnwardShared,
    DataProcessed,
    DataShared,
    DataSold,
    EventRetracted,
    ExplanationGiven,
    FeeCharged,
    LogRecorded,
    MessageSent,
    PublicDisclosed,
    PurposeChanged,
    RequestCompleted,
    RequestDecided,
    RequestResponded,
    ServiceCeased,
    ServiceShutdownAnnounced,
    TrackingFired,
    UserRegistered,
)

JUDGES = Judges(
    [
        (recipients.judge_share, (DataShared, DataSold, PublicDisclosed)),
        (bounds.judge_evidence, (DataShared,)),
        (bounds.judge_onward_share, (DataOnwardShared,)),
        (bounds.judge_purpose_change, (PurposeChanged,)),
        (collection.judge_collection, (DataCollected,)),
        (collection.judge_inbound, (DataInboundReceived,)),
        (use.judge_processing, (DataProcessed,)),
        (use.judge_own_change, (PurposeChanged,)),
        (use.judge_explanation, (ExplanationGiven, RequestCompleted)),
        (outreach.judge_message, (MessageSent,)),
        (outreach.judge_tracking, (TrackingFired,)),
        (ending.end_announced, (ServiceShutdownAnnounced, ServiceCeased)),
        (ending.collected_after_end, (DataCollected, DataInboundReceived, LogRecorded)),
        (fan_out.late_share, (DataShared,)),
        (
            fan_out.unconfirmed_removal,
            (CombinationEnded, ConsentGranted, DataDeidentified, EventRetracted),
        ),
        (minors.judge_account, (UserRegistered,)),
        (minors.judge_use, minors.ACTS),
        (minors.judge_clean_up, STARTING),
        (requests.refused_without_ground, (RequestDecided,)),
        (requests.charged_without_reason, (FeeCharged,)),
        (requests.answered_elsewhere, (RequestResponded, RequestCompleted)),
        (retention.erased_too_early, (DataDeleted, DataDeidentified)),
        (retention.erased_in_another_form, (DataDeleted, DataDeidentified)),
        (retention.backup_used, (DataProcessed, BackupRestored)),
    ]
)
