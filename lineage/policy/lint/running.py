"""Applying the checks to files: read, look at the form, then at the rest. No check lives here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from lineage.policy.errors import PolicyError
from lineage.policy.lint.flaw import Row
from lineage.policy.lint.record import Compared, OnRecord
from lineage.policy.lint.table import (
    FORM,
    OF_FOLDER,
    OF_POLICY,
    OF_REGISTRY,
    PEOPLE_ON_RECORD,
    POLICY_ON_RECORD,
    REGISTRY_ON_RECORD,
)
from lineage.policy.lint.versions import Beside
from lineage.policy.loader import Library, policy_files, versioned
from lineage.policy.model import Policy
from lineage.policy.recipients import RecipientRegistry
from lineage.policy.yamlfile import Document, faults_of, read_document


@dataclass(frozen=True, slots=True)
class LintedPolicy:
    """A policy whose form is right, with its file."""

    document: Document
    policy: Policy


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in files, by file and line, and what is there to compare with the record."""

    rows: tuple[Row, ...]
    policies: tuple[LintedPolicy, ...]
    registry: Document | None

    @property
    def controllers(self) -> tuple[str, ...]:
        """Whose policies could be read."""
        return tuple(sorted({one.policy.id for one in self.policies}))


def lint_files(place: Path, registry: Path | None = None) -> Linted:
    """Lint a policy file, or all of a folder and how they go together; and a registry.

    Raises ``PolicyError`` for a file that is none: not readable, not YAML, or with none of the
    keys of a policy or a registry. What is wrong in the form comes first: only a policy in form is
    checked further.
    """
    rows: list[Row] = []
    linted: list[LintedPolicy] = []
    for file in policy_files(place):
        document = _read(file, Policy)
        try:
            policy = Policy.model_validate(versioned(document))
        except ValidationError as error:
            rows += form_rows(faults_of(error, document))
        else:
            linted.append(LintedPolicy(document, policy))
            rows += (row for check in OF_POLICY for row in check.rows(policy, document))
    if place.is_dir():
        rows += _beside(linted)
    entries = None if registry is None else _read(registry, RecipientRegistry)
    if entries is not None:
        rows += _lint_registry(entries)
    return Linted(tuple(sorted(rows, key=_by_line)), tuple(linted), entries)


def lint_record(linted: Linted, records: Mapping[str, OnRecord]) -> tuple[Row, ...]:
    """Compare linted files with what is on record, by controller; the latest version counts."""
    latest: dict[str, LintedPolicy] = {}
    library = Library(one.policy for one in linted.policies)
    for one in linted.policies:
        if library.versions(one.policy.id)[-1] is one.policy:
            latest[one.policy.id] = one
    rows: list[Row] = []
    for controller, record in records.items():
        one = latest[controller]
        said = None if linted.registry is None else linted.registry.value
        compared = Compared(one.policy, said, record)
        rows += (row for c in POLICY_ON_RECORD for row in c.rows(compared, one.document))
        rows += (row for c in PEOPLE_ON_RECORD for row in c.rows(record.people, one.document))
        if linted.registry is not None:
            rows += (row for c in REGISTRY_ON_RECORD for row in c.rows(compared, linted.registry))
    return tuple(sorted(rows, key=_by_line))


def form_rows(faults: Iterable[PolicyError]) -> Iterator[Row]:
    """Each fault of the form as a row."""
    for fault in faults:
        yield Row(
            fault.file,
            fault.line,
            fault.key,
            None,
            FORM,
            "hole",
            f"expected {fault.expected}",
            "correct it; nothing loads this file, and a policy is not checked further before",
        )


def _read(file: Path, model: type[BaseModel]) -> Document:
    document = read_document(file)
    if not document.value.keys() & model.model_fields.keys():
        keys = ", ".join(model.model_fields)
        raise PolicyError(file, line=1, key="", expected=f"keys of such a file: {keys}")
    return document


def _beside(linted: list[LintedPolicy]) -> Iterator[Row]:
    policies = [one.policy for one in linted]
    library = Library(policies)
    for number, one in enumerate(linted):
        beside = Beside(one.policy, tuple(policies[:number]), library)
        yield from (row for check in OF_FOLDER for row in check.rows(beside, one.document))


def _lint_registry(document: Document) -> Iterator[Row]:
    """The checks, and what else is wrong in the form: what a check has said is not said again."""
    found = [row for check in OF_REGISTRY for row in check.rows(document.value, document)]
    yield from found
    try:
        RecipientRegistry.model_validate(document.value)
    except ValidationError as error:
        said = {row.path for row in found} | {row.path.rpartition(".")[0] for row in found}
        yield from form_rows(f for f in faults_of(error, document) if f.key not in said)


def _by_line(row: Row) -> tuple[Any, ...]:
    return (row.file, row.line, row.path, row.code, row.says)
