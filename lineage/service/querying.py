"""The questions about one person, and the reverse one: facts in, answers out. No SQL of its own."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.domain.facts import (
    Edge,
    Facts,
    Holder,
    HolderKind,
    Hop,
    Span,
    facts_of_holder,
    joined_facts,
)
from lineage.domain.holdings import Holding, holdings, recipient_kinds
from lineage.events.marks import PERSON_PREFIX
from lineage.events.times import from_micros
from lineage.policy.loader import Library
from lineage.policy.recipients import RecipientRegistry
from lineage.service import answers
from lineage.service.errors import InvalidInput
from lineage.service.people import People, View, reaches_beyond, view_at
from lineage.storage.facts import read_holding_facts
from lineage.storage.freshness import Freshness, read_freshness
from lineage.storage.keyring import PERSON, Who
from lineage.storage.persons import components, linked_refs, main_ref
from lineage.storage.reverse import refs_retracted_since, refs_with_edges_to
from lineage.storage.store import Store

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

LIMIT_MAX = 1000


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
        with self.store.reading() as conn:
            controller = self.people.controller_of(conn, subject, controller)
            person = self.people.read(conn, controller, subject, view)
            frame = self.frame(conn, controller, view, nothing=not person.facts.edges)
        return answers.Holders(
            subject=subject, holders=holder_rows(person.facts, controller), **frame
        )

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
        with self.store.reading() as conn:
            controller = self.people.controller_of(conn, subject, controller)
            person = self.people.read(conn, controller, subject, view)
            frame = self.frame(conn, controller, view, nothing=not person.facts.edges)
            ids = self.store.keyring.names(conn, person.refs)
        facts = person.facts
        return answers.Lineage(
            subject=subject,
            linked=sorted(set(ids.values()) - {subject}),
            collections=_collection_rows(facts),
            edges=_edge_rows(facts),
            changes=_change_rows(facts),
            holders=holder_rows(person.facts, controller),
            **frame,
        )

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
                refs = self._with_retracted(conn, controller, refs, after, view)[: limit + 1]
            page, more = refs[:limit], len(refs) > limit
            rows = self._subject_rows(conn, controller, party, page, view)
            # Those with a hop now may have had none then.
            nothing = not more and not (refs if view.live else rows)
            frame = self.frame(conn, controller, view, nothing=nothing and after == b"")
        return answers.RecipientSubjects(
            recipient=recipient,
            rows=rows,
            next=_cursor(page[-1]) if more else None,
            **frame,
        )

    def _stored_party(self, conn: Connection, controller: str, recipient: str) -> str:
        """The name a party has in the store: a natural person's is its ref."""
        if not recipient.startswith(PERSON_PREFIX):
            return recipient
        who = Who(controller, PERSON, recipient.removeprefix(PERSON_PREFIX))
        person = self.store.keyring.find(conn, who)
        return recipient if person is None else PERSON_PREFIX + person.ref.hex()

    def _with_retracted(
        self, conn: Connection, controller: str, refs: list[bytes], after: bytes, view: View
    ) -> list[bytes]:
        """With everybody of whom something was retracted since: hops they then had may be gone."""
        retracted = set(refs_retracted_since(conn, controller, view.known_at or 0))
        links = self.store.folder.links_on_record(conn, controller) if retracted else []
        groups = components({*retracted, *(ref for link in links for ref in link)}, links)
        for group in groups:
            if not retracted.isdisjoint(group):
                retracted.update(group)
        return sorted({*refs, *(ref for ref in retracted if ref > after)})

    def _subject_rows(
        self, conn: Connection, controller: str, recipient: str, page: list[bytes], view: View
    ) -> list[answers.SubjectRow]:
        """Rows of the people whose first ref of this recipient is on the page, each once."""
        holder = Holder(HolderKind.RECIPIENT, recipient)
        connected, links = linked_refs(conn, page)
        groups = {ref: group for group in components(connected, links) for ref in group}
        stored = read_holding_facts(conn, sorted(connected), holder) if view.live else {}
        names = self.store.keyring.names(conn, connected)
        rows: list[answers.SubjectRow] = []
        for ref in page:
            own = joined_facts(stored[r] for r in groups[ref] if r in stored)
            main = main_ref(groups[ref], links)
            if not view.live or reaches_beyond(own, view.as_of):
                read = self.people.read_raw(conn, controller, ref, view)
                own, main = facts_of_holder(read.facts, holder), read.main or ref
            if min((edge.ref for edge in own.edges), default=None) != ref:
                continue
            subject = names.get(main) or self.store.keyring.names(conn, [main])[main]
            rows += [
                answers.SubjectRow(
                    subject=subject, category=held.category, since=from_micros(held.since)
                )
                for held in holdings(own.edges, own.erasures, controller=controller)
                if held.held
            ]
        return rows

    def frame(
        self, conn: Connection, controller: str, view: View, *, nothing: bool
    ) -> dict[str, Any]:
        """What every answer carries; ``nothing`` says that the answer has nothing to show."""
        fresh = read_freshness(conn, controller, known_at=view.known_at)
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


