"""``python -m lineage.events.publish [--check]``: write the published contract, or check it."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from lineage.events.asyncapi import asyncapi_document
from lineage.events.envelope import event_to_json
from lineage.events.examples import example
from lineage.events.registry import REGISTRY
from lineage.events.schema import event_schema, file_name

SCHEMAS: Final = Path(__file__).parents[2] / "schemas"
_OWNED: Final = ("events/*.schema.json", "examples/*.json")


def published_files() -> Mapping[str, str]:
    """Return every published file, by its path below ``schemas``."""
    files: dict[str, str] = {}
    for model in REGISTRY.every_version.values():
        files[f"events/{file_name(model)}.schema.json"] = _json(event_schema(model))
        files[f"examples/{file_name(model)}.json"] = _json(
            json.loads(event_to_json(example(model)))
        )
    files["asyncapi.yaml"] = yaml.safe_dump(
        asyncapi_document(), sort_keys=False, allow_unicode=True, width=100
    )
    return files


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def stale_files(root: Path = SCHEMAS) -> list[str]:
    """Return the published files that differ, are missing, or belong to no event any more."""
    files = published_files()
    differing = [name for name, text in files.items() if _read(root / name) != text]
    left_over = [
        path.relative_to(root).as_posix()
        for pattern in _OWNED
        for path in root.glob(pattern)
        if path.relative_to(root).as_posix() not in files
    ]
    return sorted((*differing, *left_over))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def publish(root: Path = SCHEMAS) -> list[str]:
    """Write what is stale, remove what belongs to no event, and return the names."""
    stale, files = stale_files(root), published_files()
    for name in stale:
        path = root / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], encoding="utf-8")
        else:
            path.unlink()
    return stale


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; with ``--check`` a stale file is exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m lineage.events.publish")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if stale")
    parser.add_argument("--root", type=Path, default=SCHEMAS, help="the schemas folder")
    options = parser.parse_args(arguments)
    names = stale_files(options.root) if options.check else publish(options.root)
    for name in names:
        sys.stdout.write(f"{'stale' if options.check else 'wrote'}: {name}\n")
    return 1 if options.check and names else 0


if __name__ == "__main__":
    sys.exit(main())
