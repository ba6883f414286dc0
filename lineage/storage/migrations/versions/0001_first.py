"""The first schema: ledger, facts, operations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make all tables."""
    _ledger()
    _people()
    _hops()
    _requests_and_notices()
    _operations()


def _ledger() -> None:
    """What is the record."""
    op.create_table(
        "meta",
        sa.Column("name", Text, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "logs",
        sa.Column("log", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("lane", Text, nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_logs")),
        sa.UniqueConstraint("lane", name=op.f("uq_logs_lane")),
    )
    op.create_table(
        "events",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("event_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("log", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject_ref", "event_key", name=op.f("pk_events")),
        sa.UniqueConstraint("log", "position", name=op.f("uq_events_log_position")),
    )
    op.create_index(
        "ix_events_refolding",
        "events",
        ["type", "recorded_at"],
        unique=False,
        sqlite_where=sa.text(
            "type IN ('lineage.event_retracted.v1', 'lineage.identity_linked.v1')"
        ),
        postgresql_where=sa.text(
            "type IN ('lineage.event_retracted.v1', 'lineage.identity_linked.v1')"
        ),
    )
    op.create_table(
        "tiles",
        sa.Column("log", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "index", name=op.f("pk_tiles")),
    )
    op.create_table(
        "subjects",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("controller", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject_ref", name=op.f("pk_subjects")),
        sa.UniqueConstraint("lookup", name=op.f("uq_subjects_lookup")),
    )


def _people() -> None:
    """Facts: who is one person, and who sends."""
    op.create_table(
        "persons",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("controller", Text, nullable=False),
        sa.Column("ver", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_rank", sa.SmallInteger(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject_ref", name=op.f("pk_persons")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("other_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("forward", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject_ref", "other_ref", "forward", name=op.f("pk_links")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sources",
        sa.Column("log", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("controller", Text, nullable=False),
        sa.Column("source", Text, nullable=False),
        sa.Column("first_occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("first_recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("last_recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("event_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "controller", "source", name=op.f("pk_sources")),
        sqlite_with_rowid=False,
    )


def _hops() -> None:
    """Facts: who got what, and who has it no more."""
    op.create_table(
        "edges",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("edge_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("controller", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("from_party", Text, nullable=True),
        sa.Column("to_kind", Text, nullable=False),
        sa.Column("to_party", Text, nullable=False),
        sa.Column("recipient_kind", Text, nullable=True),
        sa.Column("unnamed_kind", Text, nullable=True),
        sa.Column("purpose", Text, nullable=True),
        sa.Column("legal_basis", Text, nullable=True),
        sa.Column("functions", Text, nullable=False),
        sa.Column("region", Text, nullable=True),
        sa.Column("source_kind", Text, nullable=True),
        sa.Column("deidentified", sa.Boolean(), nullable=False),
        sa.Column("policy_version", Text, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("event_count", sa.BigInteger(), nullable=False),
        sa.Column("spans", Text, nullable=False),
        sa.PrimaryKeyConstraint("subject_ref", "edge_key", name=op.f("pk_edges")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_edges_controller_to_kind_to_party_subject_ref"),
        "edges",
        ["controller", "to_kind", "to_party", "subject_ref"],
        unique=False,
    )
    op.create_table(
        "erasures",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("event_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("holder_kind", Text, nullable=False),
        sa.Column("holder", Text, nullable=False),
        sa.Column("category", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "subject_ref",
            "event_key",
            "holder_kind",
            "holder",
            "category",
            name=op.f("pk_erasures"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "changes",
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("event_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("party", Text, nullable=False),
        sa.Column("categories", Text, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("purpose_from", Text, nullable=True),
        sa.Column("purpose_to", Text, nullable=True),
        sa.PrimaryKeyConstraint("subject_ref", "event_key", name=op.f("pk_changes")),
        sqlite_with_rowid=False,
    )


def _requests_and_notices() -> None:
    """Facts: what was asked for, and who was told."""
    op.create_table(
        "requests",
        sa.Column("controller", Text, nullable=False),
        sa.Column("request_id", Text, nullable=False),
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("right", Text, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("categories", Text, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_recorded_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_position", sa.BigInteger(), nullable=True),
        sa.Column("outcome", Text, nullable=True),
        sa.Column("ground", Text, nullable=True),
        sa.Column("held", Text, nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "controller", "request_id", "subject_ref", name=op.f("pk_requests")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_requests_subject_ref"), "requests", ["subject_ref"], unique=False)
    op.create_table(
        "notices",
        sa.Column("notice_id", Text, nullable=False),
        sa.Column("controller", Text, nullable=False),
        sa.Column("request_id", Text, nullable=False),
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("recipient", Text, nullable=False),
        sa.Column("categories", Text, nullable=False),
        sa.Column("duty", Text, nullable=False),
        sa.Column("rule", Text, nullable=False),
        sa.Column("send_by", Text, nullable=False),
        sa.Column("erase_by", Text, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("supplementary", sa.Boolean(), nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("strength", Text, nullable=True),
        sa.Column("erased", Text, nullable=False),
        sa.Column("declined", Text, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notices")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_notices_controller_request_id"),
        "notices",
        ["controller", "request_id"],
        unique=False,
    )
    op.create_index(op.f("ix_notices_subject_ref"), "notices", ["subject_ref"], unique=False)


def _operations() -> None:
    """What is machinery."""
    op.create_table(
        "tasks",
        sa.Column("notice_id", Text, nullable=False),
        sa.Column("controller", Text, nullable=False),
        sa.Column("subject_ref", sa.LargeBinary(length=16), nullable=False),
        sa.Column("recipient", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.LargeBinary(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("last_error", Text, nullable=True),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_tasks")),
    )
    op.create_index(
        op.f("ix_tasks_state_next_attempt_at"), "tasks", ["state", "next_attempt_at"], unique=False
    )
    op.create_index(op.f("ix_tasks_subject_ref"), "tasks", ["subject_ref"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("notice_id", Text, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lease", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", Text, nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "attempt", name=op.f("pk_attempts")),
    )
    op.create_table(
        "day_keys",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_keys")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lane", Text, nullable=False),
        sa.Column("place", Text, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_dead_letters_fingerprint")),
    )
