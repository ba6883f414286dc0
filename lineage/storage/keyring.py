"""Persons and their keys: from an id to a random ref and a data key, and back. SQL and sealing.

An id stands in the store only sealed under its person's own key, and is found only through its
keyed hash; destroying that row makes everything sealed under the key unreadable.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lineage.events.marks import PERSON_PREFIX
from lineage.storage import tables as t
from lineage.storage.bulk import Lookup, Row
from lineage.storage.engines import AnyRow, Connection, made_here
from lineage.storage.errors import KeysUnusable
from lineage.storage.keys import Keys
from lineage.storage.seal import CannotOpen, Hasher, context, new_key, seal, unseal

PERSON = "person"
CONTROLLER = "controller"
"""Kind of the pseudo-subject that the controller's own events hang on."""

CACHE_MAX = 20_000

Asker = Callable[[Callable[[Connection], Any]], Any]
"""Does what only reads, each statement a snapshot by itself, or in the transaction under way."""

_BY_LOOKUP = Lookup(t.subjects, by=["lookup"])
_BY_REF = Lookup(t.subjects)


class Who(NamedTuple):
    """A person in a controller's namespace, or the controller itself as a pseudo-subject."""

    controller: str
    kind: str
    id: str

    def __repr__(self) -> str:
        """Leave the id out: a ``repr`` finds its way into logs."""
        return f"Who(controller={self.controller!r}, kind={self.kind!r})"


class Person(NamedTuple):
    """A resolved subject: its ref and the cipher of its data key."""

    ref: bytes
    cipher: AESGCM

    def __repr__(self) -> str:
        """Leave the key out."""
        return f"Person(ref={self.ref.hex()})"


@dataclass(frozen=True, slots=True)
class NewSubject:
    """A row of ``subjects`` to be inserted, with the person it makes."""

    lookup: bytes
    row: Row = field(repr=False)
    person: Person


