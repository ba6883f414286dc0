"""Holding findings against the rows of a scenario: each row its finding, each finding its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lineage.scenarios import expected as ex
from lineage.scenarios.comparing import NOTHING, Context, Difference, Row, shown

KINDS: Final = {"violations": "violation", "default_violations": "default_violation", "gaps": "gap"}


class Findings:
    """The findings of one log, judged by the equivalent rules of the scenario's file."""

    def __init__(self, wanted: ex.Findings, rows: Sequence[Row], context: Context) -> None:
        """``rows`` are those of the answer; what is about the process is not judged."""
        self._wanted = wanted
        self._context = context
        self._rows = [row for row in rows if row["kind"] in KINDS.values()]

    def differences(self) -> Iterator[Difference]:
        """Everything in which the findings differ from the expected ones."""
        wanted = self._wanted
        for name, kind in KINDS.items():
            if name in wanted.model_fields_set:
                yield from self._list(name, kind, getattr(wanted, name))
        for row in wanted.any_of:
            if not any(self._is_any_of(row, found) for found in self._rows):
                path = f"findings.any_of[{row.ev}]"
                yield Difference(path, row.rules, self._reported(row.ev))
        labels = self._context.labels
        for label in wanted.clean_events:
            if labels is not None and label not in labels:
                path = f"findings.clean_events[{label}]"
                yield Difference(path, "an event of this label", NOTHING)
            dirty = [f for f in self._rows if f["event"] == label and f["kind"] != KINDS["gaps"]]
            for found in filter(self._is_judged, dirty):
                if any(self._pairs(row, found) for row in wanted.allowed_extra):
                    continue
                path = f"findings.clean_events[{label}]"
                yield Difference(path, NOTHING, f"{found['kind']} {found['rule']}")

    def _list(self, name: str, kind: str, rows: Sequence[ex.FindingRow]) -> Iterator[Difference]:
        of_kind = [found for found in self._rows if found["kind"] == kind]
        named = set[int]()
        for row in rows:
            paired = [n for n, found in enumerate(of_kind) if self._pairs(row, found)]
            path = f"findings.{name}[{', '.join(filter(None, (row.rule, row.ev)))}]"
            if not paired:
                yield Difference(path, shown(row), NOTHING)
            elif "categories" in row.model_fields_set:
                told = {
                    category
                    for n in paired
                    for category in of_kind[n]["categories"]
                    if self._says_no_more(row, of_kind[n])
                }
                if told != set(row.categories):
                    said = sorted({c for n in paired for c in of_kind[n]["categories"]})
                    yield Difference(f"{path}.categories", sorted(row.categories), said)
                    named.update(paired)
        for number, found in enumerate(of_kind):
            if number not in named and self._is_judged(found) and not self._has_row(rows, found):
                label = ", ".join(filter(None, (found["rule"], found["event"])))
                yield Difference(f"findings.{name}[{label}]", NOTHING, found["categories"])

    def _has_row(self, rows: Sequence[ex.FindingRow], found: Row) -> bool:
        wanted = self._wanted
        return (
            any(self._pairs(row, found) and self._says_no_more(row, found) for row in rows)
            or any(self._pairs(row, found) for row in wanted.allowed_extra)
            or any(self._is_any_of(row, found) for row in wanted.any_of)
        )

    def _pairs(self, row: ex.FindingRow | ex.Allowed, found: Row) -> bool:
        on_event = row.ev is None or row.ev == found["event"]
        return on_event and self._is_same_rule(row.rule, found["rule"])

    def _is_same_rule(self, one: str, other: str) -> bool:
        groups = self._context.equivalent
        return one == other or any(one in group and other in group for group in groups)

    def _says_no_more(self, row: ex.FindingRow, found: Row) -> bool:
        unsaid = "categories" not in row.model_fields_set
        return unsaid or set(found["categories"]) <= set(row.categories)

    def _is_any_of(self, row: ex.AnyOf, found: Row) -> bool:
        return found["event"] == row.ev and any(
            self._is_same_rule(rule, found["rule"]) for rule in row.rules
        )

    def _is_judged(self, found: Row) -> bool:
        """Whether the rule is of one of the topics; a default is of none."""
        topics = self._wanted.topics
        if topics is None:
            return True
        _, _, rest = found["rule"].partition(".")
        return bool(rest) and rest[0] in topics

    def _reported(self, label: str) -> list[str]:
        return [found["rule"] for found in self._rows if found["event"] == label]


def compare_findings(wanted: ex.Findings, answer: Row, context: Context) -> Iterator[Difference]:
    """The findings of the whole log."""
    return Findings(wanted, answer["findings"], context).differences()
