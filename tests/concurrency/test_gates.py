"""A controller signs an agreement while a share is judged that rests on it: neither is missed."""

from __future__ import annotations

import pytest

from lineage.storage import judged
from lineage.tracker import Tracker
from tests.concurrency.people import recording, settled
from tests.concurrency.stage import Stage
from tests.storage.shop import Message, event, share

EASYDSER = "easydser"
PAID, SIGNED = "paid", "signed"


def paid(subject: str = "m1") -> Message:
    """A share with somebody who must have signed before; until a signature is on
    record, it is taken that it has (004.D.13).
    """
    return share("PayCo", kind="payment", at="2026-03-05", subject=subject, controller=EASYDSER)


def signed(recipient: str = "PayCo") -> Message:
    """That signature, dated too late: which nobody knows who has judged the share before."""
    data = {"recipient": recipient, "agreement_kind": "data_protection"}
    return event("agreement_signed", data, subject=None, at="2026-03-09", controller=EASYDSER)


def standing(tracker: Tracker) -> list[str | None]:
    """The rules of the violations that stand."""
    history = tracker.finding_history(controller=EASYDSER).findings
    return [row.rule for row in history if row.kind == "violation" and row.gone is None]


@pytest.mark.parametrize("first", [PAID, SIGNED])
def test_a_share_and_the_agreement_it_rests_on_meet(stage: Stage, first: str) -> None:
    """Whichever is first: the other waits for it, and the share is judged by the agreement."""
    events = {PAID: paid(), SIGNED: signed()}
    second = SIGNED if first == PAID else PAID
    function = "new_events" if first == PAID else "controller"
    halt = stage.halt(first, judged.Judging, function, after=True)
    met = stage.actor(first, recording(events[first]))
    assert stage.in_turn(met, halt, stage.actor(second, recording(events[second]))) == (1, 1)
    assert stage.retries == 0
    with settled(stage, *events.values()) as tracker:
        assert "004.D.13" in standing(tracker)


def test_a_chunk_judged_anew_and_another_agreement_meet(stage: Stage) -> None:
    """Who judges people anew is waited for as well, and comes by again for the next cause."""
    before = [paid(), signed("BlueVan")]
    with stage.open() as tracker:
        recording(*before)(tracker)
        assert "004.D.13" not in standing(tracker)
    halt = stage.halt("rejudge", judged.Judging, "person", after=True)
    anew = stage.actor("rejudge", lambda tracker: tracker.rejudge().people)
    last = signed()
    people, _ = stage.in_turn(anew, halt, stage.actor(SIGNED, recording(last)))
    assert people >= 1
    assert stage.retries == 0
    with settled(stage, *before, last) as tracker:
        assert "004.D.13" in standing(tracker)


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgresql"])
def test_shares_of_one_controller_do_not_wait_for_each_other(stage: Stage) -> None:
    """Two are inside the gate together; SQLite has one writer anyway."""
    halt = stage.halt("first", judged.Judging, "new_events")
    first = stage.actor("first", recording(paid("m1")))
    stage.start_until(first, halt)
    second = stage.actor("second", recording(paid("m2")))
    second.start()
    assert second.end() == 1
    halt.go.set()
    assert first.end() == 1
