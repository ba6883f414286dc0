"""A judge for tests of the machinery: small, sharp, and no policy's."""

from __future__ import annotations

from collections.abc import Iterator

from lineage.domain.findings import Finding, broken
from lineage.domain.history.consents import Use
from lineage.domain.judging import Case, Judges
from lineage.domain.verdicts import Verdicts
from lineage.events import AgreementSigned, CombinationEnded, DataShared
from lineage.policy.rule import Rule
from lineage.tracker import Tracker

UNSIGNED = Rule(rule="D-68", basis="default", says="No agreement with this recipient.")
UNASKED = Rule(rule="D-59", basis="default", says="Nobody consented to this.")
TWICE = Rule(rule="D-18", basis="default", says="The same category was shared there before.")


def judge(case: Case) -> Iterator[Finding]:
    """A payment share needs an agreement, every other a consent that covers each category, or one
    that it names and nobody recorded; what went to Vault before may not go there again.
    """
    data, at = case.data, case.event.moment
    assert isinstance(data, DataShared)
    if data.recipient_kind == "payment":
        signed = case.history.every_wide(AgreementSigned)
        if not any(e.moment < at and d.recipient == data.recipient for e, d in signed):
            yield broken(UNSIGNED, case.event)
        return
    if case.history.consents.stated(data.consent_id, at):
        return
    use = Use(recipient=data.recipient, purpose=data.purpose)
    covered = case.history.consents.covered(data.categories, at, use)
    if missing := set(data.categories) - covered:
        yield broken(UNASKED, case.event, missing)
    if data.recipient == "Vault" and not covered:
        before = case.history.before(at, DataShared)
        again = {c for e, d in before if d.recipient == "Vault" for c in d.categories}
        again -= {c for _, d in case.history.before(at, CombinationEnded) for c in d.categories}
        if repeated := again & set(data.categories):
            yield broken(TWICE, case.event, repeated)


def judged_by_this(tracker: Tracker) -> Tracker:
    """The tracker with this judge in the place of all others."""
    judges = Judges([(judge, (DataShared,))])
    tracker.store.verdicts = Verdicts(judges, tracker.library.policy_at)
    return tracker
