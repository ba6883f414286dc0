"""Which type of event a dead letter would have been, as far as it can be read. No SQL.

Only the contract's words are given: what else a sender writes in that place might be anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pydantic_core import from_json

from lineage.events.registry import REGISTRY
from lineage.service.errors import InvalidInput
from lineage.storage.dead_letters import StoredDeadLetter

UNKNOWN: Final = "unknown"
_WRITTEN = re.compile(rb'"type"\s*:\s*"(lineage\.[a-z_]+\.v[0-9]+)"')
_HEADER = "ce_type"


def type_of(letter: StoredDeadLetter) -> str:
    """The CloudEvents type, or ``unknown``."""
    found = _in_message(letter.message)
    if found is None and letter.origin is not None:
        header = dict(letter.origin.headers).get(_HEADER)
        found = None if header is None else header.decode("utf-8", "replace")
    return UNKNOWN if found is None or found not in REGISTRY.every_version else found


def _in_message(message: bytes) -> str | None:
    """What the message says; of one that is no JSON, what is written in it all the same."""
    try:
        parsed = from_json(message)
    except ValueError:
        written = _WRITTEN.search(message)
        return None if written is None else written[1].decode()
    said = parsed.get("type") if isinstance(parsed, dict) else None
    return said if isinstance(said, str) else None


def of_type(wanted: str | None) -> Callable[[StoredDeadLetter], bool]:
    """Tell whether a letter is of a type: ``lineage.data_shared.v1``, of an event whatever its
    version: ``data_shared``, or ``unknown``; of any without one. Raises ``InvalidInput``.
    """
    if wanted is None:
        return lambda _: True
    known = REGISTRY.every_version
    types = {each for each, model in known.items() if wanted in (each, model.event_name)}
    if wanted == UNKNOWN:
        types = {UNKNOWN}
    if not types:
        raise InvalidInput(
            "there is no event type of this name",
            do=f"write it as data_shared or lineage.data_shared.v1, or {UNKNOWN}",
        )
    return lambda letter: type_of(letter) in types
