"""Which request is meant by an id: of which controller, of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.service.errors import Ambiguous, NotFound
from lineage.storage.requests import find_request

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


def one_request(conn: Connection, request_id: str, controller: str | None) -> tuple[str, bytes]:
    """(controller, ref of its person). Raises ``NotFound`` and ``Ambiguous``."""
    found = find_request(conn, request_id, controller)
    if not found:
        raise NotFound(
            f"no request {request_id!r} is on record",
            do="lineage request list shows those that are",
        )
    names = sorted({name for name, _ in found})
    if len(names) > 1:
        raise Ambiguous(
            f"request {request_id!r} is on record under {', '.join(names)}",
            do="say which with --controller",
        )
    if len(found) > 1:
        raise Ambiguous(
            f"request {request_id!r} is on record for {len(found)} people: a source used one"
            " id twice",
            do="record the decision as an event that names the person",
        )
    return found[0]


def not_on_record_then(request_id: str) -> NotFound:
    """What is said of a request that came later than the moment of asking."""
    return NotFound(
        f"request {request_id!r} was not on record then",
        do="ask for a later --as-of or --known-at",
    )
