"""What changes between two policies, each a file or a version in use. No store is needed here."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from lineage.policy.diff.change import Change
from lineage.policy.diff.compare import compare
from lineage.policy.loader import Library, load_library
from lineage.policy.model import Policy
from lineage.service import policy_answers as answers
from lineage.service.errors import InvalidInput


def policy_diff(library: Library, a: str, b: str, *, today: date) -> answers.PolicyDiff:
    """Compare two policies as ``named_policy`` finds them; the rows read from A to B."""
    before, after = (named_policy(library, what, today=today) for what in (a, b))
    rows = [_row(change) for change in compare(before, after)]
    return answers.PolicyDiff(a=_side(before), b=_side(after), counts=_counts(rows), rows=rows)


def named_policy(library: Library, what: str, *, today: date) -> Policy:
    """The policy of an existing file, of a controller today, or of a version in use.

    A version is named as ``lineage policy list`` shows it, or ``slug@version``. Raises
    ``InvalidInput`` for a name that is none of these, or of several; ``PolicyError`` for a file
    that is not valid.
    """
    if Path(what).is_file():
        alone = load_library(Path(what))
        return alone.versions(alone.controllers[0])[0]
    if what in library.controllers:
        return library.in_force(what, today)
    found = [
        policy
        for controller in library.controllers
        for policy in library.versions(controller)
        if what in (policy.version, f"{policy.id}@{policy.version}")
    ]
    if len(found) != 1:
        how = "several versions" if found else "no policy file, no controller and no version"
        raise InvalidInput(
            f"{what!r} names {how} in use",
            do="name a file, a controller or slug@version; `lineage policy list` has them",
        )
    return found[0]


def _side(policy: Policy) -> answers.DiffSide:
    return answers.DiffSide(
        controller=policy.id,
        name=policy.name,
        version=policy.version,
        effective_from=policy.effective_from,
    )


def _row(change: Change) -> answers.DiffRow:
    return answers.DiffRow(
        change=change.change,
        wording=change.wording,
        for_whom=change.for_whom,
        direction=change.direction,
        kind=change.kind,
        rule_a=change.rule_a,
        rule_b=change.rule_b,
        says=change.says,
        fields=[
            answers.DiffField(field=field.name, before=field.before, after=field.after)
            for field in change.fields
        ],
    )


def _counts(rows: list[answers.DiffRow]) -> answers.DiffCounts:
    demands = [row for row in rows if not row.wording]
    whom = Counter(row.for_whom for row in demands)
    how = Counter(row.direction for row in demands)
    return answers.DiffCounts(
        people=whom["people"],
        recipients=whom["recipients"],
        us=whom["us"],
        wording=len(rows) - len(demands),
        stricter=how["stricter"],
        looser=how["looser"],
    )
