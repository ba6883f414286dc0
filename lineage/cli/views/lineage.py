"""How ``lineage show`` looks on a terminal."""

from collections.abc import Iterator

from rich.console import RenderableType

from lineage.cli.views.tables import standing
from lineage.service.answers import Lineage


def lineage_view(answer: Lineage) -> Iterator[RenderableType]:
    """Yield the tree, then what it rests on."""
    from lineage.render.tree import lineage_tree

    yield lineage_tree(answer)
    yield ""
    yield from standing(answer)
