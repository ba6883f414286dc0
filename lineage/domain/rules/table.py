"""Which judge looks at which types of events. Each judge is a pure function in a module beside."""

from __future__ import annotations

from lineage.domain.judging import Judges
from lineage.domain.rules import ending, retention
from lineage.events import (
    BackupRestored,
    DataCollected,
    DataDeidentified,
    DataDeleted,
    DataInboundReceived,
    DataProcessed,
    LogRecorded,
    ServiceCeased,
    ServiceShutdownAnnounced,
)

JUDGES = Judges(
    [
        (ending.end_announced, (ServiceShutdownAnnounced, ServiceCeased)),
        (ending.collected_after_end, (DataCollected, DataInboundReceived, LogRecorded)),
        (retention.erased_too_early, (DataDeleted, DataDeidentified)),
        (retention.erased_in_another_form, (DataDeleted, DataDeidentified)),
        (retention.backup_used, (DataProcessed, BackupRestored)),
    ]
)
