"""Simulating another policy: what is told, what is kept in the file, and going on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from lineage.policy.kinds.breach import BreachNotice
from lineage.policy.loader import Library, load_library
from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from lineage.service.errors import InvalidInput
from lineage.tracker import Tracker, open_tracker
from lineage.tracker.policy_face import simulated_rows
from tests.properties.stores import raw_dump
from tests.storage.shop import Clock, Message, event, linked, open_shop, share
from tests.support.places import StorePlace

[OWN] = load_library().versions("sesiiduo")
[OTHER] = load_library().versions("seestar")
CHUNK = 200
DAYS = ("2026-03-04", "2026-03-10")
BETWEEN = date(2026, 3, 7)


def rows(path: Path) -> list[str]:
    """The rows of a file, as text."""
    return [row.model_dump_json() for row in simulated_rows(path)]


def crowd(count: int) -> list[Message]:
    """A share with an advertiser for each of so many people: one policy minds, all others too."""
    return [
        share("Ads", "email", kind="advertising_analytics", subject=f"m{n}") for n in range(count)
    ]


def with_rules(policy: Policy, rules: Sequence[Rule]) -> Policy:
    """The policy with these rules; a mere copy would keep what was looked up of the old ones."""
    fields = {name: getattr(policy, name) for name in Policy.model_fields}
    return Policy.model_validate(fields | {"rules": rules})


def test_the_policy_in_use_changes_nothing(tracker: Tracker, tmp_path: Path) -> None:
    """Under the same policy everything is as it is, and everybody was asked about."""
    tracker.record([*crowd(3), linked("m1", subject="m0")])
    found = tracker.simulate(OWN, to=tmp_path / "rows.jsonl")
    assert (found.counts, found.concerned) == ({}, 0)
    assert (found.people, found.events) == (2, 4)
    assert rows(tmp_path / "rows.jsonl") == []


def test_another_sentence_is_no_change(tracker: Tracker, tmp_path: Path) -> None:
    """What is found and demanded is the same, however a rule words it."""
    where = {"categories": ["email"], "region": "DE"}
    assert tracker.record([event("data_stored", where)]).refused == 0
    [found] = tracker.check(controller="sesiiduo").findings
    assert found.says in {one.says for one in OWN.rules}
    worded = tuple(one.model_copy(update={"says": "In other words."}) for one in OWN.rules)
    policy = with_rules(OWN, worded)
    assert tracker.simulate(policy, to=tmp_path / "rows.jsonl").counts == {}


def test_who_is_told_of_a_natural_person(tracker: Tracker, tmp_path: Path) -> None:
    """Planned anew, a person who got the data is the same one as on record."""
    tracker.record(
        [
            share("person:m9", "email", kind="counterparty"),
            share("Post", "email"),
            event("request_received", {"request_id": "r1", "right": "deletion"}),
            event("request_decided", {"request_id": "r1", "outcome": "accepted"}),
        ]
    )
    told = {row.recipient for row in tracker.plan("r1", controller="sesiiduo").notify}
    assert told == {"person:m9", "Post"}
    assert tracker.simulate(OWN, to=tmp_path / "rows.jsonl").counts == {}


def test_it_records_nothing(tracker: Tracker, tmp_path: Path) -> None:
    """Not a row of the store is another afterwards, requests and notices included."""
    tracker.record(
        [
            share("Post", "email", "phone"),
            event("request_received", {"request_id": "r1", "right": "deletion"}),
            event("request_decided", {"request_id": "r1", "outcome": "accepted"}),
        ]
    )
    before = raw_dump(tracker)
    found = tracker.simulate(OTHER, to=tmp_path / "rows.jsonl", controller="sesiiduo")
    assert (tmp_path / "rows.jsonl").stat().st_mode & 0o077 == 0, "it names people"
    assert found.counts["request_dates"] == {"changes": 1}
    assert raw_dump(tracker) == before


def test_everybody_together_is_each_alone(tracker: Tracker, tmp_path: Path) -> None:
    """The rows of a controller are those of its people, and those of what it did itself."""
    concerned = {"breach_id": "b1", "subjects": ["m1"], "categories": ["email"]}
    breach = event("breach_detected", concerned, subject=None)
    assert tracker.record([*crowd(5), breach]).refused == 0
    silent = tuple(one for one in OTHER.rules if not isinstance(one, BreachNotice))
    policy = with_rules(OTHER, silent)
    whole = tracker.simulate(policy, to=tmp_path / "all.jsonl", controller="sesiiduo")
    alone: list[str] = []
    for number in range(5):
        to = tmp_path / f"{number}.jsonl"
        tracker.simulate(policy, to=to, controller="sesiiduo", subject=f"m{number}")
        alone += rows(to)
    of_people = [row for row in rows(tmp_path / "all.jsonl") if json.loads(row)["subject"]]
    assert sorted(of_people) == sorted(alone)
    assert whole.concerned == 5
    of_itself = [r for r in simulated_rows(tmp_path / "all.jsonl") if r.subject is None]
    assert [(row.what, row.about) for row in of_itself] == [("breach", {"breach": "b1"})]


def test_somebody_unknown_has_no_rows(tracker: Tracker, tmp_path: Path) -> None:
    """Nothing on record is nothing changed."""
    found = tracker.simulate(OWN, to=tmp_path / "rows.jsonl", subject="nobody")
    assert (found.people, found.events, found.counts) == (0, 0, {})


def test_a_window_leaves_what_was_before(tracker: Tracker, tmp_path: Path) -> None:
    """What happened before the day is judged by what was in force."""
    tracker.record([share("Ads", kind="advertising_analytics", at=at) for at in DAYS])
    known = {f.event: f.rule for f in tracker.check(controller="sesiiduo").findings}
    assert len(known) == len(DAYS)
    to = tmp_path / "rows.jsonl"
    tracker.simulate(OTHER, to=to, controller="sesiiduo", since=BETWEEN)
    changed = {r.about["event"] for r in simulated_rows(to) if r.what == "finding"}
    assert changed == {list(known)[1]}


def test_an_event_that_would_be_refused_is_told(store_place: StorePlace, tmp_path: Path) -> None:
    """A word that only the policy in use knows makes no event under another."""
    library = Library([OWN.model_copy(update={"categories": ("shoe_size",)})])
    wrong = share("Ads", "shoe_size", kind="advertising_analytics")
    to = tmp_path / "rows.jsonl"
    with open_shop(store_place, policies=library) as tracker:
        tracker.record([wrong, share("Post", "email")])
        tracker.simulate(OWN, to=to)
    [refused] = [row for row in simulated_rows(to) if row.what == "refused"]
    assert refused.about == {"event": wrong["id"], "field": "data.categories[0]"}
    assert refused.after == {"word": "shoe_size"}
    findings = [row for row in simulated_rows(to) if row.what == "finding"]
    assert findings
    assert {(row.about["event"], row.change) for row in findings} == {(wrong["id"], "vanishes")}


def test_what_was_broken_off_goes_on(tracker: Tracker, clock: Clock, tmp_path: Path) -> None:
    """Broken off after a chunk, and after many a row of the next, it ends as if it had not been;
    what was recorded meanwhile does not count.
    """
    tracker.record(crowd(CHUNK + 50))
    whole, broken = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    in_one_go = tracker.simulate(OTHER, to=whole, controller="sesiiduo")

    def stop(done: int, total: int) -> None:
        assert (done, total) == (CHUNK, CHUNK + 50)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tracker.simulate(OTHER, to=broken, controller="sesiiduo", progress=stop)
    with broken.open("ab") as file:
        file.write(b"".join(line for line in whole.read_bytes().splitlines(True) if b"row" in line))
        file.write(b'{"row": {"what": "find')
    clock.now += timedelta(days=1)
    tracker.record([share("Ads", kind="advertising_analytics", subject="later")])
    seen: list[int] = []
    found = tracker.simulate(
        OTHER, to=broken, controller="sesiiduo", progress=lambda done, _: seen.append(done)
    )
    assert seen[-1] in {CHUNK + 50, CHUNK + 51}, "ids are gone through in no order of recording"
    assert rows(broken) == rows(whole)
    assert broken.read_bytes().count(b"\n") == whole.read_bytes().count(b"\n")
    assert found == in_one_go


def test_what_has_ended_is_shown_again(tracker: Tracker, tmp_path: Path) -> None:
    """Asked again with the same file, nobody is asked about again."""
    tracker.record(crowd(2))
    to = tmp_path / "rows.jsonl"
    first = tracker.simulate(OTHER, to=to, controller="sesiiduo")
    written = to.read_bytes()
    tracker.record(crowd(5))
    assert tracker.simulate(OTHER, to=to, controller="sesiiduo") == first
    assert to.read_bytes() == written


@pytest.mark.parametrize("text", ["notes about a policy\n", '{"head": {"controller": "senro"}}\n'])
def test_a_file_of_something_else_is_left_alone(
    tracker: Tracker, tmp_path: Path, text: str
) -> None:
    """Neither somebody's notes nor another question's rows are written over."""
    to = tmp_path / "notes.txt"
    to.write_text(text)
    with pytest.raises(InvalidInput, match="something else") as caught:
        tracker.simulate(OWN, to=to)
    assert "--to" in caught.value.do
    assert to.read_text() == text


def test_a_file_that_cannot_be_written_is_named(tracker: Tracker, tmp_path: Path) -> None:
    """A folder that is not there is told as such."""
    with pytest.raises(InvalidInput, match="cannot be written"):
        tracker.simulate(OWN, to=tmp_path / "missing" / "rows.jsonl")


def test_a_file_of_another_store_is_left_alone(tracker: Tracker, tmp_path: Path) -> None:
    """What was found in one record is no answer about another, under whatever policies."""
    to = tmp_path / "rows.jsonl"
    tracker.simulate(OWN, to=to)
    with (
        open_tracker(f"sqlite:///{tmp_path / 'other.db'}") as other,
        pytest.raises(InvalidInput, match="something else"),
    ):
        other.simulate(OWN, to=to)


def test_two_do_not_write_one_file(tracker: Tracker, tmp_path: Path) -> None:
    """Who comes second is told so, and the first goes on undisturbed."""
    tracker.record(crowd(2))
    to, whole = tmp_path / "rows.jsonl", tmp_path / "whole.jsonl"

    def meanwhile(done: int, total: int) -> None:
        assert (done, total) == (2, 2)
        with pytest.raises(InvalidInput, match="another simulation is writing"):
            tracker.simulate(OTHER, to=to, controller="sesiiduo")

    first = tracker.simulate(OTHER, to=to, controller="sesiiduo", progress=meanwhile)
    assert first == tracker.simulate(OTHER, to=whole, controller="sesiiduo")
    assert rows(to) == rows(whole)


def test_a_policy_of_nobody_on_record_asks_whose(tracker: Tracker, tmp_path: Path) -> None:
    """A file of a new slug has no record: it is tried on somebody else's."""
    to = tmp_path / "rows.jsonl"
    new = OWN.model_copy(update={"id": "new-shop"})
    with pytest.raises(InvalidInput, match="new-shop has no policy in use") as caught:
        tracker.simulate(new, to=to)
    assert caught.value.do.startswith("say whose record with --controller: easydser, ")
    assert not to.exists()
