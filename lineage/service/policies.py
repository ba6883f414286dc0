"""What the policies in use say of themselves: their rules as rows. No store is needed here."""

from __future__ import annotations

from collections.abc import Iterator

from lineage.policy.kinds.stated import Stated
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from lineage.service import policy_answers as answers
from lineage.service.errors import InvalidInput, NotFound

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
