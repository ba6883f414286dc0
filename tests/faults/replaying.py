"""Saying what replays a round that has failed, beside what failed in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replayed_by(seed: int) -> Iterator[None]:
    """Add to whatever fails in the block the seed, and the command that runs this test again."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]  # "path::name[seed] (call)"
    try:
        yield
    except BaseException as error:
        error.add_note(f"seed {seed}; to replay it: .venv/bin/python -m pytest -m '' '{test}'")
        raise
