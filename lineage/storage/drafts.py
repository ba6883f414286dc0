"""From events to sealed drafts of ledger rows, and back from ledger rows to recorded events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lineage.domain.facts import Recorded
from lineage.events import Event, EventClass, IdentityLinked
from lineage.events.body import canonical_body, named_persons, read_body
from lineage.events.registry import EVENT_MODELS
from lineage.storage.engines import AnyRow, Connection
from lineage.storage.keyring import CONTROLLER, PERSON, Asker, Keyring, NewSubject, Person, Who
from lineage.storage.ledger import EventRow, body_context, row_hash, row_name
from lineage.storage.seal import Hasher, seal, unseal


@dataclass(frozen=True, slots=True)
class Origin:
    """How a message came that no operator brought: what stood beside it, and what it may say.

    ``allowed`` are the classes of events that may come this way; ``recipient`` is the only one
    whose answers may. A dead letter keeps it, so that to replay it allows no more.
    """

    headers: tuple[tuple[str, bytes | None], ...] = field(repr=False)
    allowed: frozenset[EventClass]
    recipient: str | None = None


RawOf = Callable[[int], tuple[str, bytes, Origin | None]]
"""item -> (place, message, how it came)"""


class Draft(NamedTuple):
    """One event ready to be appended: its sealed row, and the event as the fold sees it.

    ``event`` has neither time nor place of recording yet.
    """

    item: int | None
    controller: str
    person: bool
    row: EventRow
    event: Recorded


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be accepted: kept whole, sealed, with the reason."""

    place: str
    reason: str
    message: bytes = field(repr=False)
    problems: tuple[tuple[str, str, str], ...] = ()
    origin: Origin | None = None
    item: int | None = None
    """which message of those that came with it"""


@dataclass(slots=True)
class PreparedBatch:
    """What one transaction will record; made before any lock is taken."""

    events: Sequence[tuple[int | None, Event]]
    drafts: list[Draft] = field(default_factory=list)
    new: dict[Who, NewSubject] = field(default_factory=dict)
    dead: list[DeadLetter] = field(default_factory=list)
    raw_of: RawOf | None = None
    """for a dead letter that only the store can discover"""
    after: PreparedBatch | None = None
    """the batch whose new subjects this one takes as made; it must have been applied as it is"""


def who_of(event: Event) -> Who:
    """On whom an event hangs: the person, or the controller's pseudo-subject."""
    if event.subject is None:
        return Who(event.controller, CONTROLLER, event.controller)
    return Who(event.controller, PERSON, event.subject)


class Drafter:
    """Makes drafts from events, and recorded events from rows."""

    def __init__(self, keyring: Keyring, hasher: Hasher) -> None:
        """Take the keys; nothing is read yet."""
        self._keyring = keyring
        self._hasher = hasher

    def draft(
        self,
        ask: Asker,
        events: Sequence[tuple[int | None, Event]],
        expected: Mapping[Who, NewSubject] = MappingProxyType({}),
    ) -> tuple[list[Draft], dict[Who, NewSubject]]:
        """Resolve everybody the events name, and seal each event under its person's key.

        ``expected`` are subjects that will be on record by the time these events are applied.
        """
        named = [(item, event, who_of(event), named_persons(event)) for item, event in events]
        wanted = {who for _, _, who, _ in named}
        for _, event, _, names in named:
            if names:
                wanted.update(Who(event.controller, PERSON, name) for name in names)
            if isinstance(event.data, IdentityLinked):
                wanted.add(_linked(event.controller, event.data))
        persons = {who: expected[who].person for who in wanted if who in expected}
        found, new = self._keyring.resolve(ask, wanted.difference(persons))
        persons |= found
        return [self._draft(*one, persons) for one in named], new

    def _draft(
        self,
        item: int | None,
        event: Event,
        who: Who,
        names: frozenset[str],
        persons: dict[Who, Person],
    ) -> Draft:
        ref, cipher = persons[who]
        refs = {name: persons[Who(who.controller, PERSON, name)].ref.hex() for name in names}
        clear = canonical_body(event, refs)
        source, id_, type_, data = event.source, event.id, event.type, event.data
        occurred_at = event.occurred_at
        key = self._hasher.event_key(source, id_)
        if names or type_ not in EVENT_MODELS:
            data = read_body(type_, clear).data
        linked = None
        if isinstance(data, IdentityLinked):
            linked = persons[_linked(who.controller, data)].ref
        name = row_name(ref, key, type_, occurred_at)
        digest = self._hasher.digest(clear)
        body = seal(cipher, clear, body_context(name))
        row = EventRow(ref, key, type_, occurred_at, digest, body, row_hash(name, digest, body))
        recorded = Recorded(ref, key, occurred_at, 0, source, id_, data, linked)
        if event.account is not None:
            holder = persons[Who(who.controller, PERSON, event.account)]
            recorded = recorded._replace(account_ref=holder.ref)
        return Draft(item, who.controller, who.kind == PERSON, row, recorded)

    def recorded(
        self,
        conn: Connection,
        rows: Iterable[AnyRow],
        controller: str,
        ciphers: dict[bytes, AESGCM],
    ) -> list[Recorded]:
        """Open rows of the ledger. Raises ``CannotOpen`` where one was changed."""
        found: list[Recorded] = []
        links: list[tuple[int, Who]] = []
        for row in rows:
            ref, key = row.subject_ref, row.event_key
            about = body_context(row_name(ref, key, row.type, row.occurred_at))
            body = read_body(row.type, unseal(ciphers[ref], row.body, about))
            if isinstance(body.data, IdentityLinked):
                links.append((len(found), _linked(controller, body.data)))
            found.append(
                Recorded(
                    ref=ref,
                    key=key,
                    occurred_at=row.occurred_at,
                    recorded_at=row.recorded_at,
                    source=body.source,
                    id=body.id,
                    data=body.data,
                    position=row.position,
                    log=row.log,
                    account_ref=None if body.account is None else bytes.fromhex(body.account),
                )
            )
        persons = self._keyring.find_all(conn, (who for _, who in links)) if links else {}
        for index, who in links:
            if who in persons:
                found[index] = found[index]._replace(linked_ref=persons[who].ref)
        return found


def _linked(controller: str, data: IdentityLinked) -> Who:
    return Who(controller, PERSON, data.identifier.value)
