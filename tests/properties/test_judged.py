"""What is found while recording is what judging everybody anew finds, however events arrive."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.properties.stores import emptied, opened, raw_dump, record_in
from tests.properties.streams import (
    CONTROLLER,
    SOURCES,
    Sketch,
    Wire,
    categories,
    moment,
    party,
    purpose,
    streams,
    wires,
)
from tests.support.judging import judged_by_this
from tests.support.places import StorePlace

PREFIXES = count()
names = st.sampled_from(("c1", "c2"))
CONSENTS: dict[str, st.SearchStrategy[Wire]] = {
    "consent_granted": st.fixed_dictionaries(
        {},
        optional={
            "categories": categories,
            "recipient": party,
            "purpose": purpose,
            "consent_id": names,
        },
    ),
    "consent_withdrawn": st.fixed_dictionaries(
        {}, optional={"categories": categories, "consent_id": names}
    ),
    "data_shared": st.fixed_dictionaries(
        {
            "categories": categories,
            "recipient": st.sampled_from(("Vault", "Cart")),
            "recipient_kind": st.sampled_from(("logistics", "payment")),
        },
        optional={"consent_id": names},
    ),
}
sizes = st.lists(st.integers(1, 5), max_size=12)
signed = st.lists(st.integers(0, 5), max_size=2)


@pytest.fixture(scope="module")
def tracker(shared_place: StorePlace) -> Iterator[Tracker]:
    """A store that each example empties first, with a judge of the tests' own."""
    with opened(shared_place.another()) as found:
        yield judged_by_this(found)


def agreement(day: int, name: str) -> Wire:
    """The controller's agreement with Cart, of a day."""
    return {
        "specversion": "1.0",
        "id": name,
        "source": SOURCES[0],
        "type": "lineage.agreement_signed.v1",
        "time": moment(day).isoformat(),
        "controller": CONTROLLER,
        "data": {"recipient": "Cart", "agreement_kind": "confidentiality"},
    }


@given(drawn=streams(CONSENTS, CONSENTS), agreements=signed, batches=sizes, choice=st.data())
def test_what_is_found_does_not_depend_on_how_events_arrive(
    tracker: Tracker,
    drawn: list[Sketch],
    agreements: list[int],
    batches: list[int],
    choice: st.DataObject,
) -> None:
    """Verdicts kept, histories read in part, late consents, retractions, links, agreements that
    come after all: a rebuild, which judges everybody anew by everything, changes no finding.
    """
    prefix = f"j{next(PREFIXES)}"
    events = wires(drawn, prefix)
    events += [agreement(day, f"{prefix}-a{n}") for n, day in enumerate(agreements)]
    mixed: list[Wire] = choice.draw(st.permutations(events))
    emptied(tracker)
    record_in(tracker, mixed, batches)
    tracker.rejudge()
    before = raw_dump(tracker)["findings"]
    tracker.rebuild()
    assert raw_dump(tracker)["findings"] == before
    with tracker.store.reading() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(t.rejudging)).scalar() == 0


def test_what_was_taken_back_before_it_came_is_not_judged(tracker: Tracker) -> None:
    """A retraction may be recorded before the event that it names, which then never happened."""

    def said(kind: str, name: str, day: int, **data: object) -> Wire:
        return {
            "specversion": "1.0",
            "id": name,
            "source": SOURCES[0],
            "type": f"lineage.{kind}.v1",
            "time": moment(day).isoformat(),
            "controller": CONTROLLER,
            "subject": "p1",
            "data": data,
        }

    share = said(
        "data_shared", "s", 2, recipient="Cart", recipient_kind="payment", categories=["email"]
    )
    back = said(
        "event_retracted", "r", 3, retracted_source=SOURCES[0], retracted_id="s", reason="x"
    )
    emptied(tracker)
    tracker.record([share])
    assert len(raw_dump(tracker)["findings"]) == 1
    emptied(tracker)
    tracker.record([back])
    tracker.record([share])
    assert raw_dump(tracker)["findings"] == []
