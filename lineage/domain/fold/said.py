"""What new events say, noted before anything is read, and what must be read to act on it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lineage.domain.facts import Holder, Hop, Recorded
from lineage.domain.fold.book import Book, VersionAt
from lineage.domain.fold.hop_keys import edge_key


@dataclass(slots=True)
class Reads:
    """What of all the person's refs a step needs to see.

    Edges: ``everything``, else those under (ref, edge key) and all to ``holders``. Outs:
    ``all_outs``, else those of the holders in ``outs``. Events of the ledger, opened: those under
    the event keys in ``events`` and, with ``unseen``, those of ``UNSEEN_TYPES``; more does no harm.
    """

    edges: list[tuple[bytes, bytes]] = field(default_factory=list)
    holders: set[Holder] = field(default_factory=set)
    outs: set[Holder] = field(default_factory=set)
    everything: bool = False
    all_outs: bool = False
    events: set[bytes] = field(default_factory=set)
    unseen: bool = False


class Said(Book):
    """Notes what handlers say, to be done once what it needs has been read."""

    def __init__(self, controller: str, version_at: VersionAt) -> None:
        super().__init__(controller, version_at)
        self.said: list[tuple[Recorded, Hop | Holder | None, bytes, Iterable[str]]] = []
        """(event, hop of an *in* or holder of an *out*, edge key of the hop, categories)"""

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Note an *in*."""
        self.said.append((event, hop, edge_key(hop), categories))

    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:
        """Note an *out*."""
        self.said.append((event, holder, b"", categories))

    def later(self, event: Recorded) -> None:
        """Note that the event's handler needs to see what is stored."""
        self.said.append((event, None, b"", ()))
