"""Dead letters: messages that could not be accepted, whole, sealed under a key of their day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lineage.events import EventClass
from lineage.storage import tables as t
from lineage.storage.drafts import DeadLetter, Origin
from lineage.storage.engines import AnyRow, Connection, insert_new
from lineage.storage.keyring import Keyring
from lineage.storage.seal import Hasher, context, parts_of, seal, unseal

DAY_MICROS = 86_400_000_000


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A dead letter as it was kept; ``problems`` are (field, reason, expected)."""

    id: int
    lane: str
    place: str
    recorded_at: int
    reason: str
    problems: tuple[tuple[str, str, str], ...]
    message: bytes = field(repr=False)
    origin: Origin | None = None


class DeadLetterBox:
    """Keeps and opens dead letters of one store."""

    def __init__(self, keyring: Keyring, hasher: Hasher) -> None:
        """Take the keys."""
        self._keyring = keyring
        self._hasher = hasher

    def keep(
        self, conn: Connection, letters: Sequence[DeadLetter], *, lane: str, recorded_at: int
    ) -> None:
        """Keep letters; one that is kept already (same message, same reason) is not kept twice."""
        if not letters:
            return
        day = recorded_at // DAY_MICROS
        cipher = self._day_cipher(conn, day)
        values: dict[bytes, dict[str, object]] = {}
        for letter in letters:
            said = [letter.message]
            if letter.origin is not None:
                said.append(_written(letter.origin))
            fingerprint = self._hasher.fingerprint(context(lane, letter.reason, *said))
            about = _about(
                fingerprint=fingerprint,
                lane=lane,
                place=letter.place,
                recorded_at=recorded_at,
                reason=letter.reason,
                day=day,
            )
            problems = json.dumps(letter.problems).encode()
            values.setdefault(
                fingerprint,
                {
                    "lane": lane,
                    "place": letter.place,
                    "recorded_at": recorded_at,
                    "reason": letter.reason,
                    "fingerprint": fingerprint,
                    "day": day,
                    "message": seal(cipher, context(problems, *said), about),
                },
            )
        insert_new(conn, t.dead_letters, list(values.values()))

    def count(self, conn: Connection) -> int:
        """How many are kept."""
        return conn.execute(sa.select(sa.func.count()).select_from(t.dead_letters)).scalar_one()

    def reasons(self, conn: Connection) -> dict[str, int]:
        """How many are kept, by reason."""
        c = t.dead_letters.c
        rows = conn.execute(sa.select(c.reason, sa.func.count()).group_by(c.reason))
        return dict(sorted(rows.all()))

    def letters(
        self,
        conn: Connection,
        *,
        reason: str | None = None,
        after: int = 0,
        limit: int = 1000,
        number: int | None = None,
    ) -> Iterator[StoredDeadLetter]:
        """Letters in order of their id, opened."""
        c = t.dead_letters.c
        what = sa.select(t.dead_letters).where(c.id > after).order_by(c.id).limit(limit)
        if reason is not None:
            what = what.where(c.reason == reason)
        if number is not None:
            what = what.where(c.id == number)
        for row in conn.execute(what).all():
            yield self._open(conn, row)

    def drop(self, conn: Connection, ids: Sequence[int]) -> None:
        """Remove letters whose message has been accepted since."""
        conn.execute(t.dead_letters.delete().where(t.dead_letters.c.id.in_(ids)))

    def _open(self, conn: Connection, row: AnyRow) -> StoredDeadLetter:
        cipher = self._day_cipher(conn, row.day)
        about = _about(
            fingerprint=row.fingerprint,
            lane=row.lane,
            place=row.place,
            recorded_at=row.recorded_at,
            reason=row.reason,
            day=row.day,
        )
        told, message, *more = parts_of(unseal(cipher, row.message, about))
        return StoredDeadLetter(
            id=row.id,
            lane=row.lane,
            place=row.place,
            recorded_at=row.recorded_at,
            reason=row.reason,
            problems=tuple(tuple(problem) for problem in json.loads(told)),
            message=message,
            origin=_read(more[0]) if more else None,
        )

    def _day_cipher(self, conn: Connection, day: int) -> AESGCM:
        what = sa.select(t.day_keys).where(t.day_keys.c.day == day)
        row = conn.execute(what).first()
        if row is None:
            epoch, wrapped = self._keyring.wrap_day_key(day)
            insert_new(conn, t.day_keys, [{"day": day, "epoch": epoch, "wrapped_key": wrapped}])
            row = conn.execute(what).one()
        return self._keyring.open_day_key(day, row.epoch, row.wrapped_key)


def _written(origin: Origin) -> bytes:
    headers = [(name, None if value is None else value.hex()) for name, value in origin.headers]
    return json.dumps([headers, sorted(origin.allowed), origin.recipient]).encode()


def _read(written: bytes) -> Origin:
    headers, allowed, recipient = json.loads(written)
    return Origin(
        headers=tuple(
            (name, None if value is None else bytes.fromhex(value)) for name, value in headers
        ),
        allowed=frozenset(map(EventClass, allowed)),
        recipient=recipient,
    )


def _about(
    *, fingerprint: bytes, lane: str, place: str, recorded_at: int, reason: str, day: int
) -> bytes:
    return context("dead letter", fingerprint, lane, place, recorded_at, reason, day)
