"""The books against tiny worlds whose outcome was worked out by hand from contract 4.0."""

from typing import Any

import pytest

from lineage.generator.books import Books

SHOP = "/services/shop"
STORE = "/services/store"


class World:
    """A few events of one person; days count from 0 and are the only times."""

    def __init__(self) -> None:
        self.books = Books()

    def on(self, day: int, name: str, source: str = SHOP, **data: Any) -> None:
        self.books.enter(name, source=source, at=day, data=data)

    def spans(self) -> dict[tuple[str, str], tuple[int, ...]]:
        return {(holder, word): spans for _, holder, word, spans in self.books.rows()}


@pytest.fixture
def world() -> World:
    """An empty world."""
    return World()


def share(world: World, day: int, recipient: str, *categories: str) -> None:
    """A plain share on that day."""
    world.on(
        day,
        "data_shared",
        recipient=recipient,
        recipient_kind="logistics",
        categories=list(categories),
    )


def test_collected_and_shared_is_held_from_then_on(world: World) -> None:
    """An *in* opens a holding at its time: of the system for a collection, of the recipient."""
    world.on(1, "data_collected", categories=["email", "name"])
    share(world, 2, "Van", "email")
    assert world.spans() == {(SHOP, "email"): (1,), (SHOP, "name"): (1,), ("Van", "email"): (2,)}
    assert {kind for kind, holder, *_ in world.books.rows() if holder == "Van"} == {"recipient"}


def test_share_at_the_moment_of_the_recipients_erasure_is_still_held(world: World) -> None:
    """recipient_deleted has rank 2, data_shared rank 3: at one time the share comes after."""
    share(world, 1, "Van", "email", "name")
    share(world, 5, "Van", "email")
    world.on(5, "recipient_deleted", recipient="Van", categories=["email", "name"])
    assert world.spans() == {("Van", "email"): (1,), ("Van", "name"): (1, 5)}


def test_deletion_at_the_moment_of_the_collection_leaves_a_row_without_a_span(world: World) -> None:
    """data_deleted has rank 6: what was collected and deleted at one time was never held."""
    world.on(3, "data_deleted", categories=["email"], store="live", method="erase")
    world.on(3, "data_collected", categories=["email"])
    assert world.spans() == {(SHOP, "email"): ()}


def test_collection_after_a_deletion_opens_a_second_span(world: World) -> None:
    """What was deleted is held again from the next *in* on; a second *in* changes nothing."""
    world.on(1, "data_collected", categories=["email"])
    world.on(4, "data_deleted", categories=["email"], store="live", method="erase")
    world.on(6, "data_collected", categories=["email"])
    world.on(7, "data_collected", categories=["email"])
    assert world.spans() == {(SHOP, "email"): (1, 4, 6)}


def test_deletion_reaches_its_own_system_and_the_live_copy_only(world: World) -> None:
    """data_deleted ends the holding of its own source; a backup was never a holding."""
    world.on(1, "data_collected", categories=["email"])
    world.on(1, "data_stored", STORE, categories=["email"], region="EU")
    share(world, 2, "Van", "email")
    world.on(3, "data_deleted", STORE, categories=["email"], store="live", method="anonymise")
    world.on(4, "data_deleted", SHOP, categories=["email"], store="backup", method="erase")
    assert world.spans() == {
        (SHOP, "email"): (1,),
        (STORE, "email"): (1, 3),
        ("Van", "email"): (2,),
    }


def test_reversible_deidentification_ends_nothing(world: World) -> None:
    """Only what cannot be undone ends a holding."""
    share(world, 1, "Van", "email")
    world.on(2, "data_deidentified", holder="Van", categories=["email"], reversible=True)
    assert world.spans() == {("Van", "email"): (1,)}


def test_irreversible_deidentification_ends_the_holding_of_its_holder(world: World) -> None:
    """Of the named recipient; without a holder, of the event's own source."""
    world.on(1, "data_collected", categories=["email"])
    share(world, 1, "Van", "email")
    share(world, 1, "Ads", "email")
    world.on(2, "data_deidentified", holder="Van", categories=["email"], reversible=False)
    world.on(3, "data_deidentified", categories=["email"], reversible=False)
    assert world.spans() == {
        (SHOP, "email"): (1, 3),
        ("Van", "email"): (1, 2),
        ("Ads", "email"): (1,),
    }


def test_reidentification_at_the_moment_of_the_deidentification_wins(world: World) -> None:
    """reidentification_detected has rank 7, data_deidentified rank 6: still held, without a gap."""
    share(world, 1, "Ads", "email", "name")
    world.on(4, "reidentification_detected", holder="Ads", categories=["email"])
    world.on(4, "data_deidentified", holder="Ads", categories=["email", "name"], reversible=False)
    assert world.spans() == {("Ads", "email"): (1,), ("Ads", "name"): (1, 4)}


