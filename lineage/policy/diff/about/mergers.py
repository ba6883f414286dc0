"""Of data that passes to another company."""

from typing import Final

from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, OneOf

_ON: Final = {
    "bound": "it binds itself to this policy",
    "consent": "the person consents",
    "agreed_otherwise": "the person agrees to other terms",
}

MERGERS: Final = (
    KindWords(
        "may_transfer",
        whom="recipients",
        about="passing data to another company ({deals})",
        states="data may pass to another company ({deals})",
        fields={
            "deals": Several("occasions", wider="looser", every="on any occasion", last="or"),
            "on": OneOf(
                "only if", there="stricter", none="without a condition", says=lambda on: _ON[on]
            ),
            "forms": Several("consent that is", wider="looser", every="of any form", last="or"),
            "gap": Flag("reported as a gap, for the text does not speak of it"),
        },
        known_by=("deals",),
        added="looser",
        in_order=True,
    ),
    KindWords(
        "transfer_closed",
        whom="recipients",
        about="the ban on other transfers",
        states="data passes to no other company unless a rule permits it",
        added="stricter",
    ),
)
