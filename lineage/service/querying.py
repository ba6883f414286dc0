"""The questions about one person, and the reverse one: facts in, answers out. No SQL of its own."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.domain.facts import Facts, Holder, HolderKind, facts_of_holder, joined_facts
from lineage.domain.holdings import Holding, holdings, recipient_kinds
from lineage.events.marks import PERSON_PREFIX
from lineage.events.times import from_micros
from lineage.policy.loader import Library
from lineage.policy.recipients import RecipientRegistry
from lineage.service import answers
from lineage.service.errors import InvalidInput
from lineage.service.made import made
from lineage.service.people import People, View, reaches_beyond, view_at
from lineage.service.person_rows import (
    Times,
    change_rows,
    collection_rows,
    edge_rows,
    holder_rows,
)
from lineage.storage.facts import read_holding_facts
from lineage.storage.freshness import Freshness, read_freshness
from lineage.storage.keyring import PERSON, Who
from lineage.storage.persons import components, linked_refs, main_ref
from lineage.storage.reverse import refs_retracted_since, refs_with_edges_to
from lineage.storage.store import Store

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

LIMIT_MAX = 1000


@dataclass(frozen=True, slots=True)
class _Seen:
    """A person as a question sees it; ``ids`` are its linked ones, if it has several."""

    controller: str
    ids: tuple[str, ...]
    facts: Facts
    frame: dict[str, Any]


class Questions:
    """Answers questions over one store."""

    def __init__(
        self,
        store: Store,
        library: Library,
        registry: RecipientRegistry,
        now: Callable[[], int],
    ) -> None:
        """``now`` is the tracker's clock in microseconds."""
        self.store = store
        self.library = library
        self.registry = registry
        self.now = now
        self.people = People(store, library.controllers)

    def holders(
        self,
        subject: str,
        *,
        controller: str | None,
        as_of: datetime | None,
        known_at: datetime | None,
    ) -> answers.Holders:
        """Who holds, or held, which category of the person."""
        view = view_at(self.now(), as_of, known_at)
        seen = self._see(subject, controller, view)
        kinds = recipient_kinds(seen.facts.edges)
        rows = holder_rows(seen.facts, seen.controller, kinds, Times())
        return made(answers.Holders, **seen.frame, subject=subject, holders=rows)

    def lineage(
        self,
        subject: str,
        *,
        controller: str | None,
        as_of: datetime | None,
        known_at: datetime | None,
    ) -> answers.Lineage:
        """Where each category came from, each hop, and who holds it."""
        view = view_at(self.now(), as_of, known_at)
        seen = self._see(subject, controller, view)
        facts, times = seen.facts, Times()
        kinds = recipient_kinds(facts.edges)
        return made(
            answers.Lineage,
            **seen.frame,
            subject=subject,
            linked=sorted(set(seen.ids) - {subject}),
            collections=collection_rows(facts, times),
            edges=edge_rows(facts, kinds, times),
            changes=change_rows(facts),
            holders=holder_rows(facts, seen.controller, kinds, times),
        )

    def _see(self, subject: str, controller: str | None, view: View) -> _Seen:
        """The person as seen from there, and what an answer about it carries."""
        live = self.people.read_live(controller, subject, view)
        if live is not None:
            name, stored = live.controller, live.stored
            frame = self.framed(name, view, stored.fresh, nothing=not stored.facts.edges)
            return _Seen(name, stored.ids, stored.facts, frame)
        with self.store.reading() as conn:
            name = self.people.controller_of(conn, subject, controller)
            person = self.people.read(conn, name, subject, view)
            frame = self.frame(conn, name, view, nothing=not person.facts.edges)
            ids = self.store.keyring.names(conn, person.refs) if len(person.refs) > 1 else {}
        return _Seen(name, tuple(ids.values()), person.facts, frame)

    def recipient_subjects(
        self,
        recipient: str,
        *,
        controller: str,
        as_of: datetime | None,
        known_at: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> answers.RecipientSubjects:
        """Whose data a recipient holds, a page of at most ``limit`` people."""
        if not 1 <= limit <= LIMIT_MAX:
            raise InvalidInput(f"the limit must lie between 1 and {LIMIT_MAX}")
        view = view_at(self.now(), as_of, known_at)
        after = _read_cursor(cursor)
        with self.store.reading() as conn:
            self.people.controller_of(conn, "", controller)
            party = self._stored_party(conn, controller, recipient)
            refs = refs_with_edges_to(conn, controller, party, after=after, limit=limit + 1)
            if view.known_at is not None:
                refs = self._with_changed(conn, controller, refs, after, view)[: limit + 1]
            page, more = refs[:limit], len(refs) > limit
            rows = self._subject_rows(conn, controller, party, page, view)
            # Those with a hop now may have had none then.
            nothing = not more and not (refs if view.live else rows)
            frame = self.frame(conn, controller, view, nothing=nothing and after == b"")
        following = _cursor(page[-1]) if more else None
        return made(
            answers.RecipientSubjects, **frame, recipient=recipient, rows=rows, next=following
        )

    def _stored_party(self, conn: Connection, controller: str, recipient: str) -> str:
        """The name a party has in the store: a natural person's is its ref."""
        if not recipient.startswith(PERSON_PREFIX):
            return recipient
        who = Who(controller, PERSON, recipient.removeprefix(PERSON_PREFIX))
        person = self.store.keyring.find(conn, who)
        return recipient if person is None else PERSON_PREFIX + person.ref.hex()

    def _with_changed(
        self, conn: Connection, controller: str, refs: list[bytes], after: bytes, view: View
    ) -> list[bytes]:
        """With everybody of whom something was retracted since, or who was linked since with
        somebody whose retractions count for both: hops they then had may be gone.
        """
        changed = set(refs_retracted_since(conn, controller, view.known_at or 0))
        links = self.store.folder.links_on_record(conn, controller)
        since = self.store.folder.links_on_record(conn, controller, after=view.known_at)
        changed.update(ref for link in since for ref in link)
        for group in components({*changed, *(ref for link in links for ref in link)}, links):
            if not changed.isdisjoint(group):
                changed.update(group)
        return sorted({*refs, *(ref for ref in changed if ref > after)})

    def _subject_rows(
        self, conn: Connection, controller: str, recipient: str, page: list[bytes], view: View
    ) -> list[answers.SubjectRow]:
        """Rows of the people whose first ref of this recipient is on the page, each once."""
        holder = Holder(HolderKind.RECIPIENT, recipient)
        connected, links = linked_refs(conn, page)
        groups = {ref: group for group in components(connected, links) for ref in group}
        stored = read_holding_facts(conn, sorted(connected), holder) if view.live else {}
        held: list[tuple[bytes, Holding]] = []
        for ref in page:
            own = joined_facts(stored[r] for r in groups[ref] if r in stored)
            main = main_ref(groups[ref], links)
            if not view.live or reaches_beyond(own, view.as_of):
                read = self.people.read_raw(conn, controller, ref, view)
                own, main = facts_of_holder(read.facts, holder), read.main or ref
            if min((edge.ref for edge in own.edges), default=None) == ref:
                found = holdings(own.edges, own.erasures, controller=controller)
                held += [(main, holding) for holding in found if holding.held]
        # Opened are only the ids that are shown.
        names, times = self.store.keyring.names(conn, {main for main, _ in held}), Times()
        return [
            made(
                answers.SubjectRow,
                subject=names[main],
                category=holding.category,
                since=times[holding.since],
            )
            for main, holding in held
        ]

    def frame(
        self, conn: Connection, controller: str, view: View, *, nothing: bool
    ) -> dict[str, Any]:
        """What every answer carries; ``nothing`` says that the answer has nothing to show."""
        fresh = read_freshness(conn, controller, known_at=view.known_at)
        return self.framed(controller, view, fresh, nothing=nothing)

    def framed(
        self, controller: str, view: View, fresh: Freshness, *, nothing: bool
    ) -> dict[str, Any]:
        """``frame``, for whoever knows how far the record reaches."""
        known_at = view.now if view.known_at is None else view.known_at
        silent = self.silent_sources(controller, fresh, known_at)
        begins_too_late = fresh.complete_from is None or fresh.complete_from > view.as_of
        day = from_micros(view.as_of).date()
        return {
            "controller": controller,
            "policy_version": self.library.in_force(controller, day).version,
            "as_of": from_micros(view.as_of),
            "known_at": from_micros(known_at),
            "complete_up_to": fresh.complete_up_to,
            "complete_from": (
                None if fresh.complete_from is None else from_micros(fresh.complete_from)
            ),
            "silent_sources": silent,
            "unknown": nothing and (begins_too_late or bool(silent)),
        }

    def silent_sources(self, controller: str, fresh: Freshness, now: int) -> list[str]:
        """Declared sources that have sent nothing for longer than they may; never others."""
        entries = self.registry.controllers.get(controller)
        silent = []
        for source, entry in () if entries is None else entries.sources.items():
            last = fresh.sources.get(source)
            limit = int(entry.silent_after.delta.total_seconds() * 1_000_000)
            if last is None or now - last > limit:
                silent.append(source)
        return sorted(silent)


def _cursor(ref: bytes) -> str:
    return base64.urlsafe_b64encode(ref).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> bytes:
    if cursor is None:
        return b""
    try:
        ref = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        ref = b""
    if _cursor(ref) != cursor or not ref:
        raise InvalidInput("this is no cursor", do="use the value of `next` from the page before")
    return ref
