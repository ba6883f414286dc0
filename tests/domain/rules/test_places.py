"""Judging where data lies and on what it leaves a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.histories import findings, told

Event = Mapping[str, Any]


def event(type_: str, at: str, **data: object) -> Event:
    """An event of the one person."""
    return {"type": type_, "at": at, "subject": "s1", **data}


def found(controller: str, *given: Event) -> list[tuple[str, str | None, str | None]]:
    """(kind, rule, event) of everything found."""
    return told(findings(controller, given, at="2031-01-01"))


def moved(at: str, to: str, *, out: str = "PRC", **data: object) -> Event:
    """A transfer, labelled x."""
    place = {"region_from": out, "region_to": to}
    return event("cross_border_transfer", at, ev="x", **({"categories": ["email"]} | place | data))


def consent(at: str, **data: object) -> Event:
    """A separate consent."""
    return event("consent_granted", at, form="separate", **data)


def test_a_consent_to_the_union_reaches_its_members() -> None:
    """And not the other way round."""
    assert found("seestar", consent("2026-01-01", region="EU"), moved("2026-01-02", "FR")) == []
    given = consent("2026-01-01", region="FR"), moved("2026-01-02", "EU")
    assert found("seestar", *given) == [("violation", "001.M.1", "x")]


@pytest.mark.parametrize(
    ("basis", "expected"), [("consent", []), (None, [("violation", "001.M.1", "x")])]
)
def test_a_consent_without_a_place_counts_where_the_transfer_rests_on_it(
    basis: str | None, expected: list[object]
) -> None:
    """Else any consent to anything would let data leave."""
    given = consent("2026-01-01"), moved("2026-01-02", "SG", basis=basis)
    assert found("seestar", *given) == expected


def test_a_consent_to_a_share_with_somebody_is_none_to_storing_abroad() -> None:
    """It is limited to a recipient, and the data goes to nobody."""
    given = (
        consent("2026-01-01", recipient="Carrier"),
        moved("2026-01-02", "SG", basis="consent"),
    )
    assert found("easydser", *given) == [("violation", "004.M.1", "x")]
    to_it = moved("2026-01-02", "SG", basis="consent", recipient="Carrier")
    assert found("easydser", given[0], to_it) == []


def test_a_consent_that_nobody_recorded_is_taken_as_stated() -> None:
    """Till it is withdrawn by its name."""
    named = moved("2026-01-03", "SG", basis="consent", consent_id="c1")
    assert found("easydser", named) == []
    withdrawn = event("consent_withdrawn", "2026-01-02", consent_id="c1")
    assert found("easydser", withdrawn, named) == [("violation", "004.M.1", "x")]


def test_a_purchase_needs_no_word_where_the_transfer_names_its_order() -> None:
    """The order says it."""
    made = event(
        "order_created", "2026-01-01", order_id="o1", cross_border=True, started_by_user=True
    )
    to_buy = moved("2026-01-02", "US", order_id="o1", categories=["order_info"])
    assert found("seestar", made, to_buy) == []
    stated_none = moved("2026-01-02", "US", order_id="o1", basis="none", categories=["order_info"])
    assert found("seestar", made, stated_none) == [("violation", "001.M.1", "x")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"host": "Cloud", "region_from": "US"}, [("violation", "000.M.1", "x")]),
        ({"recipient": "FarCo", "region_from": "US"}, []),
        ({"host": "Cloud", "basis": "standard_terms"}, []),
    ],
)
def test_who_stores_it_elsewhere_is_the_place_unless_the_clause_on_leaving_speaks(
    data: dict[str, Any], expected: list[object]
) -> None:
    """000.M.1 and 000.M.2: a transfer to a recipient is no storage by the controller."""
    given = moved("2026-01-02", "SG", out="EU", **data)
    assert found("sesiiduo", given) == expected


def test_search_words_are_kept_in_the_country_only_while_they_identify() -> None:
    """001.R.1 with 001.M.1: alone they are not personal; beside an email they are."""
    words = moved("2026-01-02", "SG", categories=["search_query"])
    assert found("seestar", words) == []
    combined = event(
        "data_combined",
        "2026-01-01",
        categories=["search_query"],
        combined_with=["device_id"],
        identifies=True,
    )
    assert found("seestar", combined, words) == [("violation", "001.M.1", "x")]
    beside = moved("2026-01-02", "SG", categories=["search_query", "email"])
    (finding,) = findings("seestar", [beside], at="2026-01-03")
    assert finding.categories == ("email", "search_query")


def test_of_data_stored_on_a_basis_for_abroad_the_person_tells_where_it_came_from() -> None:
    """000.M.2: whoever states a basis for abroad says that it left; without one nothing does."""
    lives = event("user_registered", "2026-01-01", region="DE")
    stored = event("data_stored", "2026-01-02", ev="x", region="US", categories=["email"])
    assert found("sesiiduo", lives, stored) == []
    assert found("sesiiduo", lives, {**stored, "basis": "consent"}) == [
        ("violation", "000.M.2", "x")
    ]
