"""Base of every event's data, and what a model says of itself. No event type lives here."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict

from lineage.events.marks import Mark


class EventClass(StrEnum):
    """Who may say it: a service, an officer, a recipient about a notice, or only the tracker."""

    FACT = "fact"
    DECISION = "decision"
    ANSWER = "answer"
    SYSTEM = "system"


class EventScope(StrEnum):
    """About whom it is: one person, the controller as a whole, or either."""

    PERSON = "person"
    CONTROLLER = "controller"
    EITHER = "either"


class EventData(BaseModel):
    """Data of one event: frozen and closed; one subclass per event type and version."""

    # Building eighty validators at import would cost more than most commands run for.
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    event_name: ClassVar[str]
    event_version: ClassVar[int] = 1
    event_class: ClassVar[EventClass] = EventClass.FACT
    event_rank: ClassVar[int]
    event_scope: ClassVar[EventScope] = EventScope.PERSON

    @classmethod
    def event_type(cls) -> str:
        """Return the CloudEvents type, such as ``lineage.data_shared.v1``."""
        return f"lineage.{cls.event_name}.v{cls.event_version}"

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Leave out what may name a person, so that no log line can hold it."""
        marks = marks_of(type(self))
        for name, value in super().__repr_args__():
            if name is not None and marks[name] is Mark.CODE:
                yield name, value


@cache
def marks_of(model: type[BaseModel]) -> Mapping[str, Mark]:
    """Return the mark of every field of a model."""
    return MappingProxyType(
        {
            name: _find_mark((*field.metadata, field.annotation))
            for name, field in model.model_fields.items()
        }
    )


def _find_mark(parts: tuple[Any, ...]) -> Mark:
    """Find a mark in annotations nested in unions and tuples; code where there is none."""
    for part in parts:
        found = part if isinstance(part, Mark) else Mark.CODE
        if found is Mark.CODE:
            found = _find_mark((*getattr(part, "__metadata__", ()), *get_args(part)))
        if found is not Mark.CODE:
            return found
    return Mark.CODE
