"""The table of coverage as it is kept with the package, and what it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from lineage.policy.loader import Library
from lineage.scenarios.coverage import Coverage
from lineage.service.errors import InvalidInput

STORED: Final = Path(__file__).parent / "coverage.json"


def policy_digests(library: Library, controllers: Iterable[str]) -> dict[str, str]:
    """What tells these policies from any others."""
    digests = ((controller, library.digest(controller)) for controller in controllers)
    return {controller: digest.hex() for controller, digest in digests if digest is not None}


def file_digests(files: Iterable[Path]) -> dict[str, str]:
    """What tells these files from any others, by their names."""
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def as_text(coverage: Coverage) -> str:
    """The table as it is stored: a line for each rule, so that a change of one is a change of one.

    What a row does not have is left out.
    """
    rows = [row.model_dump(mode="json", exclude_defaults=True) for row in coverage.rules]
    told = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    head = json.dumps({"policies": coverage.policies, "files": coverage.files}, indent=1)
    return f'{head[:-2]},\n "rules": [\n{told}\n ]\n}}\n'


def read_stored(file: Path = STORED) -> Coverage:
    """Read a table that was stored."""
    return Coverage.model_validate_json(file.read_bytes())


def stored_coverage(library: Library, controllers: Iterable[str]) -> Coverage:
    """What the stored table says of these controllers' policies.

    Raises ``InvalidInput`` where it belongs to other policies than those of ``library``.
    """
    table, today = read_stored(), policy_digests(library, controllers)
    other = [name for name, digest in today.items() if table.policies.get(name) != digest]
    if other:
        raise InvalidInput(
            f"the table of lineage is of other policies than yours: {', '.join(other)}",
            do="measure yours: `lineage policy coverage SCENARIO_FILE...`",
        )
    rows = tuple(row for row in table.rules if row.controller in today)
    return Coverage(policies=today, files=table.files, rules=rows)
