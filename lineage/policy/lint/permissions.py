"""Checks of what one rule allows and another forbids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lineage.policy.kinds.bounds import EvidenceNeeded
from lineage.policy.kinds.changes import PolicyFact
from lineage.policy.kinds.collection import SourceAttested
from lineage.policy.kinds.fan_out import FanOut
from lineage.policy.kinds.mergers import MayTransfer, TransferClosed
from lineage.policy.kinds.places import KeptIn, MayLeave, StoredIn
from lineage.policy.kinds.recipients import MayReceive, NeverSold, ShareClosed
from lineage.policy.kinds.refusals import RefusalGround
from lineage.policy.kinds.requests import RequestRight
from lineage.policy.kinds.use import MessageOptOut
from lineage.policy.lint.flaw import Flaw, listed, numbered
from lineage.policy.model import Policy
from lineage.policy.regions import lies_in
from lineage.policy.rule import Rule

_CONDITIONS: Final = (
    *("categories", "purposes", "legal_bases", "chosen", "institution", "asked"),
    *("processor", "not_reidentified", "on_record"),
)
"""Fields of ``may_receive`` that narrow what it permits, empty or false where it permits all"""

_NAMED_AND_EXCLUDED: Final[tuple[tuple[type[Rule], str, str], ...]] = (
    (EvidenceNeeded, "recipients", "not_recipients"),
    (FanOut, "to", "but"),
    (MayReceive, "functions", "not_functions"),
    (RefusalGround, "grounds", "not_grounds"),
    (SourceAttested, "categories", "not_categories"),
)


def recipient_allowed_and_forbidden(policy: Policy) -> Iterator[Flaw]:
    """A kind of recipient may receive everything without a condition (`may_receive`), and a rule
    of kind `share_closed` that names this kind is there to be broken by what goes too far.
    """
    for path, closed in numbered(policy, ShareClosed):
        for row in policy.of(MayReceive):
            both = set(closed.recipients or ()).intersection(row.recipients)
            if both and _permits_all(row, closed.functions):
                yield Flaw(
                    (*path, "recipients"),
                    f"{listed(both)} may receive everything by {row.rule}, so nothing breaks this",
                    f"give {row.rule} categories or a condition, or take {closed.rule} out",
                    closed.rule,
                )


def _permits_all(row: MayReceive, functions: tuple[str, ...] | None) -> bool:
    """Whether a row permits all that recipients with these functions could get."""
    if any(getattr(row, name) not in (None, False, ()) for name in _CONDITIONS):
        return False
    if functions is None:
        return row.sensitive and row.functions is None and not row.not_functions
    wanted = set(functions)
    reached = row.functions is None or wanted <= set(row.functions)
    return row.sensitive and reached and wanted.isdisjoint(row.not_functions)


def sale_allowed_and_forbidden(policy: Policy) -> Iterator[Flaw]:
    """A row of kind `may_receive` has a sale, rent or trade for its purpose that a rule of kind
    `never_sold` forbids to the same recipients.
    """
    for path, row in numbered(policy, MayReceive):
        for never in policy.of(NeverSold):
            modes = set(row.purposes).intersection(never.modes)
            kinds = set(row.recipients).difference(never.not_recipients)
            if modes and kinds:
                yield Flaw(
                    (*path, "purposes"),
                    f"{listed(kinds)} may receive data for {listed(modes)}, which {never.rule} "
                    "forbids",
                    f"take the purpose out, or name the kinds under not_recipients of {never.rule}",
                    row.rule,
                )


def transfer_allowed_and_forbidden(policy: Policy) -> Iterator[Flaw]:
    """Data may pass to another company on every occasion without a condition (`may_transfer`), and
    a rule of kind `transfer_closed` is there to be broken by what no row permits.
    """
    for path, closed in numbered(policy, TransferClosed):
        for row in policy.of(MayTransfer):
            if row.deals is None and row.on is None:
                yield Flaw(
                    path,
                    f"every transfer is permitted by {row.rule}, so that nothing breaks this",
                    f"give {row.rule} deals or a condition (on), or take {closed.rule} out",
                    closed.rule,
                )


def right_never_reached(policy: Policy) -> Iterator[Flaw]:
    """A right is given behind a rule that gives the same right to everybody for everything: of
    several rules the first that fits counts, so this one never does.
    """
    given: dict[str, str] = {}
    for path, rule in numbered(policy, RequestRight):
        late = [right for right in rule.rights if right in given]
        for right in late:
            yield Flaw(
                (*path, "rights"),
                f"the right {right} is given to everybody by {given[right]}, further up",
                f"put {rule.rule} before {given[right]}, or take the right out of one of them",
                rule.rule,
            )
        if not (rule.when or rule.residents_of or rule.requesters or rule.categories):
            given.update({right: rule.rule for right in rule.rights if right not in given})


def ground_allowed_and_forbidden(policy: Policy) -> Iterator[Flaw]:
    """A ground carries a refusal by one rule of kind `refusal_ground` and by another, about the
    same requests, it does not count.
    """
    for path, rule in numbered(policy, RefusalGround):
        for other in policy.of(RefusalGround):
            both = set(rule.grounds).intersection(other.not_grounds)
            apart = rule.rights and other.rights and set(rule.rights).isdisjoint(other.rights)
            if both and other is not rule and not apart:
                yield Flaw(
                    (*path, "grounds"),
                    f"{listed(both)} carries a refusal, and by {other.rule} it does not",
                    "take the ground out of one of them, or let each name the rights it is about",
                    rule.rule,
                )


def named_and_excluded(policy: Policy) -> Iterator[Flaw]:
    """One rule names a word and leaves it out again: `recipients` and `not_recipients`, `to` and
    `but`, `functions`, `grounds` or `categories` and their `not_` fields.
    """
    for kind, named, excluded in _NAMED_AND_EXCLUDED:
        for path, rule in numbered(policy, kind):
            both = set(getattr(rule, named) or ()).intersection(getattr(rule, excluded))
            if both:
                yield Flaw(
                    (*path, excluded),
                    f"{listed(both)} stands under {named} and under {excluded}",
                    "take it out of one of them",
                    rule.rule,
                )


def message_allowed_and_forbidden(policy: Policy) -> Iterator[Flaw]:
    """The policy says that nobody can opt out of important messages (`policy_fact`), and a rule of
    kind `message_opt_out` stops them for who opts out.
    """
    facts = [rule for rule in policy.of(PolicyFact) if rule.important_messages_optional is False]
    for path, rule in numbered(policy, MessageOptOut):
        if facts and "important" in rule.classes:
            yield Flaw(
                (*path, "classes"),
                f"important messages stop on opting out, and by {facts[0].rule} nobody can",
                "take important out of the classes, or correct the fact",
                rule.rule,
            )


def place_allowed_and_forbidden(policy: Policy) -> Iterator[Flaw]:
    """All data is stored in some regions (`stored_in`), and data of a region outside them must not
    leave it (`kept_in`) on any basis.
    """
    for path, kept in numbered(policy, KeptIn):
        ways = [way for way in policy.of(MayLeave) if way.region == kept.region]
        for stored in policy.of(StoredIn):
            inside = any(
                lies_in(region, kept.region) or lies_in(kept.region, region)
                for region in stored.regions
            )
            if not ways and not inside:
                yield Flaw(
                    (*path, "region"),
                    f"data must stay in {kept.region}, and by {stored.rule} all of it is stored "
                    "elsewhere",
                    "add a rule of kind may_leave, or the region to the regions of storage",
                    kept.rule,
                )
