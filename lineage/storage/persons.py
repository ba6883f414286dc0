"""Which refs are one person: sets over the links that ``identity_linked`` makes. SQL only.

Refs never merge; a person is the set of refs that links connect, worked out when it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engine import PARAMETERS_MAX, chunks

Link = tuple[bytes, bytes]


def linked_refs(conn: sa.Connection, refs: Iterable[bytes]) -> tuple[set[bytes], list[Link]]:
    """All refs that links connect with these, and those links (each once, as recorded)."""
    reached: set[bytes] = set()
    found: list[Link] = []
    for part in chunks(sorted(set(refs)), PARAMETERS_MAX):
        reached.update(part)
        walk = sa.select(t.links.c.subject_ref, t.links.c.other_ref, t.links.c.forward)
        start = walk.where(t.links.c.subject_ref.in_(part)).cte("walk", recursive=True)
        step = walk.join(start, t.links.c.subject_ref == start.c.other_ref)
        for ref, other, forward in conn.execute(sa.select(start.union(step))):
            reached |= {ref, other}
            if forward:
                found.append((ref, other))
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


def version_of(conn: sa.Connection, refs: Sequence[bytes]) -> int:
    """How many events are on record for the person: the ``ver`` of its plans."""
    total = sa.func.coalesce(sa.func.sum(t.persons.c.ver), 0)
    found = conn.execute(sa.select(total).where(t.persons.c.subject_ref.in_(refs)))
    return int(found.scalar_one())