def holder_rows(facts: Facts, controller: str) -> list[answers.HolderRow]:
    """The holdings of a person as rows."""
    found = holdings(facts.edges, facts.erasures, controller=controller)
    return [_holder_row(holding) for holding in found]


def _holder_row(holding: Holding) -> answers.HolderRow:
    erased = holding.erased_at
    return answers.HolderRow(
        holder=holding.holder.name,
        holder_kind=holding.holder.kind.value,
        recipient_kind=holding.recipient_kind,
        category=holding.category,
        held=holding.held,
        since=from_micros(holding.since),
        last_received=from_micros(holding.last_received),
        erased_at=None if erased is None else from_micros(erased),
        why=holding.why,
        paths=[list(path) for path in holding.paths],
    )


def _collection_rows(facts: Facts) -> list[answers.CollectionRow]:
    """One row per system, category and distinct source, purpose and policy version."""
    spans: dict[tuple[str, ...], list[Span]] = {}
    for edge in facts.edges:
        hop = edge.hop
        if hop.to.kind is not HolderKind.SYSTEM:
            continue
        about = (hop.source_kind, hop.from_party, hop.purpose)
        for category, span in edge.spans.items():
            key = (hop.to.name, category, hop.policy_version, *(word or "" for word in about))
            spans.setdefault(key, []).append(span)
    return [_collection_row(key, found) for key, found in sorted(spans.items())]


def _collection_row(key: tuple[str, ...], spans: list[Span]) -> answers.CollectionRow:
    system, category, version, source_kind, source_party, purpose = key
    return answers.CollectionRow(
        system=system,
        category=category,
        source_kind=source_kind or None,
        source_party=source_party or None,
        purpose=purpose or None,
        policy_version=version,
        first=from_micros(min(span.first for span in spans)),
        last=from_micros(max(span.last for span in spans)),
        count=sum(span.count for span in spans),
    )


def _edge_rows(facts: Facts) -> list[answers.EdgeRow]:
    """One row per distinct hop, under whichever of the person's linked ids it was reported."""
    kinds = recipient_kinds(facts.edges)
    by_hop: dict[Hop, list[Edge]] = {}
    for edge in facts.edges:
        if edge.hop.to.kind is HolderKind.RECIPIENT:
            by_hop.setdefault(edge.hop, []).append(edge)
    rows = [_edge_row(hop, found, kinds[hop.to.name]) for hop, found in by_hop.items()]
    rows.sort(key=_edge_order)
    return rows


def _edge_order(row: answers.EdgeRow) -> tuple[object, ...]:
    """By time; then by all that can differ, so that every store gives the same order."""
    order = (row.first, row.to, row.kind, row.purpose or "", row.last, row.from_)
    rest = (row.policy_version, row.region, row.legal_basis, row.recipient_kind)
    return (*order, *(value or "" for value in rest), row.functions, row.categories)


def _edge_row(hop: Hop, edges: list[Edge], kind: str) -> answers.EdgeRow:
    return answers.EdgeRow(
        kind=hop.kind,
        from_=hop.from_party or "",
        to=hop.to.name,
        recipient_kind=hop.recipient_kind or kind,
        categories=sorted({category for edge in edges for category in edge.spans}),
        purpose=hop.purpose,
        legal_basis=hop.legal_basis,
        functions=list(hop.functions),
        region=hop.region,
        policy_version=hop.policy_version,
        first=from_micros(min(edge.first for edge in edges)),
        last=from_micros(max(edge.last for edge in edges)),
        count=sum(edge.count for edge in edges),
    )


def _change_rows(facts: Facts) -> list[answers.ChangeRow]:
    rows = [
        answers.ChangeRow.model_validate(
            {
                "kind": change.kind,
                "party": change.party,
                "categories": list(change.categories),
                "purpose_from": change.purpose_from,
                "purpose_to": change.purpose_to,
                "at": from_micros(change.at),
            }
        )
        for change in facts.changes
    ]
    rows.sort(key=lambda r: (r.at, r.kind, r.party))
    return rows


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
