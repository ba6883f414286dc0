"""Checks of what follows from a trigger: who erases, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lineage.policy.kinds.ending import (
    AwaitDeletionRequest,
    EndOfService,
    ErasureAfterCancellation,
)
from lineage.policy.kinds.fan_out import CancellationFanOut, CleanUpFanOut, FanOut
from lineage.policy.kinds.minors import MinorCleanUp
from lineage.policy.kinds.recipients import MayReceive
from lineage.policy.kinds.requests import RequestRight
from lineage.policy.lint.flaw import Flaw, listed, numbered, topic_is_stated
from lineage.policy.model import Policy
from lineage.policy.rule import Rule

CANCELLATION: Final = "G"
END_OF_SERVICE: Final = "H"

_AFTER: Final[dict[str, tuple[str, tuple[type[Rule], ...], str]]] = {
    "account_cancelled": (
        CANCELLATION,
        (AwaitDeletionRequest, CancellationFanOut, ErasureAfterCancellation),
        "erasure_after_cancellation or await_deletion_request",
    ),
    "service_ended": (END_OF_SERVICE, (EndOfService,), "end_of_service"),
}
"""Reasons that happen by themselves: the letter they stand under, and the kinds that follow"""


def trigger_without_duty(policy: Policy) -> Iterator[Flaw]:
    """A trigger without a duty: something entitles a person to have data erased, or erases it, and
    no rule says what follows.

    A right to deletion, the erasure after a cancellation and the clean-up of a minor's data each
    need the rule that tells recipients. A reason such as the cancelled account or the ended
    service needs the rule of what then becomes of the data, or one of kind `stated` under its
    letter (G, H) where the text is silent.
    """
    told = any(rule.hops == "direct" for rule in policy.of(FanOut))
    for path, right in numbered(policy, RequestRight):
        if "deletion" in right.rights and not told:
            yield _untold(path, right, "a deletion that is accepted", "fan_out")
        reasons = {fact for reason in right.when for fact in reason.facts}
        for fact in sorted(reasons.intersection(_AFTER)):
            letter, kinds, words = _AFTER[fact]
            if not any(policy.of(kind) for kind in kinds) and not topic_is_stated(policy, letter):
                yield Flaw(
                    (*path, "when"),
                    f"{fact} is a reason for deletion, and no rule says what becomes of the data "
                    "when it happens",
                    f"add a rule of kind {words}; or one of kind stated under the letter {letter} "
                    "where the text is silent",
                    right.rule,
                )
    if not policy.of(CancellationFanOut):
        for path, erasure in numbered(policy, ErasureAfterCancellation):
            yield _untold(path, erasure, "this erasure", "cancellation_fan_out")
    if not policy.of(CleanUpFanOut):
        for path, clean_up in numbered(policy, MinorCleanUp):
            yield _untold(path, clean_up, "this clean-up", "clean_up_fan_out")


def _untold(path: tuple[str | int, ...], rule: Rule, what: str, kind: str) -> Flaw:
    return Flaw(
        path,
        f"no recipient is told of {what}",
        f"add a rule of kind {kind}; where the text is silent, with one of our defaults",
        rule.rule,
    )


def recipient_never_told(policy: Policy) -> Iterator[Flaw]:
    """A kind of recipient may receive data, and no rule of kind `fan_out` reaches it: it is left
    out of every plan as unreachable.
    """
    rows = [rule for rule in policy.of(FanOut) if rule.hops == "direct"]
    named = {kind for rule in rows for kind in rule.to}
    open_rows = [set(rule.but) for rule in rows if not rule.to]
    for path, row in numbered(policy, MayReceive):
        untold = {
            kind
            for kind in row.recipients
            if kind not in named and all(kind in but for but in open_rows)
        }
        if rows and untold:
            yield Flaw(
                (*path, "recipients"),
                f"{listed(untold)} may receive data and is told of no erasure",
                "add the kind to a rule of kind fan_out, or take it out of its but",
                row.rule,
            )
