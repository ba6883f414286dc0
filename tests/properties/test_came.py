"""What a history says of recipients is what the facts say, whatever happened in which order."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given

from lineage.domain.facts import HolderKind, Recorded
from lineage.domain.fold import fold
from lineage.domain.fold.effective import effective_events
from lineage.domain.history.history import History
from lineage.domain.holdings import holdings
from lineage.events import parse_event
from tests.properties.streams import CONTROLLER, Sketch, streams, wires

AT_THE_END = ((1 << 62), 99)


def recorded(drawn: list[Sketch]) -> list[Recorded]:
    """The stream as the events of one person, links apart."""
    found = []
    for number, wire in enumerate(wires(drawn, "c")):
        event = parse_event(wire)
        if event.data.event_name != "identity_linked":
            key = sha256(event.id.encode()).digest()[:16]
            found.append(
                Recorded(
                    ref=b"r" * 16,
                    key=key,
                    occurred_at=event.occurred_at,
                    recorded_at=number,
                    source=event.source,
                    id=event.id,
                    data=event.data,
                )
            )
    return found


@given(drawn=streams())
def test_what_a_recipient_held_at_the_end_is_what_it_holds(drawn: list[Sketch]) -> None:
    """Transfers of everything, erasures and de-identified copies among it."""
    events = effective_events(recorded(drawn))
    facts = fold(events, controller=CONTROLLER, version_at=lambda _: "")
    came = History(CONTROLLER, events=events, as_of=AT_THE_END[0]).came
    rows = holdings(facts.edges, facts.erasures, controller=CONTROLLER)
    at_recipients = [row for row in rows if row.holder.kind is HolderKind.RECIPIENT]
    for name in {row.holder.name for row in at_recipients}:
        mine = [row for row in at_recipients if row.holder.name == name]
        held = {row.category for row in mine if row.held and not row.deidentified}
        assert came.held_by(name, AT_THE_END) == held
        arrived = frozenset[str]().union(*(a.categories for a in came.arrivals(name)))
        assert arrived == {row.category for row in mine}
