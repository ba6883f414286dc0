"""Events carry on the trace of the request they belong to."""

from __future__ import annotations

import contextvars
import sys
from types import ModuleType, SimpleNamespace

import pytest

from lineage.client import CollectingEmitter, Emitter
from lineage.events import Event, OrderCreated

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


@pytest.fixture
def emitter() -> CollectingEmitter:
    """One that keeps what it emits."""
    return Emitter.collecting(source="/services/checkout", controller="senro")


def created(emitter: CollectingEmitter, caused_by: Event | None = None) -> tuple[str | None, ...]:
    """Emit an event; the trace it carries."""
    order = OrderCreated(order_id="o1")
    event = emitter.emit(order, subject="m1", caused_by=caused_by)
    return event.traceparent, event.tracestate


def test_a_block_gives_its_trace_to_its_events(emitter: CollectingEmitter) -> None:
    """The trace holds inside the block, blocks nest, and nothing of it stays."""
    assert created(emitter) == (None, None)
    with emitter.trace(traceparent=PARENT, tracestate="vendor=1"):
        assert created(emitter) == (PARENT, "vendor=1")
        with emitter.trace(traceparent=OTHER):
            assert created(emitter) == (OTHER, None)
        with emitter.trace(traceparent=None):
            assert created(emitter) == (None, None)
        assert created(emitter) == (PARENT, "vendor=1")
        assert contextvars.Context().run(created, emitter) == (None, None)
    assert created(emitter) == (None, None)


def test_an_argument_goes_before_the_block(emitter: CollectingEmitter) -> None:
    """What is said of an event itself holds."""
    order = OrderCreated(order_id="o1")
    with emitter.trace(traceparent=PARENT, tracestate="vendor=1"):
        event = emitter.emit(order, subject="m1", traceparent=OTHER)
    assert (event.traceparent, event.tracestate) == (OTHER, None)


def test_a_cause_hands_on_its_trace(emitter: CollectingEmitter) -> None:
    """Without a trace of its own an event goes on with that of its cause."""
    order = OrderCreated(order_id="o1")
    cause = emitter.emit(order, subject="m1", traceparent=PARENT, tracestate="vendor=1")
    assert created(emitter, caused_by=cause) == (PARENT, "vendor=1")
    with emitter.trace(traceparent=OTHER):
        assert created(emitter, caused_by=cause) == (OTHER, None)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        PARENT.upper(),
        PARENT[:-1],
        PARENT + "-more",
        "ff" + PARENT[2:],
        PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        PARENT.replace("00f067aa0ba902b7", "0" * 16),
        "01" + PARENT[2:] + "-" + "x" * 200,
        PARENT + "\n",
    ],
)
def test_a_strangers_header_stops_no_event(emitter: CollectingEmitter, header: str) -> None:
    """A header that breaks the W3C form counts as absent, as the standard asks."""
    with emitter.trace(traceparent=header, tracestate="vendor=1"):
        assert created(emitter) == (None, None)
    event = emitter.emit(OrderCreated(order_id="o1"), subject="m1", traceparent=header)
    assert event.traceparent is None


@pytest.mark.parametrize("state", ["", "x" * 513, "vendor=1\r\nvendor=2"])
def test_a_bad_state_is_left_out(emitter: CollectingEmitter, state: str) -> None:
    """The trace is carried on without it."""
    with emitter.trace(traceparent=PARENT, tracestate=state):
        assert created(emitter) == (PARENT, None)


def test_a_later_version_is_carried_on(emitter: CollectingEmitter) -> None:
    """Versions to come may append to the header."""
    later = "01" + PARENT[2:] + "-what-is-to-come"
    with emitter.trace(traceparent=later):
        assert created(emitter) == (later, None)


def test_opentelemetry_is_asked_where_the_service_uses_it(
    emitter: CollectingEmitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The span in hand is the parent; a block of ours goes before it."""
    span = SimpleNamespace(
        is_valid=True,
        trace_id=0x4BF92F3577B34DA6A3CE929D0E0E4736,
        span_id=0x00F067AA0BA902B7,
        trace_flags=1,
        trace_state=SimpleNamespace(to_header=lambda: "vendor=1"),
    )
    api = ModuleType("opentelemetry.trace")
    api.get_current_span = lambda: SimpleNamespace(get_span_context=lambda: span)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", api)
    assert created(emitter) == (PARENT, "vendor=1")
    with emitter.trace(traceparent=OTHER):
        assert created(emitter) == (OTHER, None)
    span.is_valid = False
    assert created(emitter) == (None, None)
