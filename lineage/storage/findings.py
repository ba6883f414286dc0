"""Findings on record: since when, and until when. SQL only; what is found is judged elsewhere.

A finding that no longer holds keeps its row, with the time of recording at which it went.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineage.domain.findings import Finding
from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Insert, Lookup, Row, Update
from lineage.storage.engines import AnyRow, Connection

_KEY = ("subject_ref", "event_key", "kind", "rule", "categories", "found_at")
_INSERT = Insert(t.findings)
_STANDING = Lookup(t.findings, where="t.gone_at IS NULL", order=", ".join(f't."{c}"' for c in _KEY))
_ALL = Lookup(t.findings, order=", ".join(f't."{c}"' for c in _KEY))
_CLOSE = Update(t.findings, ("gone_at",), by=_KEY)
_DELETE = Delete(t.findings, by=_KEY)


class Found(NamedTuple):
    """What makes a finding the same as another: all of it but when it was found."""

    subject_ref: bytes
    event_key: bytes
    kind: str
    rule: str
    categories: str


def found(finding: Finding) -> Found:
    """A finding on an event as it is stored."""
    event = finding.event
    assert event is not None, "what is recorded is judged event by event"
    rule = finding.rule or finding.reason or ""
    return Found(event.ref, event.key, finding.kind, rule, json.dumps(finding.categories))


def add_findings(
    conn: Connection, controller: str, findings: Iterable[Finding], *, now: int
) -> None:
    """Put findings on events that have none yet on record."""
    rows = {found(finding) for finding in findings}
    _INSERT.run(conn, [_row(one, controller, now) for one in sorted(rows)])


def replace_findings(
    conn: Connection,
    controller: str,
    refs: Sequence[bytes],
    findings: Iterable[Finding],
    *,
    now: int,
) -> None:
    """Have exactly these findings stand on the events of these refs; what stood and is not among
    them is gone now, or was never there where it was found only now.
    """
    wanted = {found(finding) for finding in findings}
    standing = {Found(*row[:5]): row.found_at for row in _STANDING.rows(conn, list(refs))}
    gone = sorted(standing.keys() - wanted)
    _DELETE.run(conn, [(*one, now) for one in gone if standing[one] == now])
    _CLOSE.run(conn, [(*one, standing[one], now) for one in gone if standing[one] != now])
    _INSERT.run(conn, [_row(one, controller, now) for one in sorted(wanted - standing.keys())])


def findings_of(conn: Connection, refs: Sequence[bytes]) -> list[AnyRow]:
    """The findings on the events of these refs, those that are gone among them."""
    return _ALL.rows(conn, list(refs))


def findings_after(
    conn: Connection, controller: str, after: AnyRow | None, *, limit: int
) -> list[AnyRow]:
    """The next findings of a controller; ``after`` is the last one seen."""
    columns = [t.findings.c[name] for name in _KEY]
    what = sa.select(t.findings).where(t.findings.c.controller == controller)
    if after is not None:
        last = [getattr(after, name) for name in _KEY]
        what = what.where(sa.tuple_(*columns) > sa.tuple_(*map(_bound, columns, last)))
    return list(conn.execute(what.order_by(*columns).limit(limit)).all())


def _bound(column: sa.Column[Any], value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, column.type)


def _row(one: Found, controller: str, now: int) -> Row:
    return (*one, now, None, controller)
