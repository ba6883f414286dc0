"""Versions: an old body is read for ever, in the newest form."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import Field

from lineage.events import EVENT_MODELS, EventData, EventError, Registry, model_for
from lineage.events.types import Id, Text


class ParcelWeighed(EventData):
    """A parcel was weighed: only these tests know it."""

    event_name = "parcel_weighed"
    event_rank = 3
    parcel: Id = Field(description="Name of the parcel.")
    grams: Text = Field(description="Weight as text.")


class ParcelWeighed2(ParcelWeighed):
    """The weight has a unit from version 2 on."""

    event_version = 2
    unit: Text = Field(description="Unit of the weight.")


class ParcelWeighed3(EventData):
    """The weight is one text from version 3 on."""

    event_name = "parcel_weighed"
    event_version = 3
    event_rank = 3
    parcel: Id = Field(description="Name of the parcel.")
    weight: Text = Field(description="Weight with its unit.")


def with_unit(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 1 to 2."""
    return {**data, "unit": "g"}


def one_text(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 2 to 3."""
    return {"parcel": data["parcel"], "weight": f"{data['grams']} {data['unit']}"}


def three_versions() -> Registry:
    """A registry in which one type has three versions."""
    registry = Registry([ParcelWeighed])
    registry.add(ParcelWeighed2, upcast=with_unit)
    registry.add(ParcelWeighed3, upcast=one_text)
    return registry


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        ("lineage.parcel_weighed.v1", {"parcel": "p1", "grams": "500"}),
        ("lineage.parcel_weighed.v2", {"parcel": "p1", "grams": "500", "unit": "g"}),
        ("lineage.parcel_weighed.v3", {"parcel": "p1", "weight": "500 g"}),
    ],
)
def test_every_version_becomes_the_newest(event_type: str, data: dict[str, str]) -> None:
    """Data of any version walks up version by version and is then valid in the newest."""
    model, newest = three_versions().upcast(event_type, data)
    assert model is ParcelWeighed3
    assert model.model_validate(newest) == ParcelWeighed3(parcel="p1", weight="500 g")


def test_old_versions_are_kept() -> None:
    """An emitter of version 1 is still read by the model of version 1."""
    registry = three_versions()
    assert registry.model_for("lineage.parcel_weighed.v1") is ParcelWeighed
    assert registry.model_for("lineage.parcel_weighed.v2") is ParcelWeighed2
    assert dict(registry.current) == {"lineage.parcel_weighed.v3": ParcelWeighed3}
    assert len(registry.every_version) == 3


def test_versions_leave_no_gap() -> None:
    """A version that cannot be reached from the one before is refused at once."""
    registry = Registry([ParcelWeighed])
    with pytest.raises(ValueError, match="must be version 2"):
        registry.add(ParcelWeighed3, upcast=one_text)
    with pytest.raises(ValueError, match="needs an upcast"):
        registry.add(ParcelWeighed2)
    with pytest.raises(ValueError, match="must be version 2"):
        registry.add(ParcelWeighed)
    with pytest.raises(ValueError, match="only a later one"):
        Registry().add(ParcelWeighed, upcast=with_unit)


def test_unknown_type_is_an_event_error() -> None:
    """A type that the contract does not know is refused like any other fault."""
    with pytest.raises(EventError) as caught:
        model_for("lineage.nothing.v1")
    assert [problem.reason for problem in caught.value.problems] == ["unknown_type"]


def test_types_are_named_by_their_models() -> None:
    """The registry names each model by its own type."""
    assert all(model.event_type() == event_type for event_type, model in EVENT_MODELS.items())
    assert "lineage.data_shared.v1" in EVENT_MODELS
