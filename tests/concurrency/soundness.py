"""What must hold of every store whatever was done to it at once: one function a promise."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.ledger import SLOTS
from lineage.tracker import Tracker
from tests.properties.stores import facts_dump, raw_dump

OF_THE_EVENTS = (t.edges, t.erasures, t.changes, t.links)
"""Facts that say nothing of when and where something was recorded."""

ERASING_RIGHT = "deletion"


def assert_sound(tracker: Tracker) -> None:
    """The ledger verifies, no lane has a gap, a rebuild changes no byte, nobody is left out."""
    assert_no_gap(tracker)
    report = tracker.verify()
    assert report.ok, report.faults
    assert neither_told_nor_left_out(tracker) == []
    tracker.rejudge()  # after a late event of a controller, judgements are behind until then
    before = raw_dump(tracker)
    tracker.rebuild()
    after = raw_dump(tracker)
    changed = {name: sorted({*before[name]} ^ {*rows})[:4] for name, rows in after.items()}
    assert not any(changed.values()), str(changed)


def assert_no_gap(tracker: Tracker) -> None:
    """The positions of each lane begin at 0, follow on each other and end at its head; a local
    lane counts them itself.
    """
    c, positions = t.events.c, defaultdict(list)
    with tracker.store.reading() as conn:
        heads = conn.execute(sa.select(t.logs)).all()
        for log, position in conn.execute(sa.select(c.log, c.position).order_by(c.position)):
            positions[log].append(position)
    assert {*positions} <= {head.log for head in heads}
    for head in heads:
        assert positions[head.log] == list(range(head.size))
        assert head.next == head.size or head.lane not in SLOTS


def neither_told_nor_left_out(tracker: Tracker) -> list[tuple[str, str, str]]:
    """(request, recipient, category) of what is held of a person whose request was accepted, with
    neither a notice nor a reason why there is none. There must be none.
    """
    found = []
    for row in tracker.requests():
        status = tracker.request_status(row.request, controller=row.controller)
        if row.right != ERASING_RIGHT or status.outcome not in {"accepted", "partly"}:
            continue
        told = {(n.recipient, category) for n in status.notices for category in n.categories}
        plan = tracker.plan(row.request, controller=row.controller)
        left = {(e.recipient, category) for e in plan.exclude for category in e.categories}
        holders = tracker.holders(row.subject, controller=row.controller).holders
        found += [
            (row.request, held.holder, held.category)
            for held in holders
            if held.held
            and held.holder_kind == "recipient"
            and (held.holder, held.category) not in told | left
        ]
    return found


def assert_same_facts(tracker: Tracker, other: Tracker) -> None:
    """Two stores with the same keys and events say the same of everybody."""
    assert facts_dump(tracker, tables=OF_THE_EVENTS) == facts_dump(other, tables=OF_THE_EVENTS)
