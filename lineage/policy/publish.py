"""Writes the JSON Schemas of policy file and recipient registry; no other schema comes from here.

Run it as ``python -m lineage.policy.publish``. With ``--check`` nothing is written and the exit
code is 1 where a published schema is stale.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lineage.policy.model import Policy
from lineage.policy.recipients import RecipientRegistry
from lineage.policy.rule import Closed

_FOLDER: Final = Path(__file__).parents[2] / "schemas"
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the schemas, or compare them with what is published."""
    parser = argparse.ArgumentParser(prog="python -m lineage.policy.publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if one is stale")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where the schemas lie")
    options = parser.parse_args(arguments)
    stale = [name for name, text in schemas().items() if _read(options.folder / name) != text]
    for name in stale:
        if options.check:
            sys.stderr.write(f"stale: {name} (run python -m lineage.policy.publish)\n")
        else:
            (options.folder / name).write_text(schemas()[name], encoding="utf-8")
    return 1 if options.check and stale else 0


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
