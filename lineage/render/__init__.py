"""Pictures of an answer: pure functions from a ``Lineage`` to text, one module per format.

Nothing here asks the tracker anything, and nothing here trusts a name: parties are named by whoever
emits events.
"""

from lineage.render.formats import FORMATS, render

__all__ = ["FORMATS", "render"]
