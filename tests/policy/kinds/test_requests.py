"""Clocks of requests that contradict themselves are refused when the file is read."""

from typing import Any

import pytest
from pydantic import ValidationError

from lineage.policy.kinds.requests import RequestClock


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"target": 5, "limit": 5}, "a target earlier"),
        ({"step": "outcome", "target": 3}, "only for the step reply"),
        ({"step": "triage", "by_decision": True}, "only for the step reply"),
        ({"extension": {"unit": "month", "limit": 3}}, "only for the step outcome"),
        ({"step": "triage", "start": "triage"}, "a triage that starts with"),
        ({"unit": "hour", "roll": "next_working_day"}, "only for days"),
        (
            {"step": "outcome", "unit": "hour", "extension": {"unit": "month", "limit": 3}},
            "only for days",
        ),
        ({"rights": []}, "at least 1"),
        ({"unit": "week"}, "working_day"),
    ],
)
def test_fields_that_do_not_go_together(fields: dict[str, Any], expected: str) -> None:
    """What no clock can mean is named, so that no file seems to say it."""
    clock = {
        "kind": "request_clock",
        "rule": "D-03",
        "basis": "default",
        "says": "By then.",
        "rights": ["access"],
        "unit": "working_day",
        "limit": 7,
    }
    assert RequestClock.model_validate(clock).step == "reply"
    with pytest.raises(ValidationError, match=expected):
        RequestClock.model_validate(clock | fields)
