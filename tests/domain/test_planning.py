"""Tests of the plan: who is told and who not, notices that are missing, the state of a request."""

from typing import Any

import pytest

from lineage.domain.facts import Recorded
from lineage.domain.planning.causes import Cause, cause_of
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.notices import NewNotice, new_notices
from lineage.domain.planning.rows import PlanRows, plan_rows
from lineage.domain.planning.states import request_state
from lineage.policy.loader import load_library
from lineage.policy.model import Policy
from tests.properties.people import CONTROLLER, at, day_of, erased, passed_on, shared, told

POLICY = load_library().versions(CONTROLLER)[0]
WITHOUT_ERASE = load_library().versions("seestar")[0]
ASKED = told("request_received", 3, request_id="q", right="deletion")
SHARES = [shared(1, "Cart", "name", "email"), passed_on(2, "Cart", "Bike", "name")]


def decided(day: float, outcome: str = "accepted", **more: Any) -> Recorded:
    """A decision on the request."""
    return told("request_decided", day, request_id="q", outcome=outcome, **more)


def asked(*events: Recorded, today: int = 40, policy: Policy = POLICY) -> tuple[Dossier, Cause]:
    """The one request of the events, and what is on record."""
    dossier = Dossier(CONTROLLER, events, lambda _: policy, as_of=at(today))
    (request,) = dossier.whole.facts.requests
    cause = cause_of(dossier, request)
    assert cause is not None
    return dossier, cause


def plan(*events: Recorded, if_accepted: bool = False) -> PlanRows:
    """The plan over the events."""
    return plan_rows(*asked(*events), if_accepted=if_accepted)


def missing(
    *events: Recorded,
    today: int = 4,
    supplementary: bool = False,
    claimed: tuple[str, ...] = (),
    policy: Policy = POLICY,
) -> list[NewNotice]:
    """The notices still to be planned over the events."""
    dossier, cause = asked(*events, today=today, policy=policy)
    return new_notices(
        cause,
        plan_rows(dossier, cause),
        dossier.whole.facts.notices,
        today=day_of(today),
        surfaced=supplementary,
        claimed=frozenset(claimed),
    )


def left_out(rows: PlanRows) -> set[tuple[str, tuple[str, ...], str]]:
    """Who is left out, of what, why."""
    return {(row.recipient, row.categories, row.reason) for row in rows.left_out}


def test_an_accepted_request_reaches_every_holder_with_all_it_holds() -> None:
    """Each recipient is told once of the union of its categories, onward hops included."""
    again = shared(2, "Cart", "phone", purpose="payment")
    rows = plan(*SHARES, again, ASKED, decided(4))
    assert [(t.recipient, t.categories, t.path) for t in rows.told] == [
        ("Bike", ("name",), (CONTROLLER, "Cart", "Bike")),
        ("Cart", ("email", "name", "phone"), (CONTROLLER, "Cart")),
    ]
    assert rows.left_out == ()


def test_a_direct_recipient_is_told_by_the_policys_rule_and_a_later_hop_by_the_default() -> None:
    """The duty of each notice is that of its path."""
    rules = {t.recipient: t.rule.rule for t in plan(*SHARES, ASKED, decided(4)).told}
    assert rules == {"Cart": "000.F.3", "Bike": "D-06"}


def test_who_has_erased_is_left_out_for_what_it_erased() -> None:
    """Told of the rest only; the rule that lets it out is named."""
    rows = plan(*SHARES, erased(2, "Cart", "name"), ASKED, decided(4))
    assert {t.recipient: t.categories for t in rows.told} == {"Cart": ("email",), "Bike": ("name",)}
    assert left_out(rows) == {("Cart", ("name",), "already_erased")}
    assert rows.left_out[0].rule == "D-50"


@pytest.mark.parametrize(
    ("decision", "reason"),
    [([], "request_undecided"), ([decided(4, "refused")], "request_refused")],
)
def test_nobody_is_told_before_an_accepting_decision(decision: list[Recorded], reason: str) -> None:
    """Each holder is left out for that reason, by its rule; the dry run shows them all."""
    rows = plan(*SHARES, ASKED, *decision)
    assert rows.told == ()
    assert left_out(rows) == {("Bike", ("name",), reason), ("Cart", ("email", "name"), reason)}
    assert {row.rule for row in rows.left_out} == {"000.F.5"}
    shown = plan(*SHARES, ASKED, *decision, if_accepted=True)
    assert {t.recipient for t in shown.told} == {"Cart", "Bike"}
    assert missing(*SHARES, ASKED, *decision) == []


def test_a_request_for_some_categories_asks_for_those_only() -> None:
    """What the person did not ask for is in neither list."""
    asked = told("request_received", 3, request_id="q", right="deletion", categories=["email"])
    rows = plan(*SHARES, asked, decided(4))
    assert [(t.recipient, t.categories) for t in rows.told] == [("Cart", ("email",))]
    assert rows.left_out == ()


