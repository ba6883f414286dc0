"""The same composition with one thing changed: a rule, a number, an event. Nothing is compared."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from lineage.domain.facts import Recorded
from lineage.events.times import format_time, from_micros
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.policy.rule import DAYS_MAX
from tests.fuzz.asking import Asked
from tests.fuzz.histories import ANN, recorded
from tests.fuzz.policies import composed_rule, is_in_form
from tests.fuzz.values import Wire
from tests.fuzz.words import CONTROLLER

Change = Callable[[Wire], Wire | None]
"""Makes another rule of one, or (None) takes it out"""


def with_policies(asked: Asked, change: Callable[[Wire], Any]) -> Asked:
    """Each version as ``change`` leaves it."""
    policies = [deepcopy(policy) for policy in asked.composition.policies]
    for policy in policies:
        change(policy)
    return asked.under(Library(Policy.model_validate(policy) for policy in policies))


def with_each_rule(asked: Asked, change: Change) -> Asked:
    """Each rule of each version as ``change`` gives it back."""

    def each(policy: Wire) -> None:
        changed = [change(rule) for rule in policy["rules"]]
        policy["rules"] = [rule for rule in changed if rule is not None]

    return with_policies(asked, each)


def without(asked: Asked, *kinds: str) -> Asked:
    """Without the rules of these kinds."""
    return with_each_rule(asked, lambda rule: None if rule["kind"] in kinds else rule)


def with_limits(asked: Asked, kind: str, by: int) -> Asked:
    """The rules of a kind with another limit: so many units more, as far as may be."""

    def moved(rule: Wire) -> Wire:
        if rule["kind"] != kind:
            return rule
        limit = min(max(rule["limit"] + by, 0), DAYS_MAX)
        target = rule.get("target")
        kept = {name: value for name, value in rule.items() if name != "target"}
        if target is not None and target < limit:
            kept["target"] = target
        return kept | {"limit": limit}

    return with_each_rule(asked, moved)


def with_rule(asked: Asked, rule: Wire) -> Asked:
    """With one rule more in each version, as the last; a version that has it stays as it is."""

    def add(policy: Wire) -> None:
        more = policy | {"rules": [*policy["rules"], rule]}
        if is_in_form(more):
            policy["rules"] = more["rules"]

    return with_policies(asked, add)


def drawn_rule(asked: Asked, kind: type[Any]) -> Wire:
    """A rule of a kind in the words of the composition: the same one for the same composition."""
    rng = Random(f"{asked.composition.seed} {kind.__name__}")
    return composed_rule(rng, asked.composition.words, kind)


def said(
    asked: Asked, name: str, *, id: str = "added", at: int | None = None, **data: Any
) -> Recorded:
    """An event of Ann's, at the moment of asking or another, recorded after all others."""
    event: Wire = {
        "id": id,
        "source": "/services/added",
        "type": f"lineage.{name}.v1",
        "time": format_time(from_micros(asked.as_of if at is None else at)),
        "recordedtime": format_time(from_micros(asked.as_of)),
        "controller": CONTROLLER,
        "subject": ANN,
        "data": data,
    }
    (made,) = recorded([event])
    last = max(one.recorded_at for one in asked.composition.recorded)
    return made._replace(
        recorded_at=max(last, made.recorded_at), position=len(asked.composition.events)
    )
