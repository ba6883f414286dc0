"""What eventsourcing projects into, as its manual has it: a view that is a tracking recorder.

One row a person and party, and in the same transaction how far the projection has come.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder

CREATE = (
    "CREATE TABLE IF NOT EXISTS edges (person {id} NOT NULL, party text NOT NULL,"
    " first_at text NOT NULL, last_at text NOT NULL, event_count bigint NOT NULL,"
    " PRIMARY KEY (person, party))"
)
UPSERT = (
    "INSERT INTO edges VALUES ({0}, {0}, {0}, {0}, 1) ON CONFLICT (person, party) DO UPDATE SET"
    " first_at = {least}(edges.first_at, excluded.first_at),"
    " last_at = {greatest}(edges.last_at, excluded.last_at),"
    " event_count = edges.event_count + 1"
)
COUNT = "SELECT count(*) AS edges, sum(event_count) AS events FROM edges"


class SQLiteEdges(SQLiteTrackingRecorder):
    _upsert = UPSERT.format("?", least="min", greatest="max")

    def __init__(self, datastore: SQLiteDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), CREATE.format(id="text")]

    def upsert(self, person: UUID, party: str, at: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._upsert, (person.hex, party, at, at))
            self._insert_tracking(cursor, tracking)

    def counts(self) -> tuple[int, int]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(COUNT)
            row = cursor.fetchone()
            return int(row["edges"]), int(row["events"])
