"""A lineage as JSON: the answer itself, for scripts."""

from __future__ import annotations

from lineage.service.answers import Lineage


def render_json(lineage: Lineage) -> str:
    """Return the published answer format, indented."""
    return lineage.model_dump_json(by_alias=True, indent=2) + "\n"
