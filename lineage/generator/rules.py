"""What an event does to holdings, by contract 4.0, written for the generator's books alone.

Nothing here may come from the fold: it is the second opinion the fold is held against.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Data = Mapping[str, Any]
HolderKind = Literal["system", "recipient"]

RANKS: Mapping[str, int] = {
    name: rank
    for rank, names in {
        0: "agreement_signed ad_guidelines_accepted api_security_tested impact_assessed "
        "user_registered identity_linked",
        1: "consent_granted marketing_opt_in sharing_notice_given order_created "
        "counterparty_disclosure_requested data_combined",
        2: "recipient_deleted",
        3: "data_collected data_inbound_received log_recorded data_processed purpose_changed "
        "tracking_fired message_sent data_shared data_onward_shared data_sold data_transferred "
        "public_disclosed data_stored cross_border_transfer",
        4: "consent_withdrawn marketing_opt_out sharing_opt_out order_completed order_cancelled "
        "combination_ended",
        6: "data_deleted data_deidentified self_service_cleared",
        7: "reidentification_detected event_retracted",
    }.items()
    for name in names.split()
}

CLEARED: Mapping[str, tuple[str, ...]] = {
    "search_history": ("search_history",),
    "cookies": ("cookie_id",),
    "posts": ("ugc",),
}


class Move(NamedTuple):
    """One step of one event: in, out, complete (an in by a completed order), clear, or a note of
    what is on record with nobody who holds it.

    `categories` is None where the contract says "all": of a transfer, every category on record;
    of cleared order records, those of the completed orders.
    """

    way: Literal["in", "out", "complete", "clear", "note"]
    kind: HolderKind
    holder: str
    categories: tuple[str, ...] | None


def moves(name: str, source: str, data: Data) -> tuple[Move, ...]:
    """The moves of one event; an event that touches no holding has none."""
    rule = RULES.get(name)
    return rule(source, data) if rule else ()


def categories_of(data: Data) -> tuple[str, ...] | None:
    """What an event counts for; None where it does not say."""
    return tuple(data["categories"]) if "categories" in data else None


def into_recipient(_source: str, data: Data) -> tuple[Move, ...]:
    """Shared, passed on, sold, transferred: its recipient."""
    return (Move("in", "recipient", data["recipient"], categories_of(data)),)


def into_system(source: str, data: Data) -> tuple[Move, ...]:
    """Collected, received, logged: the system that says so."""
    return (Move("in", "system", source, categories_of(data)),)


def into_system_by_order(source: str, data: Data) -> tuple[Move, ...]:
    """A completed order: the system that keeps it."""
    return (Move("complete", "system", source, categories_of(data)),)


def into_host_or_system(source: str, data: Data) -> tuple[Move, ...]:
    """Stored: the host if one is named, else the system itself."""
    if "host" in data:
        return (Move("in", "recipient", data["host"], categories_of(data)),)
    return into_system(source, data)


def across_a_border(_source: str, data: Data) -> tuple[Move, ...]:
    """Recipient and host, each where it is named."""
    named = [data[role] for role in ("recipient", "host") if role in data]
    return into_these(named, data)


def into_copies(_source: str, data: Data) -> tuple[Move, ...]:
    """Published: whoever holds copies out of reach."""
    return into_these(data.get("copies_uncontrolled", ()), data)


def into_these(holders: Sequence[str], data: Data) -> tuple[Move, ...]:
    """Everybody named; where nobody is, the categories are on record all the same."""
    if not holders:
        return (Move("note", "recipient", "", categories_of(data)),)
    return tuple(Move("in", "recipient", holder, categories_of(data)) for holder in holders)


def reidentified(_source: str, data: Data) -> tuple[Move, ...]:
    """Re-identified: its holder."""
    return (Move("in", "recipient", data["holder"], categories_of(data)),)


def out_of_recipient(_source: str, data: Data) -> tuple[Move, ...]:
    """Erased by a recipient."""
    return (Move("out", "recipient", data["recipient"], categories_of(data)),)


def deleted(source: str, data: Data) -> tuple[Move, ...]:
    """Deleted by a system; a backup is no holding."""
    if data["store"] != "live":
        return ()
    return (Move("out", "system", source, categories_of(data)),)


def deidentified(source: str, data: Data) -> tuple[Move, ...]:
    """De-identified for good, at a recipient or in the system that says so."""
    if data["reversible"]:
        return ()
    holder = data.get("holder", "controller")
    if holder == "controller":
        return (Move("out", "system", source, categories_of(data)),)
    return (Move("out", "recipient", holder, categories_of(data)),)


def cleared(_source: str, data: Data) -> tuple[Move, ...]:
    """Cleared by the person, in every system."""
    return (Move("clear", "system", "", CLEARED.get(data["what"])),)


RULES: Mapping[str, Callable[[str, Data], tuple[Move, ...]]] = {
    "data_collected": into_system,
    "data_inbound_received": into_system,
    "log_recorded": into_system,
    "order_completed": into_system_by_order,
    "data_stored": into_host_or_system,
    "data_shared": into_recipient,
    "data_onward_shared": into_recipient,
    "data_sold": into_recipient,
    "data_transferred": into_recipient,
    "cross_border_transfer": across_a_border,
    "public_disclosed": into_copies,
    "reidentification_detected": reidentified,
    "recipient_deleted": out_of_recipient,
    "data_deleted": deleted,
    "data_deidentified": deidentified,
    "self_service_cleared": cleared,
}