@pytest.mark.parametrize(
    ("what", "gone"),
    [
        ("search_history", {"search_history"}),
        ("cookies", {"cookie_id"}),
        ("posts", {"ugc"}),
        ("order_records", {"order_no", "name"}),
    ],
)
def test_clearing_reaches_every_system_and_no_recipient(
    world: World, what: str, gone: set[str]
) -> None:
    """Cleared order records are the categories of the completed orders, whoever holds them."""
    words = ["search_history", "cookie_id", "ugc", "order_no", "name"]
    world.on(1, "data_collected", categories=words)
    world.on(1, "log_recorded", STORE, categories=words)
    share(world, 1, "Ads", *words)
    world.on(2, "order_completed", order_id="o1", categories=["order_no", "name"])
    world.on(5, "self_service_cleared", what=what)
    spans = world.spans()
    for system in (SHOP, STORE):
        assert {word for word in words if spans[system, word] == (1, 5)} == gone
        assert {word for word in words if spans[system, word] == (1,)} == set(words) - gone
    assert all(spans["Ads", word] == (1,) for word in words)


def test_order_completed_after_the_clearing_is_held_again(world: World) -> None:
    """A completed order is an *in*; one completed at the moment of the clearing is cleared."""
    world.on(2, "order_completed", order_id="o1", categories=["order_no"])
    world.on(3, "self_service_cleared", what="order_records")
    world.on(3, "order_completed", order_id="o2", categories=["name"])
    world.on(9, "order_completed", order_id="o3", categories=["order_no"])
    assert world.spans() == {(SHOP, "order_no"): (2, 3, 9), (SHOP, "name"): ()}


def test_transfer_without_categories_takes_all_on_record_up_to_its_time(world: World) -> None:
    """Its own time included, whatever the rank; what was deleted before, but nothing later."""
    world.on(1, "data_collected", categories=["email"])
    world.on(2, "data_deleted", categories=["email"], store="live", method="erase")
    world.on(3, "data_transferred", recipient="Heir", deal="merger", bound_by_policy=True)
    world.on(3, "order_completed", order_id="o1", categories=["order_no"])
    world.on(4, "data_collected", categories=["phone"])
    heir = {word: spans for (holder, word), spans in world.spans().items() if holder == "Heir"}
    assert heir == {"email": (3,), "order_no": (3,)}


def test_transfer_with_categories_takes_those(world: World) -> None:
    """What a transfer names is all it takes."""
    world.on(1, "data_collected", categories=["email", "name"])
    world.on(
        2,
        "data_transferred",
        recipient="Heir",
        deal="merger",
        bound_by_policy=True,
        categories=["name"],
    )
    assert world.spans()["Heir", "name"] == (2,)
    assert ("Heir", "email") not in world.spans()


def test_onward_cycle_brings_the_data_back(world: World) -> None:
    """A passes on to B, erases, and gets it back from B: held again."""
    share(world, 1, "A", "email")
    for day, sender, recipient in ((2, "A", "B"), (6, "B", "A")):
        world.on(
            day,
            "data_onward_shared",
            sender=sender,
            recipient=recipient,
            recipient_kind="affiliate",
            categories=["email"],
        )
        world.on(day + 1, "recipient_deleted", recipient="A", categories=["email"])
    world.on(9, "recipient_deleted", recipient="B", categories=["phone"])
    assert world.spans() == {("A", "email"): (1, 3, 6, 7), ("B", "email"): (2,)}


def test_hosts_border_copies_and_sales_are_holders(world: World) -> None:
    """A host holds instead of the system; recipient and host both cross a border; copies count."""
    world.on(1, "data_stored", categories=["email"], region="US", host="Vault")
    world.on(
        2,
        "cross_border_transfer",
        region_from="EU",
        region_to="US",
        categories=["name"],
        recipient="Broker",
        host="Vault",
    )
    world.on(3, "cross_border_transfer", region_from="EU", region_to="US", categories=["phone"])
    world.on(4, "public_disclosed", initiator="user", categories=["ugc"])
    world.on(
        5,
        "public_disclosed",
        initiator="user",
        categories=["ugc"],
        copies_uncontrolled=["Mirror", "Forum"],
    )
    world.on(6, "data_sold", recipient="Bazaar", categories=["email"])
    assert world.spans() == {
        ("Vault", "email"): (1,),
        ("Vault", "name"): (2,),
        ("Broker", "name"): (2,),
        ("Mirror", "ugc"): (5,),
        ("Forum", "ugc"): (5,),
        ("Bazaar", "email"): (6,),
    }


def test_what_touches_no_holding_makes_no_row(world: World) -> None:
    """Consents, orders, uses and a request for data are no holdings."""
    world.on(1, "consent_granted", categories=["email"])
    world.on(1, "order_created", order_id="o1")
    world.on(1, "data_processed", categories=["email"], purpose="statistics")
    world.on(1, "counterparty_disclosure_requested", requester="Seller")
    world.on(1, "recipient_deleted", recipient="Van", categories=["email"])
    assert world.spans() == {}


def test_books_refuse_to_go_back_in_time(world: World) -> None:
    """Entered out of order the books would be wrong in silence, so they refuse."""
    share(world, 5, "Van", "email")
    with pytest.raises(ValueError, match="order of their times"):
        share(world, 4, "Van", "name")
