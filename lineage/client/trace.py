"""The W3C trace context that events carry on: where it comes from. Nothing is sent from here."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[!-~]*)?"
)
_VERSION_0_LENGTH: Final = 55
_TRACESTATE_MAX: Final = 512
_TRACEPARENT_MAX: Final = 200


class Trace(NamedTuple):
    """The two headers of a trace."""

    traceparent: str
    tracestate: str | None = None


_current: ContextVar[Trace | None] = ContextVar("lineage trace", default=None)


@contextmanager
def trace(*, traceparent: str | None, tracestate: str | None = None) -> Iterator[None]:
    """Let the events emitted in this block carry the trace of a request, as its headers say.

    Headers come from strangers: those that break the W3C form count as absent, as it demands, and
    never keep an event from being emitted. Without a trace, that of a block around is hidden.
    """
    token = _current.set(read_trace(traceparent, tracestate))
    try:
        yield
    finally:
        _current.reset(token)


def read_trace(traceparent: str | None, tracestate: str | None) -> Trace | None:
    """Return the trace that two headers name, or None if they name none."""
    if traceparent is None or not _is_traceparent(traceparent):
        return None
    if not tracestate or len(tracestate) > _TRACESTATE_MAX or not tracestate.isprintable():
        tracestate = None
    return Trace(traceparent, tracestate)


def _is_traceparent(text: str) -> bool:
    if len(text) > _TRACEPARENT_MAX or _TRACEPARENT.fullmatch(text) is None:
        return False
    # Later versions may append to it; the first may not.
    return len(text) == _VERSION_0_LENGTH or not text.startswith("00-")


def current_trace() -> Trace | None:
    """Return the trace of the block, or else that of OpenTelemetry where the service uses it."""
    return _current.get() or _trace_of_opentelemetry(sys.modules.get("opentelemetry.trace"))


def _trace_of_opentelemetry(api: Any) -> Trace | None:
    """Ask the API only if the service has imported it: we neither need nor load it."""
    if api is None:
        return None
    span = api.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    traceparent = f"00-{span.trace_id:032x}-{span.span_id:016x}-{int(span.trace_flags):02x}"
    return read_trace(traceparent, span.trace_state.to_header())
