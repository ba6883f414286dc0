"""The truth about a generated world: who held what, when, and what was written. Reads no event."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lineage.generator.instants import iso, micros
from lineage.generator.people import Person

TruthLine = dict[str, Any]
Held = frozenset[tuple[str, str]]


@dataclass(slots=True)
class Counts:
    """What the stream holds. `lines` = `events` + `duplicates`; every retracted event is in it."""

    lines: int = 0
    events: int = 0
    duplicates: int = 0
    retracted: int = 0
    late: int = 0
    shuffled: int = 0
    linked: int = 0
    by_type: dict[str, int] = field(default_factory=dict)


class Truth:
    """The truth of one finished stream, as known once all of it has been recorded."""

    def __init__(self, people: Iterable[Person], *, counts: Counts) -> None:
        self.people = tuple(people)
        self.counts = counts

    def __len__(self) -> int:
        return len(self.people)

    def __iter__(self) -> Iterator[TruthLine]:
        return map(truth_line, self.people)

    def held_at(self, moment: datetime) -> dict[tuple[str, str], Held]:
        """By (controller, subject), all (holder, category) held after all events up to `moment`."""
        at = micros(moment)
        return {
            (person.controller, person.internal): frozenset(
                (holder, category)
                for _, holder, category, spans in person.books.rows()
                if sum(edge <= at for edge in spans) % 2
            )
            for person in self.people
        }

    def write(self, path: Path) -> None:
        """One line a person, then one line of counts."""
        with path.open("w", encoding="utf-8") as file:
            for line in self:
                file.write(json.dumps(line, separators=(",", ":")) + "\n")
            file.write(json.dumps({"counts": asdict(self.counts)}, separators=(",", ":")) + "\n")


def truth_line(person: Person) -> TruthLine:
    """One person's line of the truth file."""
    return {
        "controller": person.controller,
        "subject": person.internal,
        "linked": [person.guest] if person.guest else [],
        "rows": [
            {"holder": holder, "holder_kind": kind, "category": category, "spans": pairs(spans)}
            for kind, holder, category, spans in person.books.rows()
        ],
    }


def pairs(spans: tuple[int, ...]) -> list[list[str | None]]:
    """Spans as [from, to] texts, `to` null while held."""
    edges: list[str | None] = [iso(at) for at in spans]
    if len(edges) % 2:
        edges.append(None)
    return [edges[i : i + 2] for i in range(0, len(edges), 2)]


def held_at(line: Mapping[str, Any], moment: datetime) -> set[tuple[str, str]]:
    """What a line of the truth file says is held after all events that occurred up to `moment`."""
    return {
        (row["holder"], row["category"])
        for row in line["rows"]
        if any(
            datetime.fromisoformat(start) <= moment
            and (end is None or moment < datetime.fromisoformat(end))
            for start, end in row["spans"]
        )
    }


def read_truth(path: Path) -> tuple[list[TruthLine], Counts]:
    """The people and the counts of a truth file."""
    with path.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return lines[:-1], Counts(**lines[-1]["counts"])
