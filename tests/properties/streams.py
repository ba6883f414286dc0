"""Hypothesis strategies for small streams of events about a few ids that may be one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Wire = dict[str, Any]
CONTROLLER = "sesiiduo"
PEOPLE = 3
START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 6
CATEGORIES = ("name", "order_no", "ugc", "search_history")
RECIPIENTS = ("Cart", "Bike", "Vault", "person:{0}")
SOURCES = ("/services/a", "/services/b")

categories = st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=3, unique=True)
party = st.sampled_from(RECIPIENTS)
kind = st.sampled_from(("logistics", "payment"))
purpose = st.sampled_from(("delivery", "payment"))


def data(**fields: Any) -> st.SearchStrategy[Wire]:
    """Data of an event about some categories."""
    return st.fixed_dictionaries({"categories": categories, **fields})


def maybe(values: st.SearchStrategy[Any]) -> Wire:
    """Fields that may be absent, all from one strategy."""
    return {"purpose": values}


INS: dict[str, st.SearchStrategy[Wire]] = {
    "data_collected": st.fixed_dictionaries({"categories": categories}, optional=maybe(purpose)),
    "data_inbound_received": data(sender=party),
    "log_recorded": data(),
    "order_completed": data(order_id=st.just("o")),
    "data_shared": st.fixed_dictionaries(
        {"categories": categories, "recipient": party, "recipient_kind": kind},
        optional={"purpose": purpose, "deidentified": st.booleans(), "region": st.just("US")},
    ),
    "data_onward_shared": data(sender=party, recipient=party, recipient_kind=kind),
    "data_sold": data(recipient=party),
    "data_transferred": st.fixed_dictionaries(
        {"recipient": party, "deal": st.just("merger"), "bound_by_policy": st.booleans()},
        optional={"categories": categories},
    ),
    "public_disclosed": st.fixed_dictionaries(
        {"categories": categories, "initiator": st.just("user")},
        optional={"copies_uncontrolled": st.lists(party, min_size=1, max_size=2, unique=True)},
    ),
    "data_stored": st.fixed_dictionaries(
        {"categories": categories, "region": st.just("US")}, optional={"host": party}
    ),
    "cross_border_transfer": st.fixed_dictionaries(
        {
            "categories": categories,
            "region_from": st.just("DE"),
            "region_to": st.just("US"),
        },
        optional={"recipient": party, "host": party},
    ),
    "reidentification_detected": data(holder=party),
}
OUTS: dict[str, st.SearchStrategy[Wire]] = {
    "recipient_deleted": data(recipient=party),
    "data_deleted": data(store=st.sampled_from(("live", "backup")), method=st.just("erase")),
    "data_deidentified": st.fixed_dictionaries(
        {"categories": categories, "reversible": st.booleans()}, optional={"holder": party}
    ),
    "self_service_cleared": st.fixed_dictionaries(
        {"what": st.sampled_from(("search_history", "order_records", "posts"))}
    ),
}
CONTEXT: dict[str, st.SearchStrategy[Wire]] = {
    "purpose_changed": st.fixed_dictionaries(
        {"purpose_from": purpose, "purpose_to": purpose}, optional={"recipient": party}
    ),
    "data_combined": data(combined_with=categories, identifies=st.booleans()),
    "combination_ended": data(),
    "data_processed": data(purpose=purpose),
    "consent_granted": st.just({}),
    "order_created": st.fixed_dictionaries(
        {"order_id": st.just("o")}, optional={"chosen_parties": st.lists(party, unique=True)}
    ),
}
HOLDS: dict[str, st.SearchStrategy[Wire]] = {
    "retention_hold_placed": data(law=st.just("court")),
    "retention_hold_released": st.fixed_dictionaries({}, optional={"categories": categories}),
}
REQUESTS: dict[str, st.SearchStrategy[Wire]] = {
    "request_received": st.just({"request_id": "{q}", "right": "deletion"}),
    "request_decided": st.fixed_dictionaries(
        {
            "request_id": st.just("{q}"),
            "outcome": st.sampled_from(("accepted", "partly", "refused")),
        }
    ),
    "request_withdrawn": st.just({"request_id": "{q}"}),
}
LINK, RETRACT = "identity_linked", "event_retracted"


@dataclass(frozen=True)
class Sketch:
    """An event before it has ids: ``target`` is who is linked, or which event is taken back."""

    name: str
    data: Wire
    person: int
    source: int
    day: int
    target: int = 0


def sketches(*tables: dict[str, st.SearchStrategy[Wire]]) -> st.SearchStrategy[Sketch]:
    """An event of one of the tables, of any of the people, at one of a few times."""
    rows = {name: made for table in tables for name, made in table.items()}
    return st.sampled_from(sorted(rows)).flatmap(
        lambda name: st.builds(
            Sketch,
            name=st.just(name),
            data=rows[name],
            person=st.integers(0, PEOPLE - 1),
            source=st.integers(0, len(SOURCES) - 1),
            day=st.integers(0, DAYS - 1),
        )
    )


def links_and_retractions() -> st.SearchStrategy[Sketch]:
    """A link to any of the people, or a retraction of any event."""
    return st.builds(
        Sketch,
        name=st.sampled_from((LINK, RETRACT, RETRACT)),
        data=st.just({}),
        person=st.integers(0, PEOPLE - 1),
        source=st.integers(0, len(SOURCES) - 1),
        day=st.integers(0, DAYS - 1),
        target=st.integers(0, 30),
    )


def streams(*more: dict[str, st.SearchStrategy[Wire]]) -> st.SearchStrategy[list[Sketch]]:
    """A stream of up to thirty events, one in five of them a link or a retraction."""
    fact = sketches(INS, OUTS, CONTEXT, *more)
    return st.lists(st.one_of(fact, fact, fact, fact, links_and_retractions()), max_size=30)


def moment(day: int) -> datetime:
    """The time of a day of the stream."""
    return START + timedelta(days=day)


def wire(sketch: Sketch, number: int, prefix: str, told: list[Wire]) -> Wire:
    """The sketch as a CloudEvent of people whose ids begin with ``prefix``."""
    ids = [f"{prefix}-p{person}" for person in range(PEOPLE)]
    fields = _filled(sketch.data, ids[0], f"{prefix}-q")
    subject, source = ids[sketch.person], SOURCES[sketch.source]
    if sketch.name == LINK:
        fields = {"identifier": {"type": "email", "value": ids[sketch.target % PEOPLE]}}
    elif sketch.name == RETRACT:
        wrong = told[sketch.target % len(told)] if told else {"source": source, "id": "none"}
        fields = {
            "retracted_source": wrong["source"],
            "retracted_id": wrong["id"],
            "reason": "sent by mistake",
        }
    return {
        "specversion": "1.0",
        "id": f"{prefix}-e{number}",
        "source": source,
        "type": f"lineage.{sketch.name}.v1",
        "time": moment(sketch.day).isoformat().replace("+00:00", "Z"),
        "controller": CONTROLLER,
        "subject": subject,
        "data": fields,
    }


def wires(drawn: list[Sketch], prefix: str) -> list[Wire]:
    """The stream as CloudEvents; a retraction may name any event told before it."""
    told: list[Wire] = []
    for number, sketch in enumerate(drawn):
        told.append(wire(sketch, number, prefix, told))
    return told


def _filled(value: Any, person: str, request: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, person, request) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, person, request) for inner in value]
    if isinstance(value, str):
        return value.replace("{0}", person).replace("{q}", request)
    return value