class Keyring:
    """Resolves persons of one store; caches ciphers of those seen last."""

    def __init__(self, keys: Keys, hasher: Hasher) -> None:
        """Take the keys as loaded; nothing is read yet."""
        self._keks = {epoch: AESGCM(key) for epoch, key in keys.keks.items()}
        self._epoch = keys.epoch
        self._hasher = hasher
        self._lock = Lock()
        self._by_who: OrderedDict[Who, Person] = OrderedDict()
        self._by_ref: OrderedDict[bytes, Person] = OrderedDict()

    def resolve(
        self, ask: Asker, wanted: Collection[Who]
    ) -> tuple[dict[Who, Person], dict[Who, NewSubject]]:
        """Find each person; for those never seen make a row to insert.

        Nothing is asked where everybody is remembered.
        """
        found = self._cached(wanted)
        if len(found) == len(wanted):
            return found, {}
        found, missing = ask(lambda conn: self._known(conn, wanted))
        new = {who: self._new_subject(lookup, who) for lookup, who in missing.items()}
        return found | {who: subject.person for who, subject in new.items()}, new

    def find_all(self, conn: Connection, wanted: Iterable[Who]) -> dict[Who, Person]:
        """Those of these persons that are on record."""
        return self._known(conn, wanted)[0]

    def _known(
        self, conn: Connection, wanted: Iterable[Who]
    ) -> tuple[dict[Who, Person], dict[bytes, Who]]:
        """Those on record, and of the others the lookups."""
        wanted = set(wanted)
        found = self._cached(wanted)
        missing = {self._hasher.lookup(*who): who for who in wanted if who not in found}
        for row in _BY_LOOKUP.rows(conn, list(missing)):
            who = missing.pop(row.lookup)
            found[who] = self._remember(conn, row.lookup, who, self.open_row(row))
        return found, missing

    def find(self, conn: Connection, who: Who) -> Person | None:
        """The person, or None where nothing about it was ever recorded."""
        return self.find_all(conn, [who]).get(who)

    def ciphers(self, conn: Connection, refs: Iterable[bytes]) -> dict[bytes, AESGCM]:
        """The cipher of each ref's data key."""
        wanted = set(refs)
        with self._lock:
            found = {ref: self._by_ref[ref].cipher for ref in wanted if ref in self._by_ref}
        missing = sorted(wanted - set(found))
        for row in _BY_REF.rows(conn, missing):
            person = self._remember(conn, row.lookup, None, self.open_row(row))
            found[person.ref] = person.cipher
        return found

    def warm(self, conn: Connection, refs: Iterable[bytes]) -> None:
        """Load the keys of these refs in one go; rows that do not open are passed over."""
        for row in _BY_REF.rows(conn, sorted(set(refs).difference(self._by_ref))):
            with suppress(CannotOpen, KeysUnusable):
                self._remember(conn, row.lookup, None, self.open_row(row))

    def ciphers_that_open(self, conn: Connection, ref: bytes) -> AESGCM | None:
        """The cipher of one ref, or None where its row is missing or was changed."""
        try:
            return self.ciphers(conn, [ref]).get(ref)
        except (CannotOpen, KeysUnusable):
            return None

    def names(self, conn: Connection, refs: Iterable[bytes]) -> dict[bytes, str]:
        """The id of each ref, in clear."""
        found = {}
        for row in _BY_REF.rows(conn, sorted(set(refs))):
            found[row.subject_ref] = self.open_id(row, self.open_row(row))
        return found

    def party_names(self, conn: Connection, parties: Iterable[str]) -> dict[str, str]:
        """For each natural person among the parties, ``person:<ref>``: ``person:<id>``."""
        refs = {
            bytes.fromhex(party.removeprefix(PERSON_PREFIX)): party
            for party in parties
            if party.startswith(PERSON_PREFIX)
        }
        if not refs:
            return {}
        names = self.names(conn, refs)
        return {party: PERSON_PREFIX + names[ref] for ref, party in refs.items() if ref in names}

    def open_row(self, row: AnyRow) -> Person:
        """Unwrap the data key of a row. Raises ``CannotOpen`` if row or key was changed."""
        kek = self._kek(row.epoch)
        about = _key_context(row.subject_ref, row.controller, row.kind, row.epoch)
        return Person(row.subject_ref, AESGCM(unseal(kek, row.wrapped_key, about)))

    def open_id(self, row: AnyRow, person: Person) -> str:
        """The id in clear; it must hash to the row's lookup, else ``CannotOpen``."""
        name = unseal(person.cipher, row.sealed_id, _id_context(row.subject_ref)).decode()
        if self._hasher.lookup(row.controller, row.kind, name) != row.lookup:
            raise CannotOpen
        return name

    def wrap_day_key(self, day: int) -> tuple[int, bytes]:
        """A fresh key for the dead letters of a day: (epoch, wrapped)."""
        about = context("day", day, self._epoch)
        return self._epoch, seal(self._keks[self._epoch], new_key(), about)

    def open_day_key(self, day: int, epoch: int, wrapped: bytes) -> AESGCM:
        """Unwrap the key of a day's dead letters. Raises ``CannotOpen``."""
        return AESGCM(unseal(self._kek(epoch), wrapped, context("day", day, epoch)))

    def _kek(self, epoch: int) -> AESGCM:
        kek = self._keks.get(epoch)
        if kek is None:
            raise KeysUnusable(
                f"the key-encryption key of epoch {epoch} is not in the key folder",
                do="restore the key folder from its backup",
            )
        return kek

    def committed(self, new: Mapping[Who, NewSubject]) -> None:
        """Remember subjects once their rows are durable, never before."""
        with self._lock:
            for who, subject in new.items():
                self._keep(who, subject.person)

    def clear(self) -> None:
        """Drop everything cached, so that the rows themselves are read again."""
        with self._lock:
            self._by_who.clear()
            self._by_ref.clear()

    def _new_subject(self, lookup: bytes, who: Who) -> NewSubject:
        ref, key = os.urandom(t.REF_BYTES), new_key()
        person = Person(ref, AESGCM(key))
        about = _key_context(ref, who.controller, who.kind, self._epoch)
        row = (
            ref,
            lookup,
            who.controller,
            who.kind,
            self._epoch,
            seal(self._keks[self._epoch], key, about),
            seal(person.cipher, who.id.encode(), _id_context(ref)),
        )
        return NewSubject(lookup, row, person)

    def _cached(self, wanted: Iterable[Who]) -> dict[Who, Person]:
        with self._lock:
            known = self._by_who
            found = {who: known[who] for who in wanted if who in known}
            for who in found:
                known.move_to_end(who)
            return found

    def _remember(self, conn: Connection, lookup: bytes, who: Who | None, person: Person) -> Person:
        """Keep a person read in a transaction, unless it was made there and may never have been."""
        if lookup not in made_here(conn):
            with self._lock:
                self._keep(who, person)
        return person

    def _keep(self, who: Who | None, person: Person) -> None:
        if who is not None:
            self._by_who[who] = person
            if len(self._by_who) > CACHE_MAX:
                self._by_who.popitem(last=False)
        self._by_ref[person.ref] = person
        if len(self._by_ref) > CACHE_MAX:
            self._by_ref.popitem(last=False)


def _key_context(ref: bytes, controller: str, kind: str, epoch: int) -> bytes:
    return context("data key", ref, controller, kind, epoch)


def _id_context(ref: bytes) -> bytes:
    return context("id", ref)
