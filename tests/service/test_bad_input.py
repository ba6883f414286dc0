"""Bad input: each kind is refused with its line, field and reason, and kept; the rest goes on."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.service.errors import InvalidInput
from lineage.storage.tables import dead_letters
from lineage.tracker import Tracker
from tests.storage.dump import FACTS, RECORD, dump
from tests.storage.shop import Clock, Message, collected, event, linked, retracted, share

MIB = 1 << 20


def line(message: Message) -> bytes:
    """A message as a line of a file."""
    return json.dumps(message).encode()


def changed(path: str, value: Any) -> bytes:
    """A share in which one place is another."""
    message = share("FastParcel", "email", id="bad")
    place = message["data"] if path.startswith("data.") else message
    name = path.removeprefix("data.")
    if value is ...:
        del place[name]
    else:
        place[name] = value
    return line(message)


# id: the line, and the (field, reason) of its problems in order
BAD: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "wrong JSON": (b'{"specversion": "1.0", "id": }', [("", "bad_json")]),
    "no object": (b'"a text"', [("", "not_an_object")]),
    "a number": (b"17", [("", "not_an_object")]),
    "wrong encoding": (b'{"id": "\xff\xfe"}', [("", "bad_json")]),
    "unknown type": (changed("type", "lineage.data_lost.v1"), [("type", "unknown_type")]),
    "unknown version": (changed("type", "lineage.data_shared.v9"), [("type", "unknown_type")]),
    "wrong type": (changed("data.categories", "email"), [("data.categories", "wrong_type")]),
    "wrong type inside": (
        changed("data.categories", ["email", 7]),
        [("data.categories[1]", "wrong_type")],
    ),
    "text for a boolean": (
        changed("data.deidentified", "no"),
        [("data.deidentified", "wrong_type")],
    ),
    "unknown field": (changed("data.colour", "red"), [("data.colour", "unknown_field")]),
    "unknown attribute": (changed("colour", "red"), [("colour", "unknown_field")]),
    "missing field": (changed("data.recipient", ...), [("data.recipient", "missing_field")]),
    "missing attribute": (changed("id", ...), [("id", "missing_field")]),
    "null is absent": (changed("data.recipient", None), [("data.recipient", "missing_field")]),
    "wrong enum": (
        changed("data.recipient_kind", "postman"),
        [("data.recipient_kind", "wrong_value")],
    ),
    "NUL": (changed("data.recipient", "Fast\0Parcel"), [("data.recipient", "nul_character")]),
    "too long": (changed("data.recipient", "x" * 201), [("data.recipient", "too_long")]),
    "10 MiB": (changed("data.recipient", "x" * 10 * MIB), [("", "too_large")]),
    "deep nesting": (b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", [("", "bad_json")]),
    "wrong time": (changed("time", "yesterday"), [("time", "wrong_form")]),
    "no such day": (changed("time", "2026-02-30"), [("time", "wrong_form")]),
    "time without offset": (changed("time", "2026-03-04T10:00:00"), [("time", "wrong_form")]),
    "time as a number": (changed("time", 1_775_000_000), [("time", "wrong_type")]),
    "unknown controller": (
        changed("controller", "nobody-knows"),
        [("controller", "unknown_controller")],
    ),
    "unknown category": (
        changed("data.categories", ["email", "shoe_size"]),
        [("data.categories[1]", "unknown_category")],
    ),
    "unknown identifier": (
        changed("data.identifiers", [{"type": "shoe_size", "value": "x"}]),
        [("data.identifiers[0].type", "unknown_category")],
    ),
    "repeated category": (
        changed("data.categories", ["email", "email"]),
        [("data.categories[1]", "repeated_item")],
    ),
    "no subject": (changed("subject", ...), [("subject", "missing_field")]),
    "wrong version": (changed("specversion", "0.3"), [("specversion", "wrong_value")]),
    "recorded time": (
        changed("recordedtime", "2026-03-04T00:00:00Z"),
        [("recordedtime", "unknown_field")],
    ),
    "own source": (changed("source", "/lineage"), [("source", "not_allowed_here")]),
    "own channel": (changed("source", "/lineage/channels"), [("source", "not_allowed_here")]),
    "system event": (
        line(
            event(
                "notice_escalated",
                {
                    "notice_id": "n1",
                    "request_id": "r1",
                    "recipient": "FastParcel",
                    "reason": "no_endpoint",
                },
            )
        ),
        [("type", "not_allowed_here")],
    ),
    "a second fault": (
        changed("data", {"recipient_kind": "postman", "categories": ["email"]}),
        [("data.recipient", "missing_field"), ("data.recipient_kind", "wrong_value")],
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_line_is_named_and_the_rest_recorded(
    tmp_path: Path, tracker: Tracker, what: str
) -> None:
    """A bad line is refused with its line, field, reason and what was expected, and never its
    value; the lines around it are recorded; the message is kept whole.
    """
    raw, expected = BAD[what]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([line(share()), b"", raw, line(share("BlueVan"))]) + b"\n")
    receipt = tracker.record_file(path)
    assert (receipt.read, receipt.recorded, receipt.refused) == (3, 2, 1)
    assert [(p.field, p.reason) for p in receipt.problems] == expected
    assert {(p.line, p.item) for p in receipt.problems} == {(3, 2)}
    assert all(p.expected for p in receipt.problems)
    assert receipt.reasons == {expected[0][1]: 1}
    for value in ("postman", "yesterday", "shoe_size", "nobody-knows"):
        assert value not in receipt.model_dump_json()
    [row] = tracker.dead_letters().rows
    assert (row.place, row.field, row.reason) == ("line 3", *expected[0])
    assert row.message is None
    assert tracker.dead_letter(row.id).message == raw.decode("utf-8", "replace")
    assert tracker.verify().ok


def test_all_bad_lines_of_one_file(tmp_path: Path, tracker: Tracker) -> None:
    """A file of nothing but every kind of fault ends in as many dead letters, and recording it
    again keeps none twice.
    """
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(raw for raw, _ in BAD.values()))
    for _ in range(2):
        receipt = tracker.record_file(path, batch_size=7)
        assert (receipt.read, receipt.recorded, receipt.refused) == (len(BAD), 0, len(BAD))
        assert sum(receipt.reasons.values()) == len(BAD)
        assert tracker.dead_letters().total == len(BAD)
        assert tracker.dead_letters().reasons == receipt.reasons


def test_dead_letters_are_sealed(tracker: Tracker) -> None:
    """Neither the message nor what was wrong with it stands readable in the table."""
    tracker.record([b'{"subject": "somebody-readable", ', share() | {"somebody-else": 1}])
    with tracker.store.reading() as conn:
        rows = conn.execute(sa.select(dead_letters)).all()
    content = b"".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)
    assert b"bad_json" in content
    assert b"somebody" not in content
    assert "somebody-readable" in (tracker.dead_letter(1).message or "")


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_strict_records_nothing(tracker: Tracker, batch_size: int) -> None:
    """With strict one fault means that nothing is recorded, no dead letter, no new person; without
    any fault everything is.
    """
    tracker.record([share()])
    before = dump(tracker, [*RECORD, *FACTS])
    good = [share("BlueVan", subject=f"m{n}") for n in range(5)]
    receipt = tracker.record([*good, b"{", *good], strict=True, batch_size=batch_size)
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (0, 0, 1)
    assert [p.reason for p in receipt.problems] == ["bad_json"]
    reused = share("NordPost", subject="m1", id=good[1]["id"])
    receipt = tracker.record([*good, reused], strict=True, batch_size=batch_size)
    assert (receipt.recorded, receipt.reasons) == (0, {"id_reused": 1})
    assert dump(tracker, [*RECORD, *FACTS]) == before
    receipt = tracker.record([*good, *good], strict=True, batch_size=batch_size)
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (5, 5, 0)
    assert tracker.verify().ok


def test_future_time_is_a_warning(tracker: Tracker, clock: Clock) -> None:
    """A time more than five minutes ahead is recorded with a warning, one nearer without."""
    clock.set("2026-04-01T12:00:00Z")
    receipt = tracker.record([share(at="2026-04-01T12:04:59Z"), share(at="2026-04-01T12:05:01Z")])
    assert (receipt.recorded, receipt.refused) == (2, 0)
    [warning] = receipt.warnings
    assert (warning.item, warning.field, warning.reason) == (2, "time", "in_the_future")


def test_file_that_is_no_text(tmp_path: Path, tracker: Tracker) -> None:
    """A gzip file and a binary file are refused as a whole, with what to do; nothing is kept."""
    path = tmp_path / "events"
    for content, says in ((gzip.compress(line(share())), "gzip"), (b"PK\x03\x04\0\0", "no text")):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match=says) as caught:
            tracker.record_file(path)
        assert caught.value.do
    assert tracker.dead_letters().total == 0


def test_replay_after_the_cause_is_mended(tracker: Tracker) -> None:
    """Replaying what is still wrong changes nothing: nothing is recorded, nothing kept twice."""
    tracker.record([b"{", share(controller="nobody-knows"), collected(subject="m2")])
    receipt = tracker.replay_dead_letters()
    assert (receipt.read, receipt.recorded, receipt.refused) == (2, 0, 2)
    assert tracker.dead_letters().total == 2
    assert tracker.replay_dead_letters(reason="bad_json").read == 1
    with pytest.raises(InvalidInput):
        tracker.dead_letters(limit=0)


def test_own_people_may_be_named_wrongly_but_not_shown(tracker: Tracker) -> None:
    """A field whose name is an address is refused without repeating it."""
    receipt = tracker.record([share() | {"x@shop.example": 1}, linked("y@shop.example")])
    assert (receipt.recorded, receipt.reasons) == (1, {"unknown_field": 1})
    assert "x@shop.example" not in receipt.model_dump_json()


def test_retraction_of_what_never_was(tracker: Tracker) -> None:
    """Taking back an event that is not on record is accepted: it may still come, and then never
    happened.
    """
    wrong = share()
    assert tracker.record([retracted(wrong)]).recorded == 1
    assert tracker.record([wrong]).recorded == 1
    assert tracker.holders("m1", controller="sesiiduo").holders == []
