"""The check of rules that rest on a rule of another kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from lineage.policy.kinds.collection import SourceAttested
from lineage.policy.kinds.minors import AgeOfMinority, GuardianForAccount, MinorsData
from lineage.policy.kinds.places import KeptIn, MayLeave, PurchaseData
from lineage.policy.kinds.recipients import MayReceive, Sensitive
from lineage.policy.kinds.refusals import RefusalGround, Repetition, RequestFee
from lineage.policy.lint.flaw import Flaw
from lineage.policy.model import Policy
from lineage.policy.rule import Rule


class _Rests(NamedTuple):
    """A kind of rule that needs another one: when, in which field it says so, and what for."""

    kind: type[Rule]
    field: str | None
    when: Callable[[Rule], bool]
    on: type[Rule]
    name: str
    says: str


def _has(field: str, value: object) -> Callable[[Rule], bool]:
    def has(rule: Rule) -> bool:
        found = getattr(rule, field)
        return value in found if isinstance(found, tuple) else bool(found == value)

    return has


def _always(_: Rule) -> bool:
    return True


_NO_SENSITIVE: Final = "no rule says what is sensitive"
_NO_AGE: Final = "no age makes anybody a minor"
_NO_COUNT: Final = "no rule says when a request counts as repeated"
_PURCHASE: Final = "no rule says what a purchase needs, so nothing leaves on this basis"

RESTS: Final = (
    _Rests(
        MayReceive, "sensitive", _has("sensitive", False), Sensitive, "sensitive", _NO_SENSITIVE
    ),
    _Rests(
        SourceAttested,
        "confirm_sensitive",
        _has("confirm_sensitive", True),
        Sensitive,
        "sensitive",
        _NO_SENSITIVE,
    ),
    _Rests(GuardianForAccount, None, _always, AgeOfMinority, "age_of_minority", _NO_AGE),
    _Rests(MinorsData, None, _always, AgeOfMinority, "age_of_minority", _NO_AGE),
    _Rests(RequestFee, None, _always, Repetition, "repetition", _NO_COUNT),
    _Rests(
        RefusalGround,
        "grounds",
        _has("grounds", "repetitive"),
        Repetition,
        "repetition",
        _NO_COUNT,
    ),
    _Rests(
        MayLeave, "ground", _has("ground", "purchase"), PurchaseData, "purchase_data", _PURCHASE
    ),
)


def rests_on_nothing(policy: Policy) -> Iterator[Flaw]:
    """A rule rests on one of another kind that the file lacks: on `sensitive`, `age_of_minority`,
    `repetition`, `purchase_data`, or on the `kept_in` of the same region. It never comes to bear.
    """
    kept = {rule.region for rule in policy.of(KeptIn)}
    for number, rule in enumerate(policy.rules):
        path = ("rules", number)
        for need in RESTS:
            if isinstance(rule, need.kind) and need.when(rule) and not policy.of(need.on):
                place = path if need.field is None else (*path, need.field)
                yield Flaw(place, need.says, f"add a rule of kind {need.name}", rule.rule)
        if isinstance(rule, MayLeave) and rule.region not in kept:
            yield Flaw(
                (*path, "region"),
                f"no rule says that data stays in {rule.region}, so this permits nothing",
                "add a rule of kind kept_in for this region",
                rule.rule,
            )
