"""What is different about an answer, for tests of the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import yaml

from lineage.policy.loader import load_library
from lineage.scenarios.comparing import Context
from lineage.scenarios.expected import GROUPS
from lineage.scenarios.groups import COMPARE

DAY: Final = date(2026, 3, 16)
LIBRARY: Final = load_library()


def differences(
    group: str,
    wanted: str,
    answer: Mapping[str, Any],
    *,
    equivalent: tuple[tuple[str, ...], ...] = (),
    controller: str = "store-002",
) -> list[str]:
    """The paths at which an answer differs from what is written."""
    expected = GROUPS[group].model_validate(yaml.safe_load(wanted))
    groups = tuple(frozenset(rules) for rules in equivalent)
    context = Context(LIBRARY.in_force(controller, DAY), groups)
    return [found.path for found in COMPARE[group](expected, answer, context)]
