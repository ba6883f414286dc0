"""The key of a hop: 16 bytes over all that makes it distinct from another of its person. Pure."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from pydantic_core import to_json

from lineage.domain.facts import Hop

KEY_BYTES = 16

HOPS_KEPT = 8192
"""How many keys are kept: hops repeat across people, but parties may be persons, so no more."""


@lru_cache(maxsize=HOPS_KEPT)
def edge_key(hop: Hop) -> bytes:
    """The key of a hop under its person."""
    kind, from_party, to, *rest = hop
    parts = (kind, from_party, to.kind, to.name, *rest)
    return blake2b(to_json(parts), digest_size=KEY_BYTES).digest()
