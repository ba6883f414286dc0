"""Checking a message: the quick look at a good one says what the long look says."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import (
    EVENT_MODELS,
    Event,
    EventClass,
    EventError,
    event_to_json,
    parse_event,
)
from lineage.events.examples import example
from lineage.policy.loader import load_library
from lineage.service.checking import (
    CATEGORY_FIELDS,
    FUTURE_MICROS_MAX,
    IDENTIFIER_FIELDS,
    OPERATOR_CLASSES,
    Checker,
)
from lineage.storage.drafts import Origin

CONTRACT = Path(__file__).parents[1] / "events" / "contract.tsv"
LIBRARY = load_library()
CONTROLLER = LIBRARY.controllers[0]
WORDS = ["email", "order_no", "shoe_size", "card_number"]


def checkers() -> list[Checker]:
    """One for what an operator may say, one for services, one for nobody."""
    services = frozenset({EventClass.FACT})
    return [Checker(LIBRARY, allowed) for allowed in (OPERATOR_CLASSES, services, frozenset())]


CHECKERS = checkers()
ORIGINS = [
    None,
    *(Origin((), frozenset({kind})) for kind in (EventClass.FACT, EventClass.ANSWER)),
    *(Origin((), frozenset({EventClass.ANSWER}), name) for name in ("FastParcel", "PayHub")),
]


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event of any type in which controller, source and category words may be wrong."""
    model = EVENT_MODELS[draw(st.sampled_from(sorted(EVENT_MODELS)))]
    event: dict[str, Any] = json.loads(event_to_json(example(model)))
    event["controller"] = draw(st.sampled_from([*LIBRARY.controllers, "nobody-knows"]))
    event["source"] = draw(st.sampled_from(["/services/a", "/lineage", "/lineage/x", "/lineages"]))
    data = event["data"]
    for name in sorted(data.keys() & set(CATEGORY_FIELDS)):
        words = draw(st.lists(st.sampled_from(WORDS), unique=True))
        if name == "identifiers":
            data[name] = [{"type": word, "value": "x"} for word in words]
        elif name == "identifier":
            data[name]["type"] = draw(st.sampled_from(WORDS))
        else:
            data[name] = words
    return parse_event(event)


@given(events(), st.sampled_from(CHECKERS), st.sampled_from(ORIGINS))
def test_quick_look_is_the_long_look(event: Event, checker: Checker, origin: Origin | None) -> None:
    """What is good at a glance has no problem, and what has none is recorded."""
    problems = tuple(checker._problems(event, origin))
    for _ in range(2):  # the second time the model is known already
        assert not (checker._is_good(event, origin) and problems)
        if problems:
            with pytest.raises(EventError) as caught:
                checker.check(event, event.occurred_at, origin)
            assert caught.value.problems == problems
        else:
            assert checker.check(event, event.occurred_at, origin) == (event, ())


def test_common_events_are_good_at_a_glance() -> None:
    """An event of a known controller, from a service, in known words, needs no long look."""
    event = parse_event(
        json.loads(event_to_json(example(EVENT_MODELS["lineage.data_collected.v1"])))
        | {"controller": CONTROLLER, "data": {"categories": ["email", "order_no"]}}
    )
    assert CHECKERS[0]._is_good(event, None)
    assert not CHECKERS[2]._is_good(event, None)


def test_every_form_of_a_message_is_checked() -> None:
    """Bytes, text, a mapping and an event say the same."""
    event = example(EVENT_MODELS["lineage.data_collected.v1"]).model_copy(
        update={"controller": CONTROLLER}
    )
    raw = event_to_json(event).replace(b"buyer_name", b"email").replace(b"buyer_address", b"email2")
    for message in (raw, raw.decode(), json.loads(raw), parse_event(raw)):
        with pytest.raises(EventError, match=r"data\.categories\[1\]"):
            CHECKERS[0].check(message, event.occurred_at)


def test_future_is_a_warning() -> None:
    """A clock that runs ahead does not lose an event; up to five minutes nobody is told."""
    event = example(EVENT_MODELS["lineage.request_resumed.v1"]).model_copy(
        update={"controller": CONTROLLER}
    )
    for ahead, warned in product((0, 1), (False, True)):
        now = event.occurred_at - FUTURE_MICROS_MAX - (ahead if warned else -ahead)
        checked = CHECKERS[0].check(event, now)
        assert bool(checked.warnings) is bool(warned and ahead)


def test_fields_with_category_words_are_all_known() -> None:
    """No field of the contract that holds category words or identifiers is forgotten."""
    rows = [line.split("\t") for line in CONTRACT.read_text(encoding="utf-8").splitlines()]
    typed = {(row[2], row[3].strip("[]")) for row in rows if row[0] == "field"}
    assert {name for name, kind in typed if kind in {"category", "identifier"}} == set(
        CATEGORY_FIELDS
    )
    assert {name for name, kind in typed if kind == "identifier"} == IDENTIFIER_FIELDS
