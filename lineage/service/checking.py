"""What a message must meet before it is recorded: form, meaning, and being allowed here. No SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from lineage.domain.facts import OWN_SOURCE
from lineage.events import (
    Event,
    EventClass,
    EventData,
    EventError,
    Problem,
    from_micros,
    parse_event,
)
from lineage.kafka.binding import to_structured
from lineage.policy.loader import Library
from lineage.storage.drafts import Origin

FUTURE_MICROS_MAX = 5 * 60 * 1_000_000
MESSAGE_BYTES_MAX = 1 << 20
"""Longer messages are refused unread."""

_TEXT: Final = (bytes, str)  # made once: `bytes | str` would be made anew for each message

OPERATOR_CLASSES = frozenset({EventClass.FACT, EventClass.DECISION, EventClass.ANSWER})
"""What ``lineage record`` takes: the operator may say everything but what only we do."""

CATEGORY_FIELDS = (
    "categories",
    "combined_with",
    "held",
    "identifier",
    "identifiers",
    "permission_scope",
)
"""Fields that hold category words; ``tests/service`` holds the list to the models."""

IDENTIFIER_FIELDS = frozenset({"identifier", "identifiers"})
"""Those of them that hold the word beside an identifier."""


class Checked(NamedTuple):
    """A message that may be recorded; ``warnings`` do not stop it."""

    event: Event
    warnings: tuple[Problem, ...] = ()


class Checker:
    """Checks messages against the contract, the policies and what a lane may carry."""

    def __init__(
        self,
        library: Library,
        allowed: frozenset[EventClass],
        *,
        also: frozenset[type[EventData]] = frozenset(),
    ) -> None:
        """``allowed`` is the set of event classes that may come this way, ``also`` single types."""
        self._library = library
        self._words: dict[str, frozenset[str]] = {}
        self._allowed = allowed
        self._also = also
        self._lists: dict[type[EventData], tuple[str, ...]] = {}
        self._limit = (0, from_micros(FUTURE_MICROS_MAX))  # what `now` makes of it, for a batch

    def check(
        self,
        message: Event | Mapping[str, Any] | bytes | str,
        now: int,
        origin: Origin | None = None,
    ) -> Checked:
        """Return the event, or raise ``EventError`` with every problem found.

        With an ``origin`` the message came over the network: it may say what that allows, and a
        time that has not been yet is a problem there, for it would win every comparison.
        """
        if isinstance(message, _TEXT):
            if len(message) > MESSAGE_BYTES_MAX:
                raise EventError(
                    (Problem("", "too_large", f"a message of at most {MESSAGE_BYTES_MAX} bytes"),)
                )
            raw = message
            if origin is not None and isinstance(raw, bytes):
                raw = to_structured(raw, origin.headers)
            event = parse_event(raw)
        else:
            event = message if isinstance(message, Event) else parse_event(message)
        if not self._is_good(event, origin) and (problems := tuple(self._problems(event, origin))):
            raise EventError(problems)
        limit = self._limit
        if limit[0] != now:
            limit = self._limit = (now, from_micros(now + FUTURE_MICROS_MAX))
        if event.time > limit[1]:
            ahead = (Problem("time", "in_the_future", "a time that has been"),)
            if origin is not None:
                raise EventError(ahead)
            return Checked(event, ahead)
        return Checked(event)

    def _words_of(self, controller: str) -> frozenset[str] | None:
        words = self._words.get(controller)
        if words is None and controller in self._library.controllers:
            words = self._words[controller] = self._library.categories(controller)
        return words

    def _is_good(self, event: Event, origin: Origin | None) -> bool:
        """Tell quickly that there are no ``_problems``; False means that they must be looked for.

        A list of words is asked for as a whole, and what a model has such lists in only once.
        """
        data = event.data
        words = self._words_of(event.controller)
        if words is None or event.source.startswith(OWN_SOURCE):
            return False
        allowed = self._allowed if origin is None else origin.allowed
        if data.event_class not in allowed or (origin is not None and origin.recipient):
            return False
        lists = self._lists.get(type(data))
        if lists is None:
            lists = self._lists[type(data)] = _category_fields(type(data))
        for name in lists:
            value = data.__dict__[name]
            if value is not None and (name in IDENTIFIER_FIELDS or not words.issuperset(value)):
                return False
        return True

    def _problems(self, event: Event, origin: Origin | None) -> Iterator[Problem]:
        allowed, recipient = self._allowed, None
        if origin is not None:
            allowed, recipient = origin.allowed, origin.recipient
        if event.data.event_class not in allowed and type(event.data) not in self._also:
            yield Problem("type", "not_allowed_here", "an event that may come this way")
        if recipient is not None and getattr(event.data, "recipient", None) != recipient:
            yield Problem("data.recipient", "not_allowed_here", "the recipient whose way this is")
        if event.source == OWN_SOURCE or event.source.startswith(OWN_SOURCE + "/"):
            yield Problem("source", "not_allowed_here", "a source other than the tracker's own")
        words = self._words_of(event.controller)
        if words is None:
            known = ", ".join(self._library.controllers)
            yield Problem("controller", "unknown_controller", f"one of {known}")
            return
        for field, word in categories_of(event.data):
            if word not in words:
                yield Problem(
                    field, "unknown_category", "a category word of this controller's policy"
                )


def categories_of(data: EventData) -> Iterator[tuple[str, str]]:
    """Every category word in an event's data, with the place where it stands."""
    for name in _category_fields(type(data)):
        value = getattr(data, name)
        if name == "identifier":
            yield "data.identifier.type", value.type
        elif name == "identifiers":
            for index, identifier in enumerate(value or ()):
                yield f"data.identifiers[{index}].type", identifier.type
        else:
            for index, word in enumerate(value or ()):
                yield f"data.{name}[{index}]", word


@cache
def _category_fields(model: type[EventData]) -> tuple[str, ...]:
    return tuple(name for name in CATEGORY_FIELDS if name in model.model_fields)
