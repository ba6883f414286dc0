"""What the stream promises to those who record it: form, shares, determinism, and its truth."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lineage.events import parse_event
from lineage.events.body import canonical_body, named_persons
from lineage.events.registry import EVENT_MODELS
from lineage.generator import Generated, generate, held_at, read_truth, write
from lineage.generator.rules import RANKS, moves
from lineage.policy.categories import CANONICAL_CATEGORIES

CONTROLLERS = ("alpha", "beta", "gamma")
Json = dict[str, Any]
START = datetime(2025, 1, 1, tzinfo=UTC)
MOMENTS = [START + timedelta(days=day, hours=day % 3 * 8) for day in range(0, 400, 37)]


@pytest.fixture(scope="module")
def generated() -> Generated:
    """One world for all tests that only read."""
    return generate(1000, 20_000, 7, controllers=CONTROLLERS)


@pytest.fixture(scope="module")
def events(generated: Generated) -> list[Json]:
    """Its events in the order of arrival."""
    return list(generated)


def name_of(event: Json) -> str:
    """The event's name without prefix and version."""
    return str(event["type"]).removeprefix("lineage.").removesuffix(".v1")


def moment_of(event: Json) -> datetime:
    """When it occurred; a date is its first instant in UTC."""
    time = datetime.fromisoformat(event["time"])
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def unique(events: list[Json]) -> list[Json]:
    """One copy of each event."""
    return list({event["id"]: event for event in events}.values())


def test_every_event_is_accepted_by_the_contract(events: list[Json]) -> None:
    """Closed schemas refuse what they do not know, so parsing is the whole check."""
    parsed = [parse_event(event) for event in events]
    assert [event.name for event in parsed] == [name_of(event) for event in events]


def test_any_policy_knows_the_categories(events: list[Json]) -> None:
    """Only canonical words are used: the stream fits whatever controllers are asked for."""
    words = {word for event in events for word in event["data"].get("categories", ())}
    assert words - CANONICAL_CATEGORIES == set()


def test_ranks_are_those_of_the_contract() -> None:
    """The generator keeps its own table of ranks; the two must not drift apart."""
    assert {name: EVENT_MODELS[f"lineage.{name}.v1"].event_rank for name in RANKS} == RANKS


