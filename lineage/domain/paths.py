"""The ways by which data came from the controller to a recipient. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

from lineage.domain.facts import Edge, HolderKind

PATHS_MAX = 10
STEPS_MAX = 10_000
"""Bound on the search: a dense graph has more simple paths than anybody can read."""


class Paths:
    """Paths over one person's hops: no party twice, shortest first, at most ``PATHS_MAX``."""

    def __init__(self, edges: Iterable[Edge], controller: str) -> None:
        """Index the hops between parties; collections are no hops."""
        self.controller = controller
        self._before: dict[str, dict[str, set[str]]] = {}
        for edge in edges:
            hop = edge.hop
            if hop.to.kind is HolderKind.RECIPIENT and hop.from_party is not None:
                senders = self._before.setdefault(hop.to.name, {})
                senders.setdefault(hop.from_party, set()).update(edge.spans)
        self._cache: dict[tuple[str, str | None], tuple[tuple[str, ...], ...]] = {}

    def to(self, recipient: str, category: str) -> tuple[tuple[str, ...], ...]:
        """Paths on which every hop carried this category; if there are none, any paths.

        A recipient may pass a category on under another word, so the second choice is still how
        the data came. Empty where no hop on record leads there from the controller.
        """
        return self._search(recipient, category) or self._search(recipient, None)

    def _search(self, recipient: str, category: str | None) -> tuple[tuple[str, ...], ...]:
        key = (recipient, category)
        if key not in self._cache:
            only = self._only_way(recipient, category)
            self._cache[key] = tuple(self._shortest(recipient, category)) if only is None else only
        return self._cache[key]

    def _only_way(self, recipient: str, category: str | None) -> tuple[tuple[str, ...], ...] | None:
        """The path back where each party has one sender, which is so for most; None where not."""
        way = [recipient]
        while True:
            senders = self._senders(way[-1], category)
            if len(senders) > 1:
                return None
            if not senders or senders[0] in way:
                return ()
            way.append(senders[0])
            if senders[0] == self.controller:
                return (tuple(reversed(way)),)

    def _shortest(self, recipient: str, category: str | None) -> list[tuple[str, ...]]:
        """The shortest paths, by length, then by name.

        What is tried first is the path that can end soonest, so a crowd beside the way does not
        use up the steps before the recipient is reached.
        """
        left = self._hops_left(recipient, category)
        found: list[tuple[str, ...]] = []
        if self.controller not in left:
            return found
        hops = self._hops_on(category)
        start = (left[self.controller], (self.controller,))
        waiting: list[tuple[int, tuple[str, ...]]] = [start]
        steps = 0
        while waiting and len(found) < PATHS_MAX and steps < STEPS_MAX:
            _, path = heappop(waiting)
            steps += 1
            if path[-1] == recipient and len(path) > 1:
                found.append(path)
                continue
            for party in hops.get(path[-1], ()):
                if party in left and party not in path:
                    heappush(waiting, (len(path) + left[party], (*path, party)))
        return found

    def _senders(self, party: str, category: str | None) -> list[str]:
        hops = self._before.get(party, {})
        return [by for by, carried in hops.items() if category is None or category in carried]

    def _hops_on(self, category: str | None) -> dict[str, list[str]]:
        """To whom each party sent the category, or anything."""
        found: dict[str, list[str]] = {}
        for to in self._before:
            for by in self._senders(to, category):
                found.setdefault(by, []).append(to)
        return found

    def _hops_left(self, recipient: str, category: str | None) -> dict[str, int]:
        """How many hops each party that leads there is away from the recipient."""
        left, waiting = {recipient: 0}, deque([recipient])
        while waiting:
            reached = waiting.popleft()
            for party in self._senders(reached, category):
                if party not in left:
                    left[party] = left[reached] + 1
                    waiting.append(party)
        return left
