"""Verdicts that are kept, where a judge counts from the time of the event."""

from __future__ import annotations

import pytest

from lineage.domain.facts import Recorded
from lineage.domain.rules.table import JUDGES
from lineage.domain.verdicts import Verdicts, Wide
from tests.support.histories import history, policy_at

CEASED = {"type": "service_ceased", "at": "2026-06-30", "ev": "c"}
ANNOUNCED = {
    "type": "service_shutdown_announced",
    "at": "2026-06-01",
    "notice_form": "announcement",
    "permanent": True,
}


def collected(day: str) -> Recorded:
    """The same collection on another day."""
    row = {"type": "data_collected", "at": day, "subject": "s1", "categories": ["email"]}
    (event,) = history("easydser", [row], at="2031-01-01").everything
    return event


@pytest.mark.parametrize("days", [["2026-07-03", "2026-07-06"], ["2026-07-06", "2026-07-03"]])
def test_a_grace_is_counted_for_each_event_anew(days: list[str]) -> None:
    """Collected within three working days of the end, and after them: one verdict each."""
    events = history("easydser", [ANNOUNCED, CEASED], at="2031-01-01").everything_wide
    verdicts = Verdicts(JUDGES, policy_at)
    found = {
        day: [
            finding.rule
            for finding in verdicts.alone(
                "easydser", collected(day), lambda: Wide(1, events)
            ).findings
            if finding.rule == "004.H.1"
        ]
        for day in days
    }
    assert found == {"2026-07-03": [], "2026-07-06": ["004.H.1"]}
