"""Writes the JSON Schemas of policy file and registry, and the pages of both, of kinds, of lint.

Run it as ``python -m lineage.policy.publish``. With ``--check`` nothing is written and the exit
code is 1 where something published is stale.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lineage.policy.file_page import file_page
from lineage.policy.kind_page import kinds_page
from lineage.policy.lint.page import lint_page
from lineage.policy.model import Policy
from lineage.policy.recipients import RecipientRegistry
from lineage.policy.rule import Closed

_ROOT: Final = Path(__file__).parents[2]
_PAGES: Final = {
    "docs/policy-file.md": file_page,
    "docs/rule-kinds.md": kinds_page,
    "docs/lint.md": lint_page,
}
_MODELS: Final[dict[str, type[Closed]]] = {
    "policy.schema.json": Policy,
    "registry.schema.json": RecipientRegistry,
}


def schemas() -> dict[str, str]:
    """Return the text of each schema by file name."""
    return {
        name: json.dumps(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema(),
            indent=2,
        )
        + "\n"
        for name, model in _MODELS.items()
    }


def published() -> dict[str, str]:
    """Return the text of everything that is written, by its path in the repository."""
    pages = {name: written() for name, written in _PAGES.items()}
    return {f"schemas/{name}": text for name, text in schemas().items()} | pages


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is published, or compare it with what the models say."""
    parser = argparse.ArgumentParser(prog="python -m lineage.policy.publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if one is stale")
    parser.add_argument("--root", type=Path, default=_ROOT, help="where schemas/ and docs/ lie")
    options = parser.parse_args(arguments)
    stale = {name: text for name, text in published().items() if _read(options.root / name) != text}
    for name, text in stale.items():
        if options.check:
            sys.stderr.write(f"stale: {name} (run python -m lineage.policy.publish)\n")
        else:
            (options.root / name).parent.mkdir(parents=True, exist_ok=True)
            (options.root / name).write_text(text, encoding="utf-8")
    return 1 if options.check and stale else 0


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
