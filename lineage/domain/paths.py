"""The ways by which data came from the controller to a recipient. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from heapq import heappop, heappush

from lineage.domain.facts import Edge, HolderKind

PATHS_MAX = 10
STEPS_MAX = 10_000
"""Bound on the search: a dense graph has more simple paths than anybody can read."""

Way = tuple[str, ...]


class Paths:
    """Paths over one person's hops: no party twice, shortest first, at most ``PATHS_MAX``."""

    def __init__(self, edges: Iterable[Edge], controller: str) -> None:
        """Index the hops between parties; collections are no hops."""
        self.controller = controller
        self._senders: dict[str, dict[str, list[Collection[str]]]] = {}
        for edge in edges:
            hop = edge.hop
            if hop.to.kind is HolderKind.RECIPIENT and hop.from_party is not None:
                senders = self._senders.setdefault(hop.to.name, {})
                senders.setdefault(hop.from_party, []).append(edge.spans)
        self._of_category: dict[str | None, _Hops] = {}
        self._of_hops: dict[frozenset[tuple[str, str]], _Hops] = {}

    def of_any(self, recipient: str) -> tuple[Way, ...] | None:
        """The one path to who has it from the controller alone; None where it depends on what."""
        senders = self._senders.get(recipient, ())
        if len(senders) == 1 and self.controller in senders and recipient != self.controller:
            return ((self.controller, recipient),)
        return None

    def to(self, recipient: str, category: str) -> tuple[Way, ...]:
        """Paths on which every hop carried this category; if there are none, any paths.

        A recipient may pass a category on under another word, so the second choice is still how
        the data came. Empty where no hop on record leads there from the controller.
        """
        return self._hops(category).paths_to(recipient) or self._hops(None).paths_to(recipient)

    def _hops(self, category: str | None) -> _Hops:
        """Those that carried the category, or anything; one object for those that went alike."""
        found = self._of_category.get(category)
        if found is None:
            hops = frozenset(
                (by, to)
                for to, senders in self._senders.items()
                for by, carried in senders.items()
                if category is None or any(category in one for one in carried)
            )
            found = self._of_hops.setdefault(hops, _Hops(hops, self.controller))
            self._of_category[category] = found
        return found


class _Hops:
    """Who sent something to whom, and the paths that were found over these hops."""

    def __init__(self, hops: Iterable[tuple[str, str]], controller: str) -> None:
        self._controller = controller
        self._before: dict[str, list[str]] = {}
        self._after: dict[str, list[str]] = {}
        for by, to in hops:
            self._before.setdefault(to, []).append(by)
            self._after.setdefault(by, []).append(to)
        self._found: dict[str, tuple[Way, ...]] = {}

    def paths_to(self, recipient: str) -> tuple[Way, ...]:
        """The shortest paths, searched once."""
        found = self._found.get(recipient)
        if found is None:
            found = self._only_way(recipient)
            if found is None:
                found = tuple(self._shortest(recipient))
            self._found[recipient] = found
        return found

    def _only_way(self, recipient: str) -> tuple[Way, ...] | None:
        """The path back where each party has one sender, which is so for most; None where not."""
        way = [recipient]
        while True:
            senders = self._before.get(way[-1], ())
            if len(senders) > 1:
                return None
            if not senders or senders[0] in way:
                return ()
            way.append(senders[0])
            if senders[0] == self._controller:
                return (tuple(reversed(way)),)

    def _shortest(self, recipient: str) -> list[Way]:
        """The shortest paths, by length, then by name.

        What is tried first is the path that can end soonest, so a crowd beside the way does not
        use up the steps before the recipient is reached.
        """
        left = self._hops_left(recipient)
        found: list[Way] = []
        if self._controller not in left:
            return found
        waiting: list[tuple[int, Way]] = [(left[self._controller], (self._controller,))]
        steps = 0
        while waiting and len(found) < PATHS_MAX and steps < STEPS_MAX:
            _, path = heappop(waiting)
            steps += 1
            if path[-1] == recipient and len(path) > 1:
                found.append(path)
                continue
            for party in self._after.get(path[-1], ()):
                if party in left and party not in path:
                    heappush(waiting, (len(path) + left[party], (*path, party)))
        return found

    def _hops_left(self, recipient: str) -> dict[str, int]:
        """How many hops each party that leads there is away from the recipient."""
        left, waiting = {recipient: 0}, deque([recipient])
        while waiting:
            reached = waiting.popleft()
            for party in self._before.get(reached, ()):
                if party not in left:
                    left[party] = left[reached] + 1
                    waiting.append(party)
        return left
