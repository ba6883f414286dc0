"""Which model reads which event type, and how an old version becomes the newest."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from lineage.events.catalogue import MODELS
from lineage.events.errors import EventError, Problem
from lineage.events.model import EventData

Upcast = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Registry:
    """Every version of every event type; versions of one type are added from 1 on."""

    def __init__(self, models: Iterable[type[EventData]] = ()) -> None:
        """Start with first versions."""
        self._versions: dict[str, list[type[EventData]]] = {}
        self._upcasts: dict[str, Upcast] = {}
        self._models: dict[str, type[EventData]] = {}
        self._current: dict[str, type[EventData]] = {}
        for model in models:
            self.add(model)

    def add(self, model: type[EventData], *, upcast: Upcast | None = None) -> None:
        """Add the next version of a type; ``upcast`` makes its data of the version before."""
        name, event_type = model.event_name, model.event_type()
        versions = self._versions.setdefault(name, [])
        if model.event_version != len(versions) + 1:
            msg = f"{event_type} must be version {len(versions) + 1}"
            raise ValueError(msg)
        if (upcast is None) is bool(versions):
            msg = f"{event_type}: a later version needs an upcast, and only a later one"
            raise ValueError(msg)
        if upcast is not None:
            previous = versions[-1].event_type()
            self._upcasts[previous] = upcast
            del self._current[previous]
        versions.append(model)
        self._models[event_type] = self._current[event_type] = model

    @property
    def current(self) -> Mapping[str, type[EventData]]:
        """The newest version of every type, by its CloudEvents type."""
        return MappingProxyType(self._current)

    @property
    def every_version(self) -> Mapping[str, type[EventData]]:
        """All versions of every type, by their CloudEvents types."""
        return MappingProxyType(self._models)

    def model_for(self, event_type: str) -> type[EventData]:
        """Return the model of exactly this version; raises EventError."""
        try:
            return self._models[event_type]
        except KeyError:
            problem = Problem("type", "unknown_type", "an event type of the contract")
            raise EventError([problem]) from None

    def upcast(
        self, event_type: str, data: Mapping[str, Any]
    ) -> tuple[type[EventData], Mapping[str, Any]]:
        """Carry data from version to version up to the newest; raises EventError."""
        model = self.model_for(event_type)
        while (step := self._upcasts.get(event_type)) is not None:
            data = step(data)
            model = self._versions[model.event_name][model.event_version]
            event_type = model.event_type()
        return model, data


REGISTRY = Registry(MODELS)
EVENT_MODELS = REGISTRY.current
model_for = REGISTRY.model_for
upcast = REGISTRY.upcast
