"""Of who is told to erase, who is left out, and by when."""

from typing import Final

from lineage.policy.diff.about.clock import clock
from lineage.policy.diff.kind_words import BEING_THERE, KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import OneOf
from lineage.policy.diff.vocabulary import recipient

_NEED_A_RULE: Final = frozenset({"legal_hold", "independent_authorisation"})
_HOPS: Final = {
    "direct": "who got data from us",
    "later": "who got data from others",
}
_NOTICE: Final = {"send": "tell recipients to erase", "erase": "erase once told"}
_LATE: Final = {
    "pending": "before the decision on a deletion",
    "accepted": "after a deletion was accepted",
    "recorded_late": "recorded after the decision on a deletion",
}
_STARTS: Final = {
    "as_request": "at once, as a request for deletion would",
    "approval": "once it is approved",
    "erasure": "once we erase the data ourselves",
}


def _exemption_is_certain(values: Values, name: str) -> bool:
    """Most reasons stand by themselves: a rule only gives them an id."""
    return name != BEING_THERE or values["reason"] in _NEED_A_RULE


def _fan_out_is_certain(values: Values, name: str) -> bool:
    """A row of a default may take a recipient from a row of the text."""
    return name != BEING_THERE or values["basis"] == "policy"


FAN_OUT: Final = (
    KindWords(
        "fan_out",
        whom="recipients",
        about="telling {hops} of a deletion ({to})",
        states="{hops} ({to}) are told of a deletion",
        fields={
            "hops": OneOf("of those", says=lambda hops: _HOPS[hops]),
            "to": Several(
                "told are", every="whoever no other rule names", empty_is_all=True, item=recipient
            ),
            "but": Several("but not", wider="looser", item=recipient),
        },
        known_by=("hops", "to"),
        added="stricter",
        certain=_fan_out_is_certain,
    ),
    KindWords(
        "documented_hop",
        whom="recipients",
        about="data that {from_kind} pass to {to_kind}",
        states="{to_kind} that get data from {from_kind} count as direct recipients",
        fields={"from_kind": OneOf("from", says=recipient), "to_kind": OneOf("to", says=recipient)},
        known_by=("from_kind", "to_kind"),
    ),
    KindWords(
        "notice_clock",
        whom="recipients",
        about="the time to {of}",
        states="the time to {of} is {limit}",
        fields={"of": OneOf("time to", says=lambda of: _NOTICE[of]), **clock("looser")},
        known_by=("of",),
        added="stricter",
    ),
    KindWords(
        "late_share",
        whom="us",
        about="a share {when}",
        states="a share {when} is judged",
        fields={"when": OneOf("a share", says=lambda when: _LATE[when])},
        known_by=("when",),
    ),
    KindWords(
        "open_order",
        whom="recipients",
        about="what may still be shared for an open order",
        states="{categories} may still be shared for an open order",
        fields={"categories": Several("categories", wider="looser")},
        added="looser",
    ),
    KindWords(
        "exemption",
        whom="recipients",
        about="who need not be told of a deletion ({reason})",
        states="recipients need not be told of a deletion for this reason: {reason}",
        fields={"reason": OneOf("reason")},
        known_by=("reason",),
        added="looser",
        certain=_exemption_is_certain,
    ),
    KindWords(
        "legal_compulsion",
        whom="recipients",
        about="who gets no notice of what the law compelled us to share",
        states="{to} get no notice of what was shared because of {bases}",
        fields={
            "to": Several("recipients", wider="looser", item=recipient),
            "bases": Several("because of", wider="looser", last="or"),
        },
        added="looser",
    ),
    KindWords(
        "cancellation_fan_out",
        whom="recipients",
        about="telling recipients of a cancelled account",
        states="recipients are told of a cancelled account {starts}",
        fields={"starts": OneOf("when", says=lambda starts: _STARTS[starts])},
        added="stricter",
    ),
    KindWords(
        "clean_up_fan_out",
        whom="recipients",
        about="telling recipients of the clean-up of a minor's data",
        states="recipients are told when a minor's data must be cleaned up",
        added="stricter",
    ),
    KindWords(
        "third_party_request",
        whom="people",
        about="requests of people who are no users",
        states="a request of somebody who is no user is honoured",
        added="stricter",
    ),
    KindWords(
        "account_covers",
        whom="people",
        about="what a deletion by the holder of an account covers",
        states="a deletion by the holder of an account covers what came of others through it",
        added="stricter",
    ),
)
