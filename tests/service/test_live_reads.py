"""The way by which a person is read now, against the way in a transaction: one answer, one cost."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lineage.generator import generate
from lineage.service import answers
from lineage.service.made import made
from lineage.service.people import view_at
from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER, OTHER_CONTROLLER, event, linked, open_shop, share
from tests.support.places import StorePlace
from tests.support.statements import statements_of

STATEMENTS_MAX = 2
"""The person with everything; and the names of natural persons, where there are any."""

PAGE_STATEMENTS_MAX = 9
"""Begin and commit; refs, links, edges, outs, names; two on how far the record reaches."""


@pytest.fixture
def shop(store_place: StorePlace) -> Iterator[Tracker]:
    """Everything that the generator knows to happen, to sixty people; some are linked besides."""
    with open_shop(store_place) as tracker:
        made = list(generate(60, 1500, 7, controllers=[CONTROLLER, OTHER_CONTROLLER]))
        joined = [linked(f"m{n}@shop.example", subject=f"m{n}") for n in range(3)]
        party = share("person:m2", subject="m1")
        assert not tracker.record([*made, *joined, party]).reasons
        yield tracker


def _people(tracker: Tracker) -> list[tuple[str, str]]:
    store = tracker.store
    with store.reading() as conn:
        rows = conn.exec_driver_sql("SELECT subject_ref, controller FROM persons").all()
        names = store.keyring.names(conn, [row.subject_ref for row in rows])
    assert len(rows) > 60
    return sorted((row.controller, names[row.subject_ref]) for row in rows)


def test_the_quick_way_reads_what_the_other_reads(shop: Tracker) -> None:
    """In one statement come the same facts, in the same order, as in a transaction of several:
    those that an answer about a person is made of.
    """
    questions = shop._ask  # both ways, beneath the answers
    view = view_at(questions.now(), None, None)
    shown = 0
    for controller, subject in _people(shop):
        live = questions.people.read_live(controller, subject, view)
        if live is None:  # something of the future, which only the ledger can leave out
            continue
        with shop.store.reading() as conn:
            person = questions.people.read(conn, controller, subject, view)
            frame = questions.frame(conn, controller, view, nothing=not person.facts.edges)
            ids = shop.store.keyring.names(conn, person.refs)
        assert live.stored.facts == replace(person.facts, requests=(), notices=())
        assert live.stored.refs == person.refs
        assert set(live.stored.ids) == (set(ids.values()) if len(ids) > 1 else set())
        fresh = live.stored.fresh
        assert frame == questions.framed(
            controller, view, fresh, nothing=not live.stored.facts.edges
        )
        shown += 1
    assert shown > 60


def test_answers_are_as_if_validated(shop: Tracker) -> None:
    """An answer made of our own values is the one that validating it gives, to the last byte."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for controller, subject in _people(shop):
            for answer in (
                shop.lineage(subject, controller=controller),
                shop.holders(subject, controller=controller),
            ):
                again = type(answer).model_validate(answer.model_dump(by_alias=True))
                assert again == answer
                text = answer.model_dump_json(by_alias=True)
                assert again.model_dump_json(by_alias=True) == text
                assert type(answer).model_validate_json(text) == answer


def _recipients(tracker: Tracker) -> list[tuple[str, str]]:
    with tracker.store.reading() as conn:
        what = "SELECT DISTINCT controller, to_party FROM edges WHERE to_kind = 'recipient'"
        found = [(name, party) for name, party in conn.exec_driver_sql(what)]
    assert len(found) > 5
    return sorted(one for one in found if not one[1].startswith("person:"))


