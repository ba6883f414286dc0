"""The engines that suites run on, as parameters; ``places`` has the stores on them."""

from __future__ import annotations

import pytest

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)
ENGINES = ("sqlite", POSTGRESQL)

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
"""For a test of what only a database file has; its name or docstring says so."""

on_postgresql = pytest.mark.parametrize("engine", [POSTGRESQL])
"""For a test of what only a server has."""
