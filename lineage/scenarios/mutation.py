"""Measures which scenarios hold which rules: each is run under policies that are wrong by one step.

The ordinary recording and the ordinary questions, as in any run of a scenario. It takes minutes for
all because nearly every change is answered by one of the first scenarios tried: those that name the
rule, then those that held another rule of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.policy.mutants import OFF, Entry, Mutant, entries, mutants
from lineage.policy.rule import RULE_PATTERN
from lineage.scenarios.coverage import Change, Coverage, RuleCoverage, row_of
from lineage.scenarios.files import Scenario, read_scenarios
from lineage.scenarios.reasons import explained, read_reasons
from lineage.scenarios.running import Run, run_anywhere
from lineage.scenarios.stored import file_digests, policy_digests
from lineage.service.errors import InvalidInput

_RULE = re.compile(RULE_PATTERN.strip("^$"))


Advance = Callable[[int, int], None]
"""Told how many rules are done, and of how many."""


def coverage_of(
    library: Library,
    files: Sequence[Path],
    *,
    controllers: Sequence[str] | None = None,
    reasons: Path | None = None,
    advance: Advance = lambda _, __: None,
) -> Coverage:
    """The table of these controllers' policies, or of all, by the scenarios of these files.

    ``reasons`` is the file with written reasons for what survives. Raises ``PolicyError`` for a
    file that is not valid, ``InvalidInput`` for a reason that is not needed and where a scenario
    fails under the policies as they are: it would seem to hold every rule.
    """
    named = library.controllers if controllers is None else tuple(controllers)
    scenarios = read_scenarios(files, library.controllers)
    written = () if reasons is None else read_reasons(reasons)
    policies = [policy for name in named for policy in library.versions(name)]
    total = sum(len(tuple(entries(policy))) for policy in policies)
    rows: list[RuleCoverage] = []
    with run_anywhere() as run:
        _check(run, library, scenarios, named)
        for policy in policies:
            own = [one for one in scenarios if policy.id in one.form.controller.names]
            for row in _Trial(run, library, policy, own).rows():
                rows.append(row)
                advance(len(rows), total)
    digests, sums = policy_digests(library, named), file_digests([*files, *filter(None, [reasons])])
    return Coverage(policies=digests, files=sums, rules=explained(rows, written))


def _check(
    run: Run, library: Library, scenarios: Iterable[Scenario], controllers: Container[str]
) -> None:
    for scenario in scenarios:
        for controller in scenario.form.controller.names:
            if controller in controllers and _fails(run, scenario, controller, library):
                raise InvalidInput(
                    f"scenario {scenario.id} fails under the policy of {controller} as it is",
                    do="mend it first: `lineage scenario test` says what differs",
                )


class _Trial:
    """The scenarios of one controller against one version of its policy."""

    def __init__(
        self, run: Run, library: Library, policy: Policy, scenarios: Sequence[Scenario]
    ) -> None:
        self._run = run
        self._library = library
        self._policy = policy
        self._scenarios = {one.id: one for one in scenarios}
        self._named = {one.id: _rules_named(one) for one in scenarios}
        # By kind of rule: what held one before, the latest last. It may well hold the next one.
        self._held_before: dict[str, dict[str, None]] = {}

    def rows(self) -> Iterator[RuleCoverage]:
        for entry in entries(self._policy):
            changes = [self._change(entry, mutant) for mutant in mutants(self._policy, entry)]
            yield row_of(self._policy, entry, changes)

    def _change(self, entry: Entry, mutant: Mutant) -> Change:
        library = _exchanged(self._library, self._policy, mutant.policy)
        naming = [name for name, rules in self._named.items() if entry.rule.rule in rules]
        held_by = self._failing(naming, library, at_most=None if mutant.change == OFF else 1)
        before = self._held_before.setdefault(entry.kind, {})
        if not held_by:
            likely = dict.fromkeys([*reversed(before), *self._scenarios])
            others = (name for name in likely if name not in naming)
            held_by = self._failing(others, library, at_most=1)
        for name in held_by:
            before.pop(name, None)
            before[name] = None
        return Change(change=mutant.change, held_by=held_by)

    def _failing(
        self, names: Iterable[str], library: Library, *, at_most: int | None
    ) -> tuple[str, ...]:
        controller = self._policy.id
        failing = (
            name for name in names if _fails(self._run, self._scenarios[name], controller, library)
        )
        return tuple(islice(failing, at_most))


def _fails(run: Run, scenario: Scenario, controller: str, library: Library) -> bool:
    with closing(run(scenario, controller, library)) as differences:
        return any(True for _ in differences)


def _exchanged(library: Library, old: Policy, new: Policy) -> Library:
    others = (p for name in library.controllers for p in library.versions(name) if p is not old)
    return Library([*others, new])


def _rules_named(scenario: Scenario) -> frozenset[str]:
    """The rules that it expects in an answer or gives as its reason."""
    return frozenset(_RULE.findall(f"{scenario.form.then} {scenario.form.why}"))
