"""Where each rule kind is applied, found by reading the source of the domain; nothing is imported.

For the page of rule kinds and for the test that no kind is judged or answered by nobody.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]


def kind_uses(
    names: Collection[str], folder: Path = PACKAGE / "domain"
) -> Mapping[str, tuple[str, ...]]:
    """For each name of a class the modules whose code names it, sorted; an import is no use."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for path in sorted(folder.rglob("*.py")):
        for name in _names_in(ast.parse(path.read_text(encoding="utf-8"))):
            if name in found:
                found[name].add(path.relative_to(folder.parents[1]).as_posix())
    return {name: tuple(sorted(modules)) for name, modules in found.items()}


def _names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
