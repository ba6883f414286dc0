"""Which refs are one person: sets over the links that ``identity_linked`` makes. SQL only.

Refs never merge; a person is the set of refs that links connect, worked out when it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lineage.storage import tables as t
from lineage.storage.bulk import Lookup
from lineage.storage.engines import Connection

Link = tuple[bytes, bytes]


_LINKS = Lookup(t.links)
_VERSIONS = Lookup(t.persons, ["ver"])


def linked_refs(conn: Connection, refs: Iterable[bytes]) -> tuple[set[bytes], list[Link]]:
    """All refs that links connect with these, and those links (each once, as recorded)."""
    reached = set(refs)
    found: list[Link] = []
    waiting = reached
    while waiting:
        rows = _LINKS.rows(conn, sorted(waiting))
        found += [(row.subject_ref, row.other_ref) for row in rows if row.forward]
        waiting = {row.other_ref for row in rows} - reached
        reached |= waiting
    return reached, found


def components(refs: Iterable[bytes], links: Iterable[Link]) -> list[list[bytes]]:
    """The refs grouped by person, each group and the list of groups sorted."""
    next_to: dict[bytes, set[bytes]] = defaultdict(set)
    for ref, other in links:
        next_to[ref].add(other)
        next_to[other].add(ref)
    groups, seen = [], set[bytes]()
    for ref in sorted(set(refs)):
        if ref in seen:
            continue
        group, waiting = {ref}, [ref]
        while waiting:
            for other in next_to[waiting.pop()] - group:
                group.add(other)
                waiting.append(other)
        seen |= group
        groups.append(sorted(group))
    return groups


def main_ref(group: Sequence[bytes], links: Iterable[Link]) -> bytes:
    """The ref a person is shown under: one that links others and is linked by none."""
    linked = {other for ref, other in links if ref != other}
    owners = [ref for ref in group if ref not in linked]
    return min(owners or group)


def version_of(conn: Connection, refs: Sequence[bytes]) -> int:
    """How many events are on record for the person: the ``ver`` of its plans."""
    return sum(row.ver for row in _VERSIONS.rows(conn, refs))
