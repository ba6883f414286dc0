"""The view of `bench.peer_views` on PostgreSQL; its recorder needs psycopg_pool."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from psycopg.sql import SQL, Composed

from bench.peer_views import COUNT, CREATE, UPSERT


class PostgresEdges(PostgresTrackingRecorder):
    _upsert = SQL(UPSERT.format("%s", least="least", greatest="greatest"))

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.sql_create_statements.append(Composed([SQL(CREATE.format(id="uuid"))]))

    def upsert(self, person: UUID, party: str, at: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._upsert, (person, party, at, at), prepare=True)
            self._insert_tracking(cursor, tracking)

    def counts(self) -> tuple[int, int]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(COUNT)
            row = cursor.fetchone()
            assert row is not None
            return int(row["edges"]), int(row["events"])