def test_a_source_that_holds_nothing_from_us_is_left_out_as_source_only() -> None:
    """Who only gave us data is not told; who also got some is."""
    inbound = told("data_inbound_received", 1, sender="Plaza", categories=["phone"])
    assert left_out(plan(inbound, ASKED, decided(4))) == {("Plaza", ("phone",), "source_only")}
    both = plan(inbound, shared(2, "Plaza", "name"), ASKED, decided(4))
    assert [t.recipient for t in both.told] == ["Plaza"]
    assert both.left_out == ()


def test_deidentified_data_and_copies_out_of_reach_are_left_out() -> None:
    """Nobody can find a person in data without names, nor be reached where none answers."""
    blurred = shared(1, "Stats", "name", deidentified=True, reidentifiable=False)
    copies = told(
        "public_disclosed",
        1,
        initiator="user",
        categories=["ugc"],
        copies_uncontrolled=["Mirror"],
    )
    assert left_out(plan(blurred, copies, ASKED, decided(4))) == {
        ("Stats", ("name",), "deidentified"),
        ("Mirror", ("ugc",), "unreachable"),
    }


def collected(day: float, *categories: str, source: str = "/services/web") -> Recorded:
    """A collection by a system."""
    return told("data_collected", day, source=source, categories=list(categories))


def test_own_systems_erase_what_they_hold_less_what_is_kept() -> None:
    """Our own systems are listed with what each holds; what a part decision keeps is not."""
    events = [
        collected(1, "name", "email"),
        collected(1, "phone", source="/services/crm"),
        told(
            "data_deleted",
            2,
            source="/services/web",
            categories=["email"],
            store="live",
            method="erase",
        ),
    ]
    rows = plan(*events, ASKED, decided(4, "partly", held=["phone"]))
    assert [(o.system, o.categories) for o in rows.own] == [("/services/web", ("name",))]
    assert plan(*events, ASKED).own == ()


def test_the_fan_out_has_its_dates_from_the_decision() -> None:
    """Every holder gets round one, sent on the day of the decision, erased by working days."""
    found = missing(*SHARES, ASKED, decided(4), today=9)
    assert [(n.told.recipient, n.round, n.supplementary, n.widens) for n in found] == [
        ("Bike", 1, False, None),
        ("Cart", 1, False, None),
    ]
    assert {(n.send_by, n.erase_by) for n in found} == {(day_of(4), day_of(9))}


def planned(day: float, notice_id: str, *categories: str, **more: Any) -> Recorded:
    """A notice to Cart is on record."""
    fields: dict[str, Any] = {
        "notice_id": notice_id,
        "request_id": "q",
        "recipient": "Cart",
        "categories": list(categories),
        "duty": "policy",
        "rule": "000.F.3",
        "send_by": day_of(4),
        "erase_by": day_of(9),
        "round": 1,
    }
    return told("notice_planned", day, **(fields | more))


CART = [shared(1, "Cart", "name"), ASKED, decided(4), planned(4, "n", "name")]
SENT = told(
    "recipient_notified",
    5,
    request_id="q",
    notice_id="n",
    recipient="Cart",
    categories=["name"],
    duty="policy",
)


def test_what_is_planned_is_not_planned_again() -> None:
    """A notice that is on its way, or declined, covers its categories."""
    assert missing(*CART) == []
    for reason in ("law", "independent_authorisation", "other"):
        declined = told("recipient_declined", 6, request_id="q", recipient="Cart", reason=reason)
        assert missing(*CART, SENT, declined) == []


def test_a_late_share_widens_a_notice_that_nobody_has_claimed() -> None:
    """Before the body is frozen, what surfaces joins the notice that waits."""
    (found,) = missing(*CART, shared(2, "Cart", "phone"), supplementary=True, today=7)
    assert (found.widens, found.categories) == ("n", ("phone",))


@pytest.mark.parametrize(("more", "claimed"), [([], ("n",)), ([SENT], ())])
def test_a_late_share_makes_a_new_round_once_a_notice_was_claimed_or_sent(
    more: list[Recorded], claimed: tuple[str, ...]
) -> None:
    """Once the body is frozen, a supplementary notice goes out, dated from the day it surfaced."""
    late = shared(2, "Cart", "phone", recorded=7)
    (found,) = missing(*CART, *more, late, supplementary=True, claimed=claimed, today=7)
    assert (found.widens, found.categories, found.round) == (None, ("phone",), 2)
    assert found.supplementary
    assert (found.send_by, found.erase_by) == (day_of(7), day_of(10))


def test_a_share_after_an_erasure_is_told_anew() -> None:
    """A recipient that confirmed and got the category again is told in a new round; what it did
    not get again it is not asked for.
    """
    done = erased(6, "Cart", "name", "email", request_id="q", notice_id="n")
    events = [
        *CART[:-1],
        shared(1, "Cart", "email"),
        planned(4, "n", "name", "email"),
        SENT,
        done,
    ]
    assert missing(*events) == []
    (found,) = missing(*events, shared(7, "Cart", "name"), supplementary=True, claimed=("n",))
    assert (found.round, found.categories) == (2, ("name",))


