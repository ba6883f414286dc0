"""Written reasons for changes that survive: no answer could show them. Each must be needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from lineage.events.types import ControllerId, Distinct
from lineage.policy.rule import Closed, RuleId, Sentence
from lineage.policy.yamlfile import read_document, validate
from lineage.scenarios.coverage import Change, RuleCoverage
from lineage.service.errors import InvalidInput

_Key = tuple[str, str, str, int, str]


class Reason(Closed):
    """Why no scenario can hold one change of one rule, which several policies may have."""

    controllers: Annotated[Distinct[ControllerId], Field(min_length=1)]
    rule: RuleId
    kind: str
    number: Annotated[int, Field(ge=1, strict=True)] = 1
    change: str
    why: Sentence


class ReasonsFile(Closed):
    """A file of reasons as it is written."""

    survivors: tuple[Reason, ...]


def read_reasons(file: Path) -> tuple[Reason, ...]:
    """Read the reasons of a file. Raises ``PolicyError`` that names file, line and key."""
    return validate(ReasonsFile, read_document(file)).survivors


def explained(rows: Sequence[RuleCoverage], reasons: Iterable[Reason]) -> tuple[RuleCoverage, ...]:
    """The rows with what is written about their survivors.

    Raises ``InvalidInput`` for a reason of a change that does not survive, or that is none. What is
    written about a controller without a row is left alone.
    """
    measured = {row.controller for row in rows}
    why = {
        (controller, reason.rule, reason.kind, reason.number, reason.change): reason.why
        for reason in reasons
        for controller in reason.controllers
        if controller in measured
    }
    surviving = {_key(row, change) for row in rows for change in row.survivors}
    needless = [" ".join(map(str, key)) for key in why if key not in surviving]
    if needless:
        raise InvalidInput(
            f"a reason is written for what does not survive: {'; '.join(needless)}",
            do="delete it: a scenario holds this, or there is no such change",
        )
    return tuple(_explained(row, why) for row in rows)


def _explained(row: RuleCoverage, why: Mapping[_Key, str]) -> RuleCoverage:
    changes = tuple(
        change.model_copy(update={"why": why.get(_key(row, change))}) for change in row.changes
    )
    return row.model_copy(update={"changes": changes})


def _key(row: RuleCoverage, change: Change) -> _Key:
    return row.controller, row.rule, row.kind, row.number, change.change
