"""Judging new versions of the policy."""

from __future__ import annotations

from tests.support.histories import findings, told


def test_a_cut_of_rights_is_only_flagged_where_no_text_promises_to_ask() -> None:
    """D-32: no text is broken, so it is told as what an officer must look at."""
    cut = {
        "type": "policy_published",
        "at": "2026-01-02",
        "ev": "x",
        "version": "v2",
        "reduces_rights": True,
        "notice_form": "email",
    }
    (finding,) = findings("senro", [cut], at="2026-01-03")
    assert (finding.kind, finding.rule, finding.reason) == ("process", None, "consent_missing")
    assert findings("senro", [{**cut, "consent_collected": True}], at="2026-01-03") == []


def test_an_assessment_at_the_time_of_a_version_belongs_to_it() -> None:
    """001.O.2: inside a rank the order means nothing, so it counts, and for that version only."""
    assessed = {"type": "impact_assessed", "at": "2026-01-02", "high_risk": True}
    version = {"type": "policy_published", "at": "2026-01-02", "ev": "x", "version": "v2"}
    later = {"type": "policy_published", "at": "2026-01-03", "ev": "y", "version": "v3"}
    found = told(findings("seestar", [later, version, assessed], at="2026-01-04"))
    assert found == [("violation", "001.O.2", "x")]