def test_notices_of_another_request_cover_nothing_of_this_one() -> None:
    """Each request tells its holders itself."""
    events = [*CART[:-1], planned(4, "m", "name", request_id="p")]
    (found,) = missing(*events)
    assert (found.round, found.widens) == (1, None)


# --- the state of a request


def state(*events: Recorded, today: int, days: dict[str, int] | None = None) -> str:
    """The state of the request on a day."""
    dossier, cause = asked(*events, today=today)
    facts = dossier.whole.facts
    return request_state(
        facts.requests[0],
        cause,
        [notice for notice in facts.notices if notice.request_id == "q"],
        lambda: plan_rows(dossier, cause),
        PlanRows,
        today=day_of(today),
        answer_days=days or {},
    )


WITHDRAWN = told("request_withdrawn", 3.5, request_id="q")
DONE = erased(6, "Cart", "name", request_id="q")
KEPT = told("recipient_declined", 6, request_id="q", recipient="Cart", reason="law")
OTHER = told("recipient_declined", 6, request_id="q", recipient="Cart", reason="other")
OWN = collected(1, "name")
OWN_GONE = told(
    "data_deleted", 6, source="/services/web", categories=["name"], store="live", method="erase"
)
CASES: list[tuple[str, list[Recorded], int, str]] = [
    ("received", [ASKED], 3, "received"),
    ("withdrawn", [ASKED, WITHDRAWN], 4, "withdrawn"),
    ("withdrawn, then decided", [ASKED, WITHDRAWN, decided(4)], 4, "withdrawn"),
    ("refused", [ASKED, decided(4, "refused")], 4, "refused"),
    ("nobody holds anything", [ASKED, decided(4)], 4, "fulfilled"),
    ("only we hold it", [OWN, ASKED, decided(4)], 4, "accepted"),
    ("only we hold it, partly", [OWN, ASKED, decided(4, "partly")], 4, "partly"),
    ("we keep it", [OWN, ASKED, decided(4, "partly", held=["name"])], 4, "fulfilled"),
    ("we erased it", [OWN, OWN_GONE, ASKED, decided(4)], 8, "fulfilled"),
    ("open", CART, 5, "in_progress"),
    ("on the last day", CART, 9, "in_progress"),
    ("after the last day", CART, 10, "unfulfilled"),
    ("erased", [*CART, DONE], 10, "fulfilled"),
    ("kept by law", [*CART, KEPT], 10, "fulfilled"),
    ("no listed ground", [*CART, OTHER], 7, "in_progress"),
    ("no listed ground, late", [*CART, OTHER], 10, "unfulfilled"),
    ("erased there, not here", [OWN, *CART, DONE], 10, "in_progress"),
    ("one open, one with time", [*CART, planned(8, "m", "phone", erase_by=day_of(20))], 12, ""),
]


@pytest.mark.parametrize(
    ("events", "today", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_request_is_where_its_holders_are(
    events: list[Recorded], today: int, expected: str
) -> None:
    """Fulfilled only when every holder and every system of ours is done; unfulfilled once every
    last day has passed with one open.
    """
    assert state(*events, today=today) == (expected or "in_progress")


def test_where_the_policy_has_no_word_the_recipients_own_time_counts() -> None:
    """Without ``erase_by`` the registry's days after ``send_by`` decide, thirty by default."""
    events = [*CART[:-1], planned(4, "n", "name", erase_by=None)]
    assert state(*events, today=34) == "in_progress"
    assert state(*events, today=35) == "unfulfilled"
    assert state(*events, today=10, days={"Cart": 5}) == "unfulfilled"
    assert state(*events, today=9, days={"Cart": 5}) == "in_progress"


def test_a_late_confirmation_still_fulfils() -> None:
    """An unfulfilled request becomes fulfilled when the last holder has erased after all."""
    late = erased(30, "Cart", "name", request_id="q")
    assert state(*CART, today=31) == "unfulfilled"
    assert state(*CART, late, today=31) == "fulfilled"


def test_systems_are_open_until_they_erased_what_was_asked() -> None:
    """Only what the request asks for, and what is not kept, keeps it open."""
    narrow = told("request_received", 3, request_id="q", right="deletion", categories=["email"])
    for events, expected in [
        ([OWN, ASKED, decided(4)], True),
        ([OWN, narrow, decided(4)], False),
        ([OWN, OWN_GONE, ASKED, decided(4)], False),
    ]:
        assert (state(*events, today=5) != "fulfilled") is expected


def test_a_policy_without_a_word_for_erasure_gives_no_such_date() -> None:
    """The plan shows none, rather than one that no policy says."""
    found = missing(*SHARES, ASKED, decided(4), policy=WITHOUT_ERASE)
    assert [notice.erase_by for notice in found] == [None, None]
