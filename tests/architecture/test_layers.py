"""The import contracts of pyproject.toml, held by a plain pytest too, and shown to fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT

LINT = (
    "import sys; from importlinter.cli import lint_imports; "
    "sys.exit(lint_imports(config_filename='pyproject.toml', no_cache=True))"
)
LAZY = ("alembic", "faust", "httpx", "kafka", "rich", "sqlalchemy", "typer")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of the tree at root, on the package in that tree."""
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=root, check=False, capture_output=True, text=True
    )


def test_imports_only_go_down() -> None:
    """No module imports what stands above it, and only the storage speaks SQL."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("events/upward.py", "import lineage.service", "imports only go down BROKEN"),
        ("service/sql.py", "import sqlalchemy", "only lineage.storage speaks SQL BROKEN"),
        ("service/broker.py", "import kafka", "only lineage.kafka and streams speak Kafka BROKEN"),
        ("domain/network.py", "import httpx", "domain, policy and events do no I/O BROKEN"),
        ("channels/worker.py", "import faust", "lineage never loads Faust BROKEN"),
        ("client/sql.py", "import sqlalchemy", "knows neither tracker nor database BROKEN"),
        ("kafka/rules.py", "import lineage.policy", "knows neither tracker nor database BROKEN"),
        ("homeless.py", "", "imports only go down BROKEN"),
    ],
)
def test_contract_can_be_broken(tmp_path: Path, module: str, line: str, contract: str) -> None:
    """Each contract catches the import it is there for, so that a green gate means something."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "lineage" / module).write_text(line + "\n", encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert contract in done.stdout


def test_import_is_light() -> None:
    """A service that emits imports lineage without paying for the store, the CLI or the network."""
    code = f"import sys, lineage; print([m for m in {LAZY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
