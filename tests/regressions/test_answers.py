"""What answers say of knowledge, kinds and names."""

from __future__ import annotations

from datetime import timedelta

from lineage.tracker import Tracker
from tests.regressions.asking import record
from tests.storage.shop import CONTROLLER, Clock, event, share


def test_before_anything_was_recorded_nothing_was_known(tracker: Tracker, clock: Clock) -> None:
    """Asked what was known before the first event came: unknown, and complete from nowhere."""
    record(tracker, share())
    then = tracker.holders("m1", controller=CONTROLLER, known_at=clock.now - timedelta(days=1))
    assert (then.holders, then.unknown, then.complete_from) == ([], True, None)
    page = tracker.recipient_subjects(
        "FastParcel", controller=CONTROLLER, known_at=clock.now - timedelta(days=1)
    )
    assert (page.rows, page.unknown) == ([], True)
    now = tracker.holders("m1", controller=CONTROLLER, known_at=clock.now)
    assert (len(now.holders), now.unknown) == (1, False)


def test_a_request_alone_makes_no_record_complete(tracker: Tracker) -> None:
    """A request opened over an empty record is no word of any service: who holds is unknown."""
    tracker.open_request("m1", controller=CONTROLLER, request_id="r1")
    found = tracker.holders("m1", controller=CONTROLLER)
    assert (found.holders, found.unknown, found.complete_from) == ([], True, None)


def test_a_host_never_named_with_a_kind_is_a_service_provider(tracker: Tracker) -> None:
    """Of a transfer across a border the host is a service provider, the recipient a third party;
    one that a share names with a kind has that kind.
    """
    crossing = {
        "region_from": "DE",
        "region_to": "US",
        "categories": ["email"],
        "recipient": "Lender",
        "host": "Vault",
    }
    record(tracker, event("cross_border_transfer", crossing))
    rows = tracker.holders("m1", controller=CONTROLLER).holders
    kinds = {row.holder: row.recipient_kind for row in rows if row.holder_kind == "recipient"}
    assert kinds == {"Vault": "service_provider", "Lender": "other_third_party"}
    record(tracker, share("Vault", kind="affiliate"))
    rows = tracker.holders("m1", controller=CONTROLLER).holders
    assert {row.recipient_kind for row in rows if row.holder == "Vault"} == {"affiliate"}


def test_a_de_identification_by_the_controller_bears_its_name(tracker: Tracker) -> None:
    """Without a holder, and with the word ``controller``, the change is the controller's own."""
    data = {"categories": ["email"], "reversible": True}
    record(
        tracker,
        event("data_deidentified", data, at="2026-03-05"),
        event("data_deidentified", data | {"holder": "controller"}, at="2026-03-06"),
        event("data_deidentified", data | {"holder": "Vault"}, at="2026-03-07"),
    )
    changes = tracker.lineage("m1", controller=CONTROLLER).changes
    assert [change.party for change in changes] == [CONTROLLER, CONTROLLER, "Vault"]
