"""A controller signs an agreement while a share is judged that rests on it: neither is missed."""

from __future__ import annotations

import time

import pytest

from lineage.storage import judged, rejudging
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


BEFORE = signed("BlueVan")


def begun(stage: Stage) -> None:
    """Of a controller that is new, the first two recordings wait for each other."""
    with stage.open() as tracker:
        recording(BEFORE)(tracker)
        tracker.rejudge()


def standing(tracker: Tracker) -> list[str | None]:
    """The rules of the violations that stand."""
    history = tracker.finding_history(controller=EASYDSER).findings
    return [row.rule for row in history if row.kind == "violation" and row.gone is None]


@pytest.mark.parametrize("first", [PAID, SIGNED])
def test_a_share_and_the_agreement_it_rests_on_meet(stage: Stage, first: str) -> None:
    """Whichever is first: in the end the share is judged by the agreement. On PostgreSQL neither
    waits for the other.
    """
    events = {PAID: paid(), SIGNED: signed()}
    begun(stage)
    second = SIGNED if first == PAID else PAID
    function = "new_events" if first == PAID else "controller"
    halt = stage.halt(first, judged.Judging, function, after=True)
    met = stage.actor(first, recording(events[first]))
    other = stage.actor(second, recording(events[second]))
    if stage.place.engine == "postgresql":
        stage.start_until(met, halt)
        other.start()
        assert other.end() == 1
        halt.go.set()
        assert met.end() == 1
    else:
        assert stage.in_turn(met, halt, other) == (1, 1)
    assert stage.retries == 0
    with settled(stage, BEFORE, *events.values()) as tracker:
        assert "004.D.13" in standing(tracker)


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgresql"])
def test_judging_anew_waits_for_who_may_not_have_seen_the_cause(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the share is not committed nobody is judged anew; a while later it is left for the
    next time, and the doctor says so.
    """
    begun(stage)
    halt = stage.halt(PAID, judged.Judging, "new_events", after=True)
    recorder = stage.actor(PAID, recording(paid()))
    stage.start_until(recorder, halt)
    with stage.open() as tracker:
        recording(signed())(tracker)
        monkeypatch.setattr(rejudging, "WAIT_SECONDS_MAX", 0.1)
        began = time.monotonic()
        assert tracker.rejudge().people == 0
        assert time.monotonic() - began >= 0.1
        assert "findings" in [check.name for check in tracker.doctor().checks if not check.ok]
        halt.go.set()
        assert recorder.end() == 1
        assert tracker.rejudge().people == 1
        assert "004.D.13" in standing(tracker)
        assert tracker.doctor().ok


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgresql"])
def test_another_cause_meanwhile_is_waited_for_as_well(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People are being judged anew when the controller signs once more: they are again."""
    with stage.open() as tracker:
        recording(paid(), signed("BlueVan"))(tracker)
        assert "004.D.13" not in standing(tracker)
    halt = stage.halt("rejudge", judged.Judging, "person", after=True)
    anew = stage.actor("rejudge", lambda tracker: tracker.rejudge().people)
    people, _ = stage.in_turn(anew, halt, stage.actor(SIGNED, recording(signed())))
    assert people >= 1
    assert stage.retries == 0
    with settled(stage, paid(), signed("BlueVan"), signed()) as tracker:
        assert "004.D.13" in standing(tracker)
