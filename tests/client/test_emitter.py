"""What a service says becomes whole events; what is bad is refused before it leaves."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lineage import open_tracker
from lineage.client import EVENT_BYTES_MAX, CollectingEmitter, Emitter, EventError
from lineage.client.making import new_id
from lineage.events import (
    DataShared,
    EventClass,
    OrderCreated,
    RecipientAcknowledged,
    ServiceCeased,
    event_to_json,
    parse_event,
)

SOURCE = "/services/checkout"
NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


def share(**said: Any) -> DataShared:
    """A share as a checkout would say it."""
    return DataShared(
        **{
            "recipient": "FastParcel",
            "recipient_kind": "logistics",
            "categories": ("consignee_name",),
            "purpose": "delivery",
            **said,
        }
    )


@pytest.fixture
def emitter() -> CollectingEmitter:
    """One that keeps what it emits."""
    return Emitter.collecting(source=SOURCE, controller="senro", clock=lambda: NOON)


def problem_of(error: pytest.ExceptionInfo[EventError]) -> tuple[str, str]:
    """Field and reason of the one problem."""
    (problem,) = error.value.problems
    return problem.field, problem.reason


def test_three_lines_make_a_whole_event(emitter: CollectingEmitter) -> None:
    """Source and controller are said once; id and time are made."""
    event = emitter.emit(share(), subject="m1")
    assert (event.source, event.controller, event.subject) == (SOURCE, "senro", "m1")
    assert (event.type, event.time) == ("lineage.data_shared.v1", NOON)
    assert UUID(event.id).version == 7
    assert emitter.events == (event,)
    emitter.clear()
    assert len(emitter.events) == 0


def test_time_is_aware_and_now() -> None:
    """Without a clock of the caller's the time is that of this machine, in UTC."""
    before = datetime.now(UTC)
    with Emitter.collecting(source=SOURCE, controller="senro") as emitter:
        event = emitter.emit(share(), subject="m1")
    assert before <= event.time <= datetime.now(UTC)
    assert event.time.tzinfo is UTC


def test_everything_can_be_said_for_one_event(emitter: CollectingEmitter) -> None:
    """What was said once gives way to what is said of an event."""
    event = emitter.emit(
        share(),
        subject="m2",
        account="m1",
        id="share-7",
        time=datetime(2025, 1, 1, tzinfo=UTC),
        source="/services/returns",
        controller="seestar",
        caused_by="order-7",
        correlationid="basket-7",
        partitionkey="m1",
    )
    assert emitter.events == (event,)
    assert (event.account, event.id, event.source) == ("m1", "share-7", "/services/returns")
    assert (event.controller, event.causationid) == ("seestar", "order-7")
    assert (event.correlationid, event.ordering_key) == ("basket-7", "m1")


def test_a_cause_carries_on_its_process(emitter: CollectingEmitter) -> None:
    """The first event names the process; all that follow from it belong to it."""
    created = emitter.emit(OrderCreated(order_id="o1"), subject="m1")
    shared = emitter.emit(share(), subject="m1", caused_by=created)
    onward = emitter.emit(share(), subject="m1", caused_by=shared)
    assert created.correlationid is None
    assert (shared.causationid, shared.correlationid) == (created.id, created.id)
    assert (onward.causationid, onward.correlationid) == (shared.id, created.id)


def test_ids_are_unique_and_in_order() -> None:
    """Ids are UUIDs of version 7: none twice, and those of a later millisecond sort later."""
    ids = [UUID(new_id()) for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert {id.version for id in ids} == {7}
    moments = [id.int >> 80 for id in ids]
    assert moments == sorted(moments)
    assert {str(id.variant) for id in ids} == {"specified in RFC 4122"}


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({}, "subject", "missing_field"),
        ({"subject": ""}, "subject", "wrong_form"),
        ({"subject": "m1\0"}, "subject", "nul_character"),
        ({"subject": 7}, "subject", "wrong_type"),
        ({"subject": "m1", "id": ""}, "id", "wrong_form"),
        ({"subject": "m1", "time": datetime(2025, 1, 1)}, "time", "wrong_form"),  # noqa: DTZ001
        ({"subject": "m1", "source": "a b"}, "source", "wrong_form"),
        ({"subject": "m1", "controller": "Senro GmbH"}, "controller", "wrong_form"),
        ({"subject": "m1", "caused_by": ""}, "causationid", "wrong_form"),
        ({"subject": "m1", "partitionkey": "x" * 201}, "partitionkey", "too_long"),
    ],
)
def test_a_bad_envelope_is_refused(
    emitter: CollectingEmitter, said: dict[str, Any], field: str, reason: str
) -> None:
    """The error names the field, and nothing has left."""
    with pytest.raises(EventError) as error:
        emitter.emit(share(), **said)
    assert problem_of(error) == (field, reason)
    assert emitter.events == ()


