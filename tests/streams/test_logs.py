"""Log lines of a worker: JSON, and no way in for an identifier of a person."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.logs import NUMBERS, TEXTS, FieldNotAllowed, Log


def test_a_line_is_one_json_object() -> None:
    """Time, event, fields, in this order; one line each."""
    out = io.StringIO()
    log = Log(out, clock=lambda: 1_772_618_400.0)
    log.say("batch_recorded", topic="lineage.events", partition=3, recorded=2000, seconds=0.25)
    log.say("stopped", exit_code=0, reason=None)
    first, second = out.getvalue().splitlines()
    assert list(json.loads(first).items()) == [
        ("at", "2026-03-04T10:00:00Z"),
        ("event", "batch_recorded"),
        ("topic", "lineage.events"),
        ("partition", 3),
        ("recorded", 2000),
        ("seconds", 0.25),
    ]
    assert json.loads(second)["event"] == "stopped"


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("recorded", {"subject": "m1"}),
        ("recorded", {"email": "ada@shop.example"}),
        ("recorded", {"message": "could not read m1"}),
        ("recorded", {"partition": "m1"}),
        ("recorded", {"topic": "ada@shop.example"}),
        ("recorded", {"topic": 7}),
        ("recorded", {"error": "ValueError: m1 is wrong"}),
        ("recorded", {"reason": "Ada Lovelace"}),
        ("recorded", {"events": ["m1"]}),
        ("recorded", {"events": {"m1": 1}}),
        ("recorded ada@shop.example", {}),
    ],
)
def test_a_person_cannot_be_logged(event: str, fields: dict[str, Any]) -> None:
    """Neither as a field nor inside one that is allowed; nothing is written, nothing repeated."""
    out = io.StringIO()
    with pytest.raises(FieldNotAllowed) as refused:
        Log(out).say(event, **fields)
    assert out.getvalue() == ""
    for value in (*fields.values(), event if " " in event else "m1"):
        assert str(value) not in str(refused.value)


@given(name=st.text(), value=st.one_of(st.text(), st.integers(), st.floats(), st.none()))
def test_only_the_list_gets_in(name: str, value: str | float | None) -> None:
    """Whatever the name and the value: it is on the list and of its form, or nothing is written."""
    out = io.StringIO()
    try:
        Log(out).say("anything", **{name: value})
    except (FieldNotAllowed, TypeError, ValueError):
        assert out.getvalue() == ""
        return
    assert name in NUMBERS or name in TEXTS
    if isinstance(value, str):
        assert TEXTS[name].fullmatch(value)