def test_a_page_is_as_if_validated_and_names_who_holds(shop: Tracker) -> None:
    """A page of the reverse question is the validated one too, and says what ``holders`` says."""
    held = {
        (controller, row.holder, subject, row.category, row.since)
        for controller, subject in _people(shop)
        for row in shop.holders(subject, controller=controller).holders
        if row.held and row.holder_kind == "recipient"
    }
    found = set()
    for controller, recipient in _recipients(shop):
        page = shop.recipient_subjects(recipient, controller=controller, limit=1000)
        text = page.model_dump_json(by_alias=True)
        again = answers.RecipientSubjects.model_validate(page.model_dump(by_alias=True))
        assert (again, again.model_dump_json(by_alias=True)) == (page, text)
        found |= {(controller, recipient, r.subject, r.category, r.since) for r in page.rows}
    # A linked person stands in the pages once, and has the same holders under each of its ids.
    assert found
    assert found <= held
    assert {one[:2] + one[3:] for one in held if not one[1].startswith("person:")} == {
        one[:2] + one[3:] for one in found
    }


def test_a_page_costs_the_same_for_one_person_and_for_many(store_place: StorePlace) -> None:
    """However many people are on a page, its statements are as many as for one."""
    counts = set()
    with open_shop(store_place) as tracker:
        for new in (range(1), range(1, 90)):
            tracker.record([share("FastParcel", subject=f"p{n}") for n in new])
            tracker.store.engine.dispose()
            with statements_of(tracker.store.engine) as sent:
                page = tracker.recipient_subjects("FastParcel", controller=CONTROLLER)
            assert len(page.rows) == new.stop
            counts.add(sum(not one.startswith(("PRAGMA", "SET", "\nSET")) for one in sent))
    assert len(counts) == 1
    assert max(counts) <= PAGE_STATEMENTS_MAX


def test_no_two_rows_share_a_list(shop: Tracker) -> None:
    """Rows that are alike are copies: whoever changes a list of one has changed only that one."""
    several = 0
    for controller, subject in _people(shop):
        answer = shop.lineage(subject, controller=controller)
        lists = [
            one
            for row in (*answer.collections, *answer.edges, *answer.holders, *answer.changes)
            for value in dict(row).values()
            if isinstance(value, list)
            for one in (value, *(part for part in value if isinstance(part, list)))
        ]
        assert len({id(one) for one in lists}) == len(lists)
        several += len(answer.holders) > 1
    assert several


def test_a_request_that_is_still_to_come_is_no_reason_to_read_more(store_place: StorePlace) -> None:
    """Requests and notices say nothing of who holds what; a hop of the future does."""
    received = {"request_id": "r1", "right": "deletion"}
    with open_shop(store_place) as tracker:
        assert tracker.record([share("FastParcel")]).recorded == 1
        before = tracker.holders("m1", controller=CONTROLLER).holders
        for message, few in (
            (event("request_received", received, at="2199-01-01"), True),
            (share("BlueVan", at="2199-01-01"), False),
        ):
            assert tracker.record([message]).recorded == 1
            with statements_of(tracker.store.engine) as sent:
                answer = tracker.holders("m1", controller=CONTROLLER)
            assert (len(sent) <= STATEMENTS_MAX) == few
            assert answer.holders == before


def test_made_sets_every_field() -> None:
    """What is made has all fields set, is frozen, and copies like any other answer."""
    row = made(answers.EraseRow, system="crm", categories=["email"])
    assert row == answers.EraseRow(system="crm", categories=["email"])
    assert row.model_fields_set == {"system", "categories"}
    assert row.model_copy(update={"system": "erp"}).system == "erp"
    assert row.model_copy().model_fields_set is not row.model_fields_set
    with pytest.raises(ValueError, match="frozen"):
        row.system = "erp"  # type: ignore[misc]


def test_a_question_of_today_costs_two_statements_at_most(shop: Tracker) -> None:
    """Whoever is asked about, and whatever is on record."""
    people = [*_people(shop), (CONTROLLER, "nobody")]
    for question in (shop.lineage, shop.holders):
        for controller, subject in people:
            with statements_of(shop.store.engine) as sent:
                question(subject, controller=controller)
            assert 1 <= len(sent) <= STATEMENTS_MAX, sent


def test_natural_persons_stand_under_their_ids(shop: Tracker) -> None:
    """The linked ids of a person, and parties that are people, are named in the quick way too."""
    shown = shop.lineage("m1", controller=CONTROLLER)
    assert shown.linked == ["m1@shop.example"]
    assert "person:m2" in {edge.to for edge in shown.edges}