def test_an_event_about_the_controller_has_no_subject(emitter: CollectingEmitter) -> None:
    """The scope of the type is held in both directions."""
    data = ServiceCeased()
    assert emitter.emit(data).ordering_key == "senro"
    with pytest.raises(EventError) as error:
        emitter.emit(data, subject="m1")
    assert problem_of(error) == ("subject", "wrong_scope")
    assert len(emitter.events) == 1


def test_data_that_was_never_checked_is_refused(emitter: CollectingEmitter) -> None:
    """Pydantic's ways round the check do not lead out of the service."""
    unchecked = share().model_copy(update={"recipient_kind": "friend"})
    with pytest.raises(EventError) as error:
        emitter.emit(unchecked, subject="m1")
    assert problem_of(error) == ("data.recipient_kind", "wrong_value")
    hollow = DataShared.model_construct(recipient="FastParcel")  # type: ignore[call-arg]
    with pytest.raises(EventError) as error:
        emitter.emit(hollow, subject="m1")
    assert {problem.field for problem in error.value.problems} == {
        "data.recipient_kind",
        "data.categories",
    }
    with pytest.raises(EventError) as error:
        emitter.emit({"recipient": "FastParcel"}, subject="m1")  # type: ignore[arg-type]
    assert problem_of(error) == ("data", "wrong_type")
    assert emitter.events == ()


def test_an_error_names_no_person(emitter: CollectingEmitter) -> None:
    """No value of a field is in a message."""
    with pytest.raises(EventError) as error:
        emitter.emit(share(), subject="ada@shop.example\0")
    assert "ada" not in str(error.value)
    assert "ada" not in repr(error.value.problems)


def test_an_emitter_says_events_of_one_class() -> None:
    """A topic takes one class of events; another would become a dead letter there."""
    answer = RecipientAcknowledged(request_id="r1", recipient="FastParcel")
    facts = Emitter.collecting(source=SOURCE, controller="senro")
    with pytest.raises(EventError) as error:
        facts.emit(answer, subject="m1")
    assert problem_of(error) == ("type", "not_allowed_here")
    answers = Emitter.collecting(source=SOURCE, controller="senro", says=EventClass.ANSWER)
    assert answers.emit(answer, subject="m1") == answers.events[0]


@pytest.mark.parametrize(
    ("source", "controller", "field"),
    [("a b", "senro", "source"), ("", "senro", "source"), (SOURCE, "SENRO", "controller")],
)
def test_a_bad_emitter_is_refused_at_the_start(source: str, controller: str, field: str) -> None:
    """A service learns when it starts, not with the first event; no connection is tried."""
    with pytest.raises(EventError) as error:
        Emitter.to_kafka("127.0.0.1:1", source=source, controller=controller)
    assert problem_of(error)[0] == field


def test_what_no_broker_takes_is_refused(emitter: CollectingEmitter) -> None:
    """An event above the limit never leaves, so it cannot hold up what comes after it."""
    words = tuple(f"word_{number}" + "x" * 150 for number in range(7_000))
    with pytest.raises(EventError) as error:
        emitter.emit(share(categories=words), subject="m1")
    assert problem_of(error) == ("", "too_large")
    fitting = words[: EVENT_BYTES_MAX // 170]
    assert emitter.emit(share(categories=fitting), subject="m1") == emitter.events[0]


def test_a_file_can_be_recorded(tmp_path: Path) -> None:
    """What an emitter writes to a file is what ``lineage record`` reads."""
    path = tmp_path / "events.jsonl"
    for subject in ("m1", "m2"):
        with Emitter.to_file(path, source=SOURCE, controller="senro") as emitter:
            emitter.emit(share(), subject=subject)
            emitter.flush()
    with open_tracker(f"sqlite:///{tmp_path / 'shop.db'}") as tracker:
        receipt = tracker.record_file(path)
        assert (receipt.recorded, receipt.refused) == (2, 0)
        (row,) = tracker.holders("m2", controller="senro").holders
    assert (row.holder, row.category) == ("FastParcel", "consignee_name")


def test_half_a_line_spoils_no_other(tmp_path: Path) -> None:
    """A line that a killed process began is ended, and the next event stands on its own."""
    path = tmp_path / "events.jsonl"
    whole = Emitter.collecting(source=SOURCE, controller="senro").emit(share(), subject="m1")
    path.write_bytes(event_to_json(whole) + b"\n" + event_to_json(whole)[:50])
    with Emitter.to_file(path, source=SOURCE, controller="senro") as emitter:
        event = emitter.emit(share(), subject="m2")
    first, half, last = path.read_bytes().splitlines()
    assert (parse_event(first), parse_event(last)) == (whole, event)
    assert len(half) == 50


def test_a_stream_stays_open() -> None:
    """The stream is the caller's; each line is complete as soon as it is emitted."""
    stream = io.BytesIO()
    with Emitter.to_stream(stream, source=SOURCE, controller="senro") as emitter:
        event = emitter.emit(share(), subject="m1")
        assert stream.getvalue() == event_to_json(event) + b"\n"
    assert not stream.closed