def test_stream_has_as_many_lines_and_people_as_asked(
    generated: Generated, events: list[Json]
) -> None:
    """Every person takes part, and the counts are those of the stream."""
    counts = generated.truth.counts
    told = {(event["controller"], event.get("subject")) for event in events}
    assert len(events) == counts.lines == 20_000
    assert counts.events == len(unique(events)) == counts.lines - counts.duplicates
    assert len(generated.truth) == 1000
    assert all(
        told & {(line["controller"], subject) for subject in (line["subject"], *line["linked"])}
        for line in generated.truth
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shares_of_what_goes_wrong_or_away_are_one_to_five_percent(seed: int) -> None:
    """Each kind is common enough to matter and rare enough to be realistic, for any seed."""
    stream = generate(1000, 20_000, seed, controllers=CONTROLLERS)
    kinds = Counter(
        name_of(event) + f"_{event['data'].get('reversible', '')}" for event in unique(list(stream))
    )
    counts = stream.truth.counts
    shares = {
        "duplicates": counts.duplicates / counts.lines,
        "late": counts.late / counts.events,
        "shuffled": counts.shuffled / counts.events,
        "retracted": counts.retracted / counts.events,
        "linked people": counts.linked / 1000,
        "erased by recipients": kinds["recipient_deleted_"] / counts.events,
        "deidentified for good": kinds["data_deidentified_False"] / counts.events,
        "deidentified reversibly": kinds["data_deidentified_True"] / counts.events,
        "reidentified": kinds["reidentification_detected_"] / counts.events,
        "sold": kinds["data_sold_"] / counts.events,
    }
    assert {kind: share for kind, share in shares.items() if not 0.01 <= share <= 0.05} == {}


def test_every_way_in_and_out_of_the_contract_occurs(events: list[Json]) -> None:
    """A stream without a transfer of "all" or a person as recipient would prove less."""
    names = Counter(name_of(event) for event in events)
    data = defaultdict(list)
    for event in events:
        data[name_of(event)].append(event["data"])
    assert set(RANKS) - set(names) == set()
    assert {"categories" in entry for entry in data["data_transferred"]} == {True, False}
    assert {"host" in entry for entry in data["data_stored"]} == {True, False}
    assert {entry["store"] for entry in data["data_deleted"]} == {"live", "backup"}
    assert len({entry["what"] for entry in data["self_service_cleared"]}) == 4
    assert any("copies_uncontrolled" in entry for entry in data["public_disclosed"])
    assert any(entry["recipient"].startswith("person:") for entry in data["data_shared"])
    assert any({"host", "recipient"} <= set(entry) for entry in data["cross_border_transfer"])


def test_equal_times_leave_the_decision_to_rank(generated: Generated, events: list[Json]) -> None:
    """Some in and out of one holder share a time; some leave a row that was never held."""
    moved = defaultdict(set)
    for event in unique(events):
        for move in moves(name_of(event), event["source"], event["data"]):
            for category in move.categories or ():
                key = (event.get("subject"), move.holder, category, moment_of(event))
                moved[key].add(move.way)
    assert any(ways >= {"in", "out"} for ways in moved.values())
    assert any(not row["spans"] for line in generated.truth for row in line["rows"])


def test_duplicates_differ_in_bytes_and_not_in_content(events: list[Json]) -> None:
    """A second copy is written otherwise and means the same, so it must count as known."""
    copies: dict[str, list[Json]] = defaultdict(list)
    for line in events:
        copies[line["id"]].append(line)
    pairs = [pair for pair in copies.values() if len(pair) > 1]
    assert {len(pair) for pair in pairs} == {2}
    for one, other in pairs:
        assert json.dumps(one) != json.dumps(other)
        words, turned = (event["data"].get("categories") for event in (one, other))
        assert turned == (words and words[::-1])
        bodies = []
        for event in map(parse_event, (one, other)):
            refs = {name: f"{i:032x}" for i, name in enumerate(sorted(named_persons(event)))}
            bodies.append((event.subject, event.controller, canonical_body(event, refs)))
        assert bodies[0] == bodies[1]


def test_late_events_arrive_after_younger_ones(generated: Generated, events: list[Json]) -> None:
    """Arrival is not occurrence: far more than a few events are older than what came before."""
    latest = START
    behind = 0
    for event in events:
        moment = moment_of(event)
        behind += moment < latest - timedelta(days=2)
        latest = max(latest, moment)
    assert behind >= generated.truth.counts.late * 0.5


def test_retractions_name_an_event_of_the_same_person_and_service(
    generated: Generated, events: list[Json]
) -> None:
    """Each retracted event is in the stream, is no retraction, and happened before."""
    by_id = {event["id"]: event for event in events}
    retractions = [event for event in unique(events) if name_of(event) == "event_retracted"]
    assert len(retractions) == generated.truth.counts.retracted > 0
    person_of = people(generated)
    for retraction in retractions:
        wrong = by_id[retraction["data"]["retracted_id"]]
        assert wrong["source"] == retraction["data"]["retracted_source"] == retraction["source"]
        assert name_of(wrong) != "event_retracted"
        assert moment_of(wrong) < moment_of(retraction)
        assert person_of[key(wrong)] == person_of[key(retraction)]


def test_linked_people_have_events_under_both_ids(generated: Generated, events: list[Json]) -> None:
    """The guest's e-mail address is a subject of its own until identity_linked joins the two."""
    subjects = {(event["controller"], event.get("subject")) for event in events}
    links = {
        (event["controller"], event["subject"]): event["data"]["identifier"]["value"]
        for event in events
        if name_of(event) == "identity_linked"
    }
    linked = [line for line in generated.truth if line["linked"]]
    assert len(linked) == generated.truth.counts.linked == len(links) > 0
    for line in linked:
        assert [links[line["controller"], line["subject"]]] == line["linked"]
        assert (line["controller"], line["linked"][0]) in subjects


def key(event: Json) -> tuple[str, str]:
    """The id the event came under."""
    return event["controller"], event["subject"]


def people(generated: Generated) -> dict[tuple[str, str], tuple[str, str]]:
    """By (controller, any id) the (controller, internal id)."""
    return {
        (line["controller"], subject): (line["controller"], line["subject"])
        for line in generated.truth
        for subject in (line["subject"], *line["linked"])
    }


def test_truth_follows_from_the_stream_by_last_in_and_last_out(
    generated: Generated, events: list[Json]
) -> None:
    """Read from the stream alone, by another way of reckoning, every person's holders agree."""
    person_of = people(generated)
    wrong = {
        event["data"]["retracted_id"] for event in events if name_of(event) == "event_retracted"
    }
    histories = defaultdict(list)
    for event in unique(events):
        if "subject" in event and event["id"] not in wrong:
            histories[person_of[key(event)]].append(event)
    for moment in MOMENTS:
        expected = generated.truth.held_at(moment)
        assert {person: reckoned(histories[person], moment) for person in expected} == expected


def test_nothing_is_named_before_it_was_collected(generated: Generated, events: list[Json]) -> None:
    """So "every category on record" means the same however a reader takes "on record"."""
    person_of = people(generated)
    wrong = {
        event["data"]["retracted_id"] for event in events if name_of(event) == "event_retracted"
    }
    first: dict[tuple[Any, str], datetime] = {}
    stated = [event for event in events if "subject" in event and event["id"] not in wrong]
    for event in stated:
        for move in moves(name_of(event), event["source"], event["data"]):
            if move.way in {"in", "complete"} and move.kind == "system":
                for word in move.categories or ():
                    row = (person_of[key(event)], word)
                    first[row] = min(first.get(row, moment_of(event)), moment_of(event))
    for event in events:
        if "subject" in event:
            for word in event["data"].get("categories", ()):
                assert first[person_of[key(event)], word] <= moment_of(event)


def reckoned(history: list[Json], moment: datetime) -> frozenset[tuple[str, str]]:
    """Last *in* against last *out* of each holder and category, compared by (time, rank)."""
    past = [event for event in history if moment_of(event) <= moment]
    ways: list[tuple[tuple[datetime, int], Any]] = [
        ((moment_of(event), RANKS[name_of(event)]), move)
        for event in past
        for move in moves(name_of(event), event["source"], event["data"])
    ]
    ins: dict[tuple[str, str, str], tuple[datetime, int]] = {}
    for at, move in ways:
        if move.way in {"in", "complete"}:
            named = move.categories
            if named is None:
                named = {
                    word
                    for (time, _), other in ways
                    if time <= at[0] and other.way != "out"
                    for word in (other.categories or ())
                    if other.way != "clear"
                }
            for word in named:
                row = (move.kind, move.holder, word)
                ins[row] = max(ins.get(row, at), at)
    outs: dict[tuple[str, str, str], tuple[datetime, int]] = {}
    for at, move in ways:
        if move.way not in {"out", "clear"}:
            continue
        for row in ins:
            gone = move.categories
            if gone is None:
                gone = {w for t, m in ways if m.way == "complete" and t < at for w in m.categories}
            hit = row[0] == "system" if move.way == "clear" else row[:2] == (move.kind, move.holder)
            if hit and row[2] in gone:
                outs[row] = max(outs.get(row, at), at)
    return frozenset(row[1:] for row, at in ins.items() if row not in outs or at > outs[row])


def test_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    """Neither the process nor the order of its sets may show; another seed is another world."""
    script = (
        "import sys; from pathlib import Path; from lineage.generator import generate, write;"
        "write(generate(50, 1000, int(sys.argv[1]), controllers=('alpha', 'beta')),"
        "Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    digests = []
    for seed, salt in ((5, "1"), (5, "2"), (6, "1")):
        files = [tmp_path / f"{seed}-{salt}.{part}.jsonl" for part in ("events", "truth")]
        subprocess.run(
            [sys.executable, "-c", script, str(seed), *map(str, files)],
            env={**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
        )
        digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert digests[0] == digests[1]
    assert all(mine != other for mine, other in zip(digests[0], digests[2], strict=True))


def test_reading_the_stream_twice_gives_it_twice(generated: Generated, events: list[Json]) -> None:
    """A stream is played anew by each reader."""
    assert list(generated) == events


def test_files_say_what_the_stream_and_its_truth_say(
    tmp_path: Path, generated: Generated, events: list[Json]
) -> None:
    """One event a line, one person a line; held_at of a line equals held_at of the truth."""
    progress: list[int] = []
    counts = write(generated, tmp_path / "e.jsonl", tmp_path / "t.jsonl", progress.append)
    lines, read_counts = read_truth(tmp_path / "t.jsonl")
    written = (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in written] == events
    assert lines == list(generated.truth)
    assert read_counts == counts == generated.truth.counts
    assert progress == list(range(1000, 20_001, 1000))
    for moment in MOMENTS[::3]:
        expected = generated.truth.held_at(moment)
        for line in lines:
            assert held_at(line, moment) == expected[line["controller"], line["subject"]]


@pytest.mark.parametrize(
    ("people_count", "lines", "controllers"),
    [(0, 100, ("alpha",)), (10, 99, ("alpha",)), (10, 100, ())],
)
def test_worlds_that_cannot_be_are_refused(
    people_count: int, lines: int, controllers: tuple[str, ...]
) -> None:
    """Too few lines for everybody to take part, nobody, or no controller."""
    with pytest.raises(ValueError, match="at least"):
        generate(people_count, lines, 1, controllers=controllers)


@pytest.mark.parametrize("seed", range(40))
def test_the_smallest_world_is_whole(seed: int) -> None:
    """Where room is shortest, every line asked for is told and every retraction kept."""
    stream = generate(5, 50, seed, controllers=("alpha",))
    told = list(stream)
    assert len(told) == 50
    retractions = {e["id"] for e in told if name_of(e) == "event_retracted"}
    assert len(retractions) == stream.truth.counts.retracted
