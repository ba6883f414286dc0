"""Checks of a registry and a policy against what is on record of their controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lineage.policy.kinds.bounds import EvidenceNeeded
from lineage.policy.lint.flaw import Flaw, numbered
from lineage.policy.lint.people import PeopleOnRecord
from lineage.policy.lint.registry import entries
from lineage.policy.model import Policy

_AGREEMENT: Final = ("agreement", "record it (agreement_signed), or say agreement: signed")
_EVIDENCE: Final = {
    "confidentiality": _AGREEMENT,
    "data_protection": _AGREEMENT,
    "ad_guidelines": ("word on the ad guidelines", "record it (ad_guidelines_accepted)"),
    "api_test": ("API test", "record it (api_security_tested)"),
}
"""What is missing of each kind of evidence, and what to do; but for what a share itself states"""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is on record of one controller: kinds of direct recipients and of those that got data
    which identifies somebody, everybody with data, sources, evidence as (recipient, kind), and what
    was counted going through the people.
    """

    recipients: frozenset[str]
    direct: frozenset[tuple[str, str]]
    identified: frozenset[tuple[str, str]]
    sources: frozenset[str]
    evidence: frozenset[tuple[str, str]]
    people: PeopleOnRecord


@dataclass(frozen=True, slots=True)
class Compared:
    """A controller's registry as its file says it, its policy in force, and the record of it."""

    policy: Policy
    registry: Mapping[str, Any] | None
    record: OnRecord

    def registered(self, of: str) -> dict[str, Mapping[str, Any]]:
        """The entries of this controller under ``recipients`` or ``sources``, by name."""
        return {
            str(path[3]): entry
            for path, entry in entries(self.registry or {}, of)
            if path[1] == self.policy.id
        }


def recipient_not_registered(compared: Compared) -> Iterator[Flaw]:
    """A share on record to a recipient that the registry does not know: a notice to it waits for a
    person. Those that got data from another recipient count as well; natural persons do not.
    """
    missing = compared.record.recipients.difference(compared.registered("recipients"))
    for name in sorted(missing):
        yield Flaw(
            ("controllers", compared.policy.id, "recipients", name),
            f"{name} holds data on record and is not registered",
            "add it with its channel, or correct its name",
        )


def source_not_registered(compared: Compared) -> Iterator[Flaw]:
    """A source on record for which the registry has no `silent_after`: however long it sends
    nothing, answers do not say so.
    """
    for name in sorted(compared.record.sources.difference(compared.registered("sources"))):
        yield Flaw(
            ("controllers", compared.policy.id, "sources", name),
            f"{name} sends events and nothing says for how long it may send none",
            "add it with silent_after: {days: N} or {hours: N}",
        )


def agreement_not_on_record(compared: Compared) -> Iterator[Flaw]:
    """A recipient that gets data and with which the policy demands an agreement, and none is on
    record (`agreement_signed`) or in the registry (`agreement: signed`).
    """
    for kind in ("confidentiality", "data_protection"):
        yield from _missing(compared, kind)


def ad_guidelines_not_on_record(compared: Compared) -> Iterator[Flaw]:
    """A recipient that gets data and that must have accepted the ad guidelines, and has not on
    record (`ad_guidelines_accepted`).
    """
    yield from _missing(compared, "ad_guidelines")


def api_test_not_on_record(compared: Compared) -> Iterator[Flaw]:
    """A recipient that gets data and whose API must have been tested, and no test is on record
    (`api_security_tested`). A test that failed is on record, and judged.
    """
    yield from _missing(compared, "api_test")


def _missing(compared: Compared, evidence: str) -> Iterator[Flaw]:
    """Direct recipients for which a rule asks for this evidence, and none is there."""
    record, (what, do) = compared.record, _EVIDENCE[evidence]
    there = {name for name, kind in record.evidence if kind == evidence}
    if what == "agreement":
        there |= _signed(compared)
    for path, rule in numbered(compared.policy, EvidenceNeeded):
        if rule.evidence != evidence:
            continue
        for name, kind in sorted(record.identified if rule.personal else record.direct):
            asked = kind not in rule.not_recipients and kind in (rule.recipients or (kind,))
            if asked and name not in there:
                yield Flaw(
                    (*path, "evidence"),
                    f"{name} gets data as {kind}, and its {what} is not on record",
                    do,
                    rule.rule,
                )


def _signed(compared: Compared) -> set[str]:
    """Recipients of which the registry says that an agreement was signed."""
    registered = compared.registered("recipients")
    return {name for name, entry in registered.items() if entry.get("agreement") == "signed"}
