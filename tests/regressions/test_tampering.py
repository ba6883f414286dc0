"""The store: a changed head is not sealed over, errors tell nothing, old versions fold as new."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.domain.evidence.merkle import HASH_BYTES, Frontier
from lineage.domain.evidence.tiles import grow_tiles
from lineage.events import DataShared
from lineage.events.model import EventData
from lineage.events.registry import REGISTRY
from lineage.service.errors import StoreUnusable
from lineage.storage import store
from lineage.storage import tables as t
from lineage.storage.errors import StorageError
from lineage.tracker import Tracker
from tests.properties.stores import events_on_record, raw_dump
from tests.regressions.asking import held, record
from tests.storage.shop import share

KEPT = 2
"""Events of three that a forger leaves."""


def _cut(tracker: Tracker, *, whole: bool) -> None:
    """Take the last of three events away: its row and leaf too, or only from the head's size."""
    with tracker.store.writing() as conn:
        if conn.dialect.name == "postgresql":
            for table in t.LEDGER_TABLES:
                conn.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
        leaves = conn.execute(sa.select(t.tiles.c.hashes).where(t.tiles.c.level == 0)).scalar_one()
        kept = [leaves[n * HASH_BYTES :][:HASH_BYTES] for n in range(KEPT)]
        frontier, _ = grow_tiles(Frontier(), {}, kept)
        if whole:
            conn.execute(t.events.delete().where(t.events.c.position == KEPT))
            conn.execute(t.tiles.update().where(t.tiles.c.level == 0), {"hashes": b"".join(kept)})
        head = {"next": KEPT, "size": KEPT, "frontier": frontier.to_bytes()}
        conn.execute(t.logs.update(), head)


@pytest.mark.parametrize("whole", [True, False], ids=["all traces", "size alone"])
def test_nothing_is_recorded_over_a_changed_head(tracker: Tracker, whole: bool) -> None:
    """The last event cut away and the head made to fit: the next record is refused with advice,
    changes nothing, and verify goes on finding the fault.
    """
    record(tracker, *(share(subject=f"p{n}") for n in range(KEPT + 1)))
    assert tracker.verify().ok
    _cut(tracker, whole=whole)
    assert not tracker.verify().ok
    before = events_on_record(tracker)
    with pytest.raises(StoreUnusable) as caught:
        tracker.record([share(subject="p9")])
    assert "lineage verify" in caught.value.do
    assert events_on_record(tracker) == before
    assert not tracker.verify().ok


def test_a_row_that_should_not_be_there_is_named_after_the_last_try(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody put a row where the ledger is to go on: recording says which table it is and what to
    do, without a value of it, and nothing of the batch is on record; verify finds the fault.
    """
    monkeypatch.setattr(store, "PAUSE_SECONDS", 0.0)
    record(tracker, share(subject="p1"))
    with tracker.store.writing() as conn:
        row = dict(conn.execute(sa.select(t.events)).mappings().one())
        conn.execute(t.events.insert(), row | {"event_key": b"k" * 16, "position": 1})
    with pytest.raises(StorageError) as caught:
        tracker.record([share("BlueVan", subject="p1")])
    assert "report" in caught.value.do
    if tracker.store.engine.dialect.name == "postgresql":
        assert "in events was there already" in str(caught.value)
        assert "lineage verify" in caught.value.do
        assert "record the same input again" in caught.value.do
    assert len(tracker.holders("p1", controller="sesiiduo").holders) == 1
    assert not tracker.verify().ok


def test_an_error_of_the_database_shows_no_parameters(tracker: Tracker) -> None:
    """What a failed statement was about stands in no error text, nor in those it came from."""
    private = "p9@shop.example"
    rows = [{"name": private, "value": private.encode()}] * 2
    with (
        pytest.raises(StorageError) as caught,
        tracker.store.writing() as conn,
    ):
        conn.execute(t.meta.insert(), rows)
    shown = "".join(traceback.format_exception(caught.value))
    assert "IntegrityError" in shown or "InTheWay" in shown
    assert private not in shown


class _FirstShare(EventData):
    """A share as a first version might have said it: the recipient under another name."""

    event_name = "data_shared"
    event_rank = DataShared.event_rank
    given_to: str
    recipient_kind: str
    categories: tuple[str, ...]


def test_an_old_version_is_folded_as_the_newest(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a type has a second version, events of the first fold as the second while they are
    recorded, as they do when the ledger is read again.
    """

    def newer(data: Any) -> Any:
        return {
            ("recipient" if name == "given_to" else name): value for name, value in data.items()
        }

    first, second = "lineage.data_shared.v1", "lineage.data_shared.v2"
    monkeypatch.setattr(DataShared, "event_version", 2)
    monkeypatch.setitem(REGISTRY._versions, "data_shared", [_FirstShare, DataShared])
    monkeypatch.setitem(REGISTRY._upcasts, first, newer)
    monkeypatch.setitem(REGISTRY._models, first, _FirstShare)
    monkeypatch.setitem(REGISTRY._models, second, DataShared)
    monkeypatch.delitem(REGISTRY._current, first)
    monkeypatch.setitem(REGISTRY._current, second, DataShared)
    old = share("FastParcel")
    old["data"]["given_to"] = old["data"].pop("recipient")
    record(tracker, old, share("PayWay") | {"type": second})
    assert held(tracker) == {("FastParcel", "email"), ("PayWay", "email")}
    before = raw_dump(tracker)
    tracker.rebuild()
    assert raw_dump(tracker) == before
