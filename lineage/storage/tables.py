"""The tables, for both engines. Times are integer microseconds since the epoch, UTC.

Three kinds (``docs/data-model.md``): the **ledger** (``logs``, ``events``, ``tiles``, ``subjects``)
is the record and is covered by ``verify``; **facts** are folded from it and rebuilt at will;
**operations** are machinery, only reconciled. No foreign keys on hot tables, no surrogate ids in
what is rebuilt.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy import Text as PlainText

Text = PlainText().with_variant(PlainText(collation="C"), "postgresql")
"""Compared byte by byte, so that both engines give the same order."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)

REF_BYTES = 16
"""Length of a ``subject_ref``, an event key and an edge key."""

# --- ledger -------------------------------------------------------------------------------------

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

logs = Table(
    "logs",
    metadata,
    Column("log", SmallInteger, primary_key=True, autoincrement=False),
    Column("lane", Text, nullable=False, unique=True),
    Column("next", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, server_default="0"),
)

events = Table(
    "events",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("event_key", LargeBinary(REF_BYTES), primary_key=True),
    Column("log", SmallInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("log", "position"),
)

# What these do reaches beyond their own row, so they are looked for without a subject.
_refolding = text("type IN ('lineage.event_retracted.v1', 'lineage.identity_linked.v1')")
Index(
    "ix_events_refolding",
    events.c.type,
    events.c.recorded_at,
    sqlite_where=_refolding,
    postgresql_where=_refolding,
)

tiles = Table(
    "tiles",
    metadata,
    Column("log", SmallInteger, primary_key=True, autoincrement=False),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_id", LargeBinary, nullable=False),
)

LEDGER_TABLES = (logs, events, tiles, subjects)

# --- facts --------------------------------------------------------------------------------------

persons = Table(
    "persons",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("controller", Text, nullable=False),
    Column("ver", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("last_rank", SmallInteger, nullable=False),
    Column("marks", SmallInteger, nullable=False, server_default="16"),
    Column("took_all_at", BigInteger),
    Column("cleared_at", BigInteger),
    Column("retracted", LargeBinary, nullable=False, server_default=""),
    Column("recorded_at", BigInteger, nullable=False, server_default="0"),
    Column("log", SmallInteger, nullable=False, server_default="0"),
    Column("on_record", BigInteger, nullable=False, server_default="-1"),
    Column("looked_at", BigInteger, nullable=False, server_default="-1"),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("other_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("forward", Boolean, primary_key=True),
    sqlite_with_rowid=False,
)

edges = Table(
    "edges",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("edge_key", LargeBinary(REF_BYTES), primary_key=True),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_party", Text),
    Column("to_kind", Text, nullable=False),
    Column("to_party", Text, nullable=False),
    Column("recipient_kind", Text),
    Column("unnamed_kind", Text),
    Column("purpose", Text),
    Column("legal_basis", Text),
    Column("functions", Text, nullable=False),
    Column("region", Text),
    Column("source_kind", Text),
    Column("deidentified", Boolean, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("event_count", BigInteger, nullable=False),
    Column("spans", Text, nullable=False),
    Index(None, "controller", "to_kind", "to_party", "subject_ref"),
    sqlite_with_rowid=False,
)

erasures = Table(
    "erasures",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("event_key", LargeBinary(REF_BYTES), primary_key=True),
    Column("holder_kind", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("started", BigInteger),
    sqlite_with_rowid=False,
)

changes = Table(
    "changes",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("event_key", LargeBinary(REF_BYTES), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("purpose_from", Text),
    Column("purpose_to", Text),
    sqlite_with_rowid=False,
)

requests = Table(
    "requests",
    metadata,
    Column("controller", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("right", Text, nullable=False),
    Column("received_at", BigInteger),
    Column("categories", Text),
    Column("decided_at", BigInteger),
    Column("decided_recorded_at", BigInteger),
    Column("decided_position", BigInteger),
    Column("outcome", Text),
    Column("ground", Text),
    Column("held", Text, nullable=False),
    Column("withdrawn_at", BigInteger),
    Index(None, "subject_ref"),
    sqlite_with_rowid=False,
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("controller", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("subject_ref", LargeBinary(REF_BYTES), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("duty", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("send_by", Text, nullable=False),
    Column("erase_by", Text),
    Column("round", Integer, nullable=False),
    Column("supplementary", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("strength", Text),
    Column("erased", Text, nullable=False),
    Column("declined", Text, nullable=False),
    Index(None, "subject_ref"),
    Index(None, "controller", "request_id"),
    sqlite_with_rowid=False,
)

sources = Table(
    "sources",
    metadata,
    Column("log", SmallInteger, primary_key=True, autoincrement=False),
    Column("controller", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("first_occurred_at", BigInteger, nullable=False),
    Column("first_recorded_at", BigInteger, nullable=False),
    Column("last_recorded_at", BigInteger, nullable=False),
    Column("event_count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

findings = Table(
    "findings",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("event_key", LargeBinary(REF_BYTES), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("categories", Text, primary_key=True),
    Column("found_at", BigInteger, primary_key=True, autoincrement=False),
    Column("gone_at", BigInteger),
    Column("controller", Text, nullable=False),
    Index(None, "controller", "subject_ref"),
    sqlite_with_rowid=False,
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Index(None, "subject_ref"),
    sqlite_with_rowid=False,
)

FACT_TABLES = (persons, links, edges, erasures, changes, requests, notices, findings, accounts)
"""Tables of one person's facts: cleared and written anew when that person is folded."""

# --- operations ---------------------------------------------------------------------------------

timers = Table(
    "timers",
    metadata,
    Column("subject_ref", LargeBinary(REF_BYTES), primary_key=True),
    Column("controller", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

tasks = Table(
    "tasks",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("controller", Text, nullable=False),
    Column("subject_ref", LargeBinary(REF_BYTES), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", LargeBinary),
    Column("lease_until", BigInteger),
    Column("body", LargeBinary),
    Column("last_error", Text),
    Index(None, "state", "next_attempt_at"),
    Index(None, "subject_ref"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("lease", LargeBinary, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("status", Integer),
    Column("error", Text),
)

rejudging = Table(
    "rejudging",
    metadata,
    Column("controller", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("after", LargeBinary, nullable=False, server_default=""),
    Column("horizon", BigInteger),
)

folded_by = Table(
    "folded_by",
    metadata,
    Column("controller", Text, primary_key=True),
    Column("policies", LargeBinary, primary_key=True),
)

day_keys = Table(
    "day_keys",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, unique=True),
    Column("day", Integer, nullable=False),
    Column("message", LargeBinary, nullable=False),
)
