"""The questions about one person: the two clocks, what is unknown, linked ids, and their cost."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lineage.service.answers import Holders
from lineage.service.errors import Ambiguous, InvalidInput, UnknownSubject
from lineage.tracker import Tracker
from tests.storage.shop import (
    CHECKOUT,
    CONTROLLER,
    OTHER_CONTROLLER,
    Clock,
    collected,
    erased,
    linked,
    moment,
    open_shop,
    retracted,
    share,
)
from tests.support.places import StorePlace
from tests.support.statements import statements_of

GUEST = "guest@shop.example"


def held(tracker: Tracker, subject: str = "m1", **view: str) -> set[str]:
    """The recipients and systems that hold something of the person, as seen from there."""
    times: dict[str, Any] = {name: moment(text) for name, text in view.items()}
    answer = tracker.holders(subject, controller=CONTROLLER, **times)
    return {row.holder for row in answer.holders if row.held}


def test_late_event_counts_when_it_happened(tracker: Tracker, clock: Clock) -> None:
    """An event recorded late counts from when it happened (as-of), and is seen only by who asks
    from when it was known (known-at).
    """
    clock.set("2026-03-10")
    tracker.record([share(at="2026-03-01")])
    clock.set("2026-03-20")
    tracker.record([share("BlueVan", at="2026-03-05")])
    assert held(tracker) == {"FastParcel", "BlueVan"}
    assert held(tracker, as_of="2026-03-04") == {"FastParcel"}
    assert held(tracker, as_of="2026-03-05") == {"FastParcel", "BlueVan"}
    assert held(tracker, as_of="2026-03-06", known_at="2026-03-15") == {"FastParcel"}
    assert held(tracker, known_at="2026-03-20") == {"FastParcel", "BlueVan"}
    assert held(tracker, known_at="2026-03-09") == set()


def test_retracted_event_never_happened(tracker: Tracker, clock: Clock) -> None:
    """A retracted event never happened, at any as-of; only who asks from before its retraction
    was known still sees it.
    """
    wrong = share("BlueVan", at="2026-03-02")
    clock.set("2026-03-10")
    tracker.record([share(at="2026-03-01"), wrong])
    clock.set("2026-03-20")
    tracker.record([retracted(wrong, at="2026-03-19")])
    assert held(tracker) == {"FastParcel"}
    for day in ("2026-03-02", "2026-03-15", "2026-03-25"):
        assert held(tracker, as_of=day) == {"FastParcel"}
    assert held(tracker, known_at="2026-03-15") == {"FastParcel", "BlueVan"}
    assert held(tracker, as_of="2026-03-03", known_at="2026-03-19") == {"FastParcel", "BlueVan"}
    assert held(tracker, known_at="2026-03-20") == {"FastParcel"}


def test_event_of_the_future_waits_for_its_time(tracker: Tracker, clock: Clock) -> None:
    """What is dated ahead is not so now; it is once its time has come, or where one asks as of
    then. That holds for shares as for erasures, and for the reverse question too.
    """
    clock.set("2026-03-10")
    messages = [
        share(at="2026-03-01"),
        erased(at="2026-05-01"),
        share("BlueVan", subject="m2", at="2026-04-01"),
    ]
    assert len(tracker.record(messages).warnings) == 2

    def subjects(recipient: str, as_of: datetime | None = None) -> int:
        found = tracker.recipient_subjects(recipient, controller=CONTROLLER, as_of=as_of)
        return len(found.rows)

    assert (held(tracker), held(tracker, "m2")) == ({"FastParcel"}, set())
    assert tracker.lineage("m2", controller=CONTROLLER).edges == []
    assert [subjects(name) for name in ("FastParcel", "BlueVan")] == [1, 0]
    for name, subject, day, count in (
        ("FastParcel", "m1", "2026-04-02", 1),
        ("BlueVan", "m2", "2026-04-02", 1),
        ("FastParcel", "m1", "2026-05-02", 0),
        ("BlueVan", "m2", "2026-03-31", 0),
    ):
        assert subjects(name, moment(day)) == count
        assert (name in held(tracker, subject, as_of=day)) == bool(count)
    clock.set("2026-05-02")
    assert (held(tracker), held(tracker, "m2")) == (set(), {"BlueVan"})
    assert [subjects(name) for name in ("FastParcel", "BlueVan")] == [0, 1]


def test_live_answer_is_the_answer_as_of_now(tracker: Tracker, clock: Clock) -> None:
    """An answer from the stored facts and the same one folded from the ledger are one answer."""
    wrong = share("BlueVan")
    tracker.record(
        [
            collected("email", "name"),
            share(),
            wrong,
            erased("NordPost"),
            share("NordPost"),
            erased(),
            retracted(wrong),
            linked(GUEST),
            share("QuickCrate", subject=GUEST),
        ]
    )
    live = tracker.lineage("m1", controller=CONTROLLER)
    asked = tracker.lineage("m1", controller=CONTROLLER, as_of=clock.now, known_at=clock.now)
    assert live == asked
    assert len(live.holders) == 5


def test_nobody_on_record_is_unknown_in_an_empty_record(tracker: Tracker, clock: Clock) -> None:
    """Where nothing is on record of the controller, nobody's holders are known; once its record
    has begun, a person it does not name has no holder; before it began that is unknown again.
    """

    def unknown(**more: Any) -> bool:
        answers = [
            tracker.holders("m9", controller=CONTROLLER, **more).unknown,
            tracker.lineage("m9", controller=CONTROLLER, **more).unknown,
            tracker.recipient_subjects("Nobody", controller=CONTROLLER, **more).unknown,
        ]
        assert len(set(answers)) == 1
        return answers[0]

    assert unknown()
    tracker.record([share(at="2026-03-01", controller=OTHER_CONTROLLER)])
    assert unknown()
    tracker.record([share(at="2026-03-01")])
    assert not unknown()
    assert unknown(as_of=moment("2026-02-28"))
    assert not unknown(as_of=moment("2026-03-01"))
    answer = tracker.holders("m1", controller=CONTROLLER)
    assert (answer.complete_from, answer.complete_up_to) == (moment("2026-03-01"), {"local": 2})


def test_silent_source_makes_unknown(tmp_path: Path, store_place: StorePlace, clock: Clock) -> None:
    """A declared source that has been silent for too long makes an empty answer unknown, never a
    full one; a source that is not declared is never silent.
    """
    registry = tmp_path / "recipients.yaml"
    registry.write_text(
        f"controllers:\n  {CONTROLLER}:\n    sources:\n"
        f"      {CHECKOUT}:\n        silent_after: {{days: 3}}\n"
        "      /services/never:\n        silent_after: {hours: 5}\n"
    )
    with open_shop(store_place, clock, recipients=registry) as tracker:
        clock.set("2026-03-10")
        tracker.record([share(source="/services/other"), share()])
        answer = tracker.holders("m9", controller=CONTROLLER)
        assert (answer.silent_sources, answer.unknown) == (["/services/never"], True)
        tracker.record([share(source="/services/never")])
        assert not tracker.holders("m9", controller=CONTROLLER).unknown
        clock.set("2026-03-13T00:00:01Z")
        tracker.record([share(source="/services/never")])
        answer = tracker.holders("m9", controller=CONTROLLER)
        assert (answer.silent_sources, answer.unknown) == ([CHECKOUT], True)
        assert not tracker.holders("m1", controller=CONTROLLER).unknown
        assert not tracker.doctor().ok
    with open_shop(store_place, clock) as tracker:
        clock.set("2027-01-01")
        assert tracker.holders("m9", controller=CONTROLLER).silent_sources == []


def rows(answer: Holders) -> list[object]:
    """What an answer says, whoever it was asked about."""
    return [row.model_dump() for row in answer.holders]


@pytest.mark.parametrize("link_first", [True, False])
def test_linked_ids_are_one_person(tracker: Tracker, clock: Clock, *, link_first: bool) -> None:
    """Whichever id is asked for, the holders are those of all of them; an erasure under one id
    ends a holding that came under the other; and both answers name the other id.
    """
    messages = [share(subject=GUEST, at="2026-03-01"), share("BlueVan", at="2026-03-02")]
    link = [linked(GUEST, at="2026-03-03")]
    for message in link + messages if link_first else messages + link:
        tracker.record([message])
    for subject, other in (("m1", GUEST), (GUEST, "m1")):
        assert held(tracker, subject) == {"FastParcel", "BlueVan"}
        assert tracker.lineage(subject, controller=CONTROLLER).linked == [other]
        assert tracker.lineage(subject).linked == [other]
    tracker.record([erased(at="2026-03-04")])
    assert held(tracker, GUEST) == held(tracker) == {"BlueVan"}
    assert rows(tracker.holders("m1")) == rows(tracker.holders(GUEST))
    assert held(tracker, GUEST, as_of="2026-03-03") == {"FastParcel", "BlueVan"}


def test_retracting_the_link_parts_them(tracker: Tracker, clock: Clock) -> None:
    """Once the link is taken back they are two people again, each with its own holders; asked from
    before that was known they are one, under either id.
    """
    link = linked(GUEST)
    clock.set("2026-03-10")
    tracker.record([share(subject=GUEST), share("BlueVan"), link, erased(at="2026-03-05")])
    assert held(tracker, GUEST) == {"BlueVan"}
    clock.set("2026-03-20")
    tracker.record([retracted(link)])
    assert held(tracker) == {"BlueVan"}
    assert held(tracker, GUEST) == {"FastParcel"}
    for subject in ("m1", GUEST):
        assert tracker.lineage(subject, controller=CONTROLLER).linked == []
        assert held(tracker, subject, known_at="2026-03-15") == {"BlueVan"}
        before = tracker.lineage(subject, controller=CONTROLLER, known_at=moment("2026-03-15"))
        assert len(before.linked) == 1


def test_chain_and_circle_of_links(tracker: Tracker) -> None:
    """Links work over any number of steps and in circles; a link to oneself changes nothing."""
    names = [f"{n}@shop.example" for n in range(6)]
    messages = [linked(names[(n + 1) % 6], subject=names[n]) for n in range(6)]
    messages += [linked("m1"), share("R0", subject=names[0]), share("R3", subject=names[3])]
    tracker.record(messages, batch_size=2)
    for name in names:
        assert held(tracker, name) == {"R0", "R3"}
        assert tracker.lineage(name, controller=CONTROLLER).linked == sorted(set(names) - {name})
    assert tracker.lineage("m1", controller=CONTROLLER).linked == []


def test_same_id_with_two_controllers(tracker: Tracker) -> None:
    """An id known to two controllers is two people: asked without saying which is refused, and
    each answer is of its own controller.
    """
    tracker.record([share(), share("BlueVan", controller=OTHER_CONTROLLER)])
    with pytest.raises(Ambiguous, match=OTHER_CONTROLLER) as caught:
        tracker.holders("m1")
    assert "--controller" in caught.value.do
    assert held(tracker) == {"FastParcel"}
    answer = tracker.holders("m1", controller=OTHER_CONTROLLER)
    assert [row.holder for row in answer.holders] == ["BlueVan"]


def test_questions_that_cannot_be_asked(tracker: Tracker) -> None:
    """A controller without policy, a time without a zone, a wrong limit or cursor, and a person
    nobody knows are refused with what to do, and no id is repeated.
    """
    tracker.record([share()])
    reverse = tracker.recipient_subjects
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - that is what is refused
    for ask in (
        lambda: tracker.holders("m1", controller="nobody-knows"),
        lambda: tracker.lineage("m1", as_of=naive),
        lambda: tracker.holders("m1", known_at=naive),
        lambda: reverse("FastParcel", controller="nobody-knows"),
        lambda: reverse("FastParcel"),
        lambda: reverse("FastParcel", controller=CONTROLLER, limit=0),
        lambda: reverse("FastParcel", controller=CONTROLLER, limit=1001),
        lambda: reverse("FastParcel", controller=CONTROLLER, cursor="no cursor"),
        lambda: reverse("FastParcel", controller=CONTROLLER, cursor="\N{SNOWMAN}"),
        lambda: reverse("FastParcel", controller=CONTROLLER, cursor="A"),
        lambda: reverse("FastParcel", controller=CONTROLLER, cursor=""),
    ):
        with pytest.raises(InvalidInput):
            ask()
    with pytest.raises(UnknownSubject) as caught:
        tracker.holders("readable-id")
    assert "readable-id" not in f"{caught.value} {caught.value.do}"


def test_reading_one_person_costs_the_same_for_any_number_of_events(
    store_place: StorePlace,
) -> None:
    """One person is read with the same few statements, however many events and people there are."""
    messages = [share(f"R{n % 40}", "email", subject="big") for n in range(300)]
    messages += [share(f"R{n}", subject="small") for n in range(3)]
    messages += [share(subject=f"m{n}") for n in range(50)]
    messages += [linked(f"{n}@shop.example", subject="big") for n in range(5)]
    with open_shop(store_place) as tracker:
        tracker.record(messages)
    counts = {}
    for subject in ("small", "big"):
        for question in ("holders", "lineage"):
            with open_shop(store_place) as tracker, statements_of(tracker.store.engine) as sent:
                answer = getattr(tracker, question)(subject, controller=CONTROLLER)
                assert answer.holders
            counts[subject, question] = len(sent)
    for question in ("holders", "lineage"):
        # The second gives the names of linked ids, in one statement for all of them.
        assert (counts["small", question], counts["big", question]) == (1, 2)
