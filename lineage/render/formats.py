"""The table of formats. A new picture is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lineage.render.dot import render_dot
from lineage.render.json import render_json
from lineage.render.mermaid import render_mermaid
from lineage.render.svg import render_svg
from lineage.render.tree import render_tree
from lineage.service.answers import Lineage

FORMATS: Mapping[str, Callable[[Lineage], str]] = MappingProxyType(
    {
        "tree": render_tree,
        "json": render_json,
        "mermaid": render_mermaid,
        "dot": render_dot,
        "svg": render_svg,
    }
)


def render(lineage: Lineage, *, form: str) -> str:
    """Return ``lineage`` drawn in one of ``FORMATS``."""
    return FORMATS[form](lineage)
