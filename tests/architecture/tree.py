"""What the architecture tests look at: the files of the repository, and nothing that runs them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("lineage", "streams")


def product_modules() -> list[Path]:
    """Every Python file of the product, sorted."""
    modules = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    assert modules, "no module found: the test would hold of nothing"
    return modules


def tracked_files() -> list[Path]:
    """Every file that git would ship."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    assert files, "git lists no file: the test would hold of nothing"
    return [path for path in files if path.is_file()]


def text_of(path: Path) -> str | None:
    """The text of a file; None for one that is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def shown(path: Path) -> str:
    """A path as it is written in a message."""
    return path.relative_to(ROOT).as_posix()
