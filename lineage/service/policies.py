"""What the policies in use say of themselves: their rules as rows. No store is needed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import TypeAdapter, ValidationError

from lineage.events.types import ControllerId
from lineage.policy.kinds.stated import Stated
from lineage.policy.loader import Library, load_library
from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from lineage.policy.starting import free_prefix, starting_file
from lineage.service import policy_answers as answers
from lineage.service.errors import InvalidInput, NotFound

_SLUG: Final = TypeAdapter[str](ControllerId)
_COMMON = frozenset({"kind", *Rule.model_fields})


def policy_rows(library: Library) -> list[answers.PolicyRow]:
    """One row per version of a policy, the oldest first."""
    return [
        _policy_row(policy)
        for controller in library.controllers
        for policy in library.versions(controller)
    ]


def rules_with_id(library: Library, rule_id: str) -> list[answers.RuleRow]:
    """Every rule under an id, of every controller in its newest version. Raises ``NotFound``."""
    found = [
        row
        for controller in library.controllers
        for row in rule_rows(library.versions(controller)[-1])
        if row.rule == rule_id
    ]
    if not found:
        raise NotFound(
            f"no policy in use has a rule {rule_id!r}",
            do="lineage policy show CONTROLLER lists the rules of one",
        )
    return found


def new_policy(library: Library, controller: str) -> answers.NewPolicy:
    """A policy file to begin with; its prefix is of no policy in use and of none of the package.

    Raises ``InvalidInput`` for a name that is no slug, or that has a policy.
    """
    try:
        _SLUG.validate_python(controller)
    except ValidationError:
        raise InvalidInput(
            f"{controller!r} cannot name a controller",
            do="use lower-case letters, digits and hyphens, as in my-shop",
        ) from None
    if controller in library.controllers:
        raise InvalidInput(
            "this controller has a policy",
            do="copy its file for a new version, and give that one an effective_from",
        )
    taken = {
        policy.prefix
        for one in (library, load_library())
        for name in one.controllers
        for policy in one.versions(name)
    }
    prefix = free_prefix(taken)
    text = starting_file(controller, prefix)
    return answers.NewPolicy(controller=controller, prefix=prefix, file=None, text=text)


def check_controller(library: Library, controller: str) -> None:
    """Raise ``InvalidInput`` for a controller that has no policy."""
    if controller not in library.controllers:
        known = ", ".join(library.controllers)
        raise InvalidInput("this controller has no policy", do=f"name one of {known}")


def rule_rows(policy: Policy) -> Iterator[answers.RuleRow]:
    """The rules of a policy in the order of the file; ``demands`` are the fields of its kind."""
    for rule in policy.every_rule():
        demands = rule.model_dump(mode="json", exclude=set(_COMMON), exclude_defaults=True)
        yield answers.RuleRow(
            controller=policy.id,
            rule=rule.rule,
            kind=getattr(rule, "kind", None),
            basis=rule.basis,
            says=rule.says,
            section=rule.section,
            completed_by=list(rule.completed_by),
            demands=demands,
        )


def _policy_row(policy: Policy) -> answers.PolicyRow:
    rules = policy.every_rule()
    stated = sum(isinstance(rule, Stated) for rule in rules)
    return answers.PolicyRow(
        controller=policy.id,
        name=policy.name,
        prefix=policy.prefix,
        version=policy.version,
        effective_from=policy.effective_from,
        rules=len(rules),
        defaults=sum(rule.basis == "default" for rule in rules),
        not_machine_checkable=stated,
    )
