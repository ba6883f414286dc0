"""Answers that come after the reply: the events they make, and how they are delivered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from lineage.client import DeliveryFailed, Emitter, EventError
from lineage.client.orders import (
    Answer,
    ErasureOrder,
    acknowledged,
    answer_event,
    answer_later,
    erased,
    kept_by_law,
    parse_order,
    refused,
    reply_topic,
    working,
)
from lineage.events import (
    EventClass,
    EventData,
    RecipientAcknowledged,
    RecipientDeclined,
    RecipientDeleted,
    RecipientWorking,
    parse_event,
)
from lineage.kafka.binding import Record
from tests.client.orders.sending import written

ORDER = parse_order(written())
TO: dict[str, Any] = {"request_id": "r1", "notice_id": "ntc_1", "recipient": "FastParcel"}
BOTH = ("consignee_address", "consignee_name")


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        (erased(), RecipientDeleted(**TO, categories=BOTH)),
        (
            erased(["consignee_name", "email"], evidence="job 9"),
            RecipientDeleted(**TO, categories=("consignee_name",), evidence="job 9"),
        ),
        (working(), RecipientWorking(**TO)),
        (acknowledged(evidence="t1"), RecipientAcknowledged(**TO, evidence="t1")),
        (refused(), RecipientDeclined(**TO, reason="other")),
        (
            kept_by_law(date(2035, 12, 31), categories=["consignee_name"]),
            RecipientDeclined(
                **TO, reason="law", until=date(2035, 12, 31), categories=("consignee_name",)
            ),
        ),
    ],
)
def test_each_answer_is_an_event(answer: Answer, data: EventData) -> None:
    """It names request, notice and recipient, and the categories of the order that are meant."""
    assert answer_event(ORDER, answer) == data


def collecting() -> Any:
    """An emitter of answers that keeps them."""
    return Emitter.collecting(
        source="/services/parcels", controller="seestar", says=EventClass.ANSWER
    )


def test_an_answer_is_about_the_person_of_the_order() -> None:
    """Of the controller whose order it is, at the time that is said, under an id of its own."""
    emitter, at = collecting(), datetime(2025, 11, 24, 3, tzinfo=UTC)
    event = answer_later(emitter, ORDER, erased(), at=at)
    assert emitter.events == (event,)
    assert (event.subject, event.controller, event.time) == ("m1", "senro", at)
    assert event.data == answer_event(ORDER, erased())
    again = answer_later(emitter, ORDER, erased())
    assert again.id != event.id
    assert again.time > at


def test_an_order_that_names_no_subject_needs_one() -> None:
    """The tracker finds a person by the controller's id and by nothing else."""
    order = parse_order(written(person=[{"type": "email", "value": "ada@shop.example"}]))
    with pytest.raises(ValueError, match="subject=") as error:
        answer_later(collecting(), order, erased())
    assert "ada" not in str(error.value)
    assert answer_later(collecting(), order, erased(), subject="m1").subject == "m1"


def test_an_order_of_an_old_tracker_can_be_said_to_be_done() -> None:
    """It names no request; the notice is enough for an erasure, and for nothing else."""
    old = parse_order(written(request_id=None))
    said = RecipientDeleted(notice_id="ntc_1", recipient="FastParcel", categories=BOTH)
    assert answer_event(old, erased()) == said
    with pytest.raises(ValueError, match="no request"):
        answer_event(old, kept_by_law())


class Shaky:
    """A publisher that fails a number of times: what was sent may be there all the same."""

    def __init__(self, *fails: bool) -> None:
        self.records: list[Record] = []
        self._fails = list(fails)

    def send(self, topic: str, record: Record) -> None:
        assert topic == "lineage.answers.Fast_20Parcel"
        self.records.append(record)

    def flush(self, *, timeout: float = 30.0) -> None:
        if self._fails and self._fails.pop(0):
            raise DeliveryFailed("1 not delivered")

    def close(self) -> None:
        pass


def shaky(*fails: bool, order: ErasureOrder = ORDER, attempts_max: int = 3) -> tuple[Shaky, Any]:
    """Answer through it; gives it and the pauses that were made."""
    publisher, pauses = Shaky(*fails), list[float]()
    emitter = Emitter(
        publisher,
        source="/services/parcels",
        controller="senro",
        topic=reply_topic("Fast Parcel"),
        says=EventClass.ANSWER,
    )
    try:
        answer_later(emitter, order, erased(), attempts_max=attempts_max, pause=pauses.append)
    except DeliveryFailed:
        pauses.append(-1)
    return publisher, pauses


def test_what_is_not_delivered_is_tried_again() -> None:
    """The same event, so that it counts once however often it arrived."""
    publisher, pauses = shaky(True, True, False)
    assert pauses == [1, 2]
    assert len({record.value for record in publisher.records}) == 1
    assert len(publisher.records) == 3


def test_after_the_last_attempt_the_error_is_raised() -> None:
    """The service's job keeps the order and tries another day."""
    publisher, pauses = shaky(True, True, True, False)
    assert (len(publisher.records), pauses) == (3, [1, 2, -1])
    assert shaky(True, attempts_max=1)[1] == [-1]


def test_an_emitter_of_facts_is_refused_at_once() -> None:
    """No attempt could help: answers are said by an emitter of answers."""
    pauses: list[float] = []
    emitter = Emitter.collecting(source="/services/parcels", controller="senro")
    with pytest.raises(EventError, match="this emitter says no others"):
        answer_later(emitter, ORDER, erased(), pause=pauses.append)
    assert pauses == []


def test_a_file_stands_in_for_the_topic(tmp_path: Path) -> None:
    """What is written is what ``lineage record`` reads."""
    path = tmp_path / "answers.jsonl"
    with Emitter.to_file(
        path, source="/services/parcels", controller="senro", says=EventClass.ANSWER
    ) as emitter:
        event = answer_later(emitter, ORDER, erased())
    assert [parse_event(line) for line in path.read_bytes().splitlines()] == [event]
