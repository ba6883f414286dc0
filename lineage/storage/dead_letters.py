"""Dead letters: messages that could not be accepted, whole, sealed under a key of their day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.dialects.sqlite import insert

from lineage.storage import tables as t
from lineage.storage.drafts import DeadLetter
from lineage.storage.engine import AnyRow
from lineage.storage.keyring import Keyring
from lineage.storage.seal import Hasher, context, seal, unseal

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


class DeadLetterBox:
    """Keeps and opens dead letters of one store."""

    def __init__(self, keyring: Keyring, hasher: Hasher) -> None:
        """Take the keys."""
        self._keyring = keyring
        self._hasher = hasher

    def keep(
        self, conn: sa.Connection, letters: Sequence[DeadLetter], *, lane: str, recorded_at: int
    ) -> int:
        """Keep letters; one that is kept already (same message, same reason) is not kept twice."""
        if not letters:
            return 0
        day = recorded_at // DAY_MICROS
        cipher = self._day_cipher(conn, day)
        values = []
        for letter in letters:
            fingerprint = self._hasher.fingerprint(context(lane, letter.reason, letter.message))
            about = _about(
                fingerprint=fingerprint,
                lane=lane,
                place=letter.place,
                recorded_at=recorded_at,
                reason=letter.reason,
                day=day,
            )
            problems = json.dumps(letter.problems).encode()
            values.append(
                {
                    "lane": lane,
                    "place": letter.place,
                    "recorded_at": recorded_at,
                    "reason": letter.reason,
                    "fingerprint": fingerprint,
                    "day": day,
                    "message": seal(cipher, context(problems, letter.message), about),
                }
            )
        statement = insert(t.dead_letters).on_conflict_do_nothing(index_elements=["fingerprint"])
        before = self.count(conn)
        conn.execute(statement, values)
        return self.count(conn) - before

    def count(self, conn: sa.Connection) -> int:
        """How many are kept."""
        return conn.execute(sa.select(sa.func.count()).select_from(t.dead_letters)).scalar_one()

    def reasons(self, conn: sa.Connection) -> dict[str, int]:
        """How many are kept, by reason."""
        c = t.dead_letters.c
        rows = conn.execute(sa.select(c.reason, sa.func.count()).group_by(c.reason))
        return dict(sorted(rows.all()))

    def letters(
        self,
        conn: sa.Connection,
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

    def drop(self, conn: sa.Connection, ids: Sequence[int]) -> None:
        """Remove letters whose message has been accepted since."""
        conn.execute(t.dead_letters.delete().where(t.dead_letters.c.id.in_(ids)))

    def _open(self, conn: sa.Connection, row: AnyRow) -> StoredDeadLetter:
        cipher = self._day_cipher(conn, row.day)
        about = _about(
            fingerprint=row.fingerprint,
            lane=row.lane,
            place=row.place,
            recorded_at=row.recorded_at,
            reason=row.reason,
            day=row.day,
        )
        joined = unseal(cipher, row.message, about)
        size = int.from_bytes(joined[:4], "big")
        problems = tuple(tuple(p) for p in json.loads(joined[4 : 4 + size]))
        message = joined[8 + size :]
        return StoredDeadLetter(
            row.id, row.lane, row.place, row.recorded_at, row.reason, problems, message
        )

    def _day_cipher(self, conn: sa.Connection, day: int) -> AESGCM:
        row = conn.execute(sa.select(t.day_keys).where(t.day_keys.c.day == day)).first()
        if row is not None:
            return self._keyring.open_day_key(day, row.epoch, row.wrapped_key)
        epoch, wrapped, cipher = self._keyring.wrap_day_key(day)
        conn.execute(t.day_keys.insert(), {"day": day, "epoch": epoch, "wrapped_key": wrapped})
        return cipher


def _about(
    *, fingerprint: bytes, lane: str, place: str, recorded_at: int, reason: str, day: int
) -> bytes:
    return context("dead letter", fingerprint, lane, place, recorded_at, reason, day)
