"""Of where data may be."""

from typing import Final

from lineage.policy.diff.kind_words import KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, OneOf, Period

_OF: Final = {
    "collected": "what was collected there",
    "people": "what is about people who live there",
}
_SILENCE: Final = {"unknown": "is left open", "lacking": "lacks them"}


def _certain(values: Values, name: str) -> bool:
    """One more of which all are needed protects more; one more of which one is enough does not."""
    return name != "safeguards" or values["needs"] == "all"


PLACES: Final = (
    KindWords(
        "stored_in",
        whom="us",
        about="where personal data is stored",
        states="personal data is stored only in {regions}",
        fields={
            "regions": Several("regions", wider="looser", last="or"),
        },
        added="stricter",
    ),
    KindWords(
        "kept_in",
        whom="us",
        about="personal data that stays in {region}",
        states="personal data leaves {region} only on a basis that is listed",
        fields={
            "region": OneOf("region"),
            "of": OneOf("about", says=lambda of: _OF[of]),
        },
        known_by=("region",),
        added="stricter",
    ),
    KindWords(
        "may_leave",
        whom="us",
        about="data that leaves {region} because of {ground}",
        states="personal data may leave {region} because of {ground}",
        fields={
            "region": OneOf("region"),
            "ground": OneOf("because of"),
            "forms": Several("consent that is", wider="looser", every="of any form", last="or"),
            "hosted": Flag("only where somebody stores it there for us", yes_is="stricter"),
            "review": Period("a review counts for", longer="looser", there="stricter"),
        },
        known_by=("region", "ground"),
        added="looser",
    ),
    KindWords(
        "purchase_data",
        whom="us",
        about="what may leave for a purchase across the border",
        states="a purchase across the border needs {categories}, and no more leaves for it",
        fields={"categories": Several("categories", wider="looser")},
    ),
    KindWords(
        "transfer_safeguards",
        whom="us",
        about="the protection of data that crosses a border",
        states="data that crosses a border is protected by {safeguards}",
        fields={
            "safeguards": Several("safeguards", wider="stricter"),
            "needs": OneOf("how many of the safeguards are needed", order=("any", "all")),
            "silence": OneOf(
                "a transfer that states none",
                order=("unknown", "lacking"),
                says=lambda silence: _SILENCE[silence],
            ),
            "lawful": Flag("a transfer needs a basis", yes_is="stricter"),
            "region": OneOf("only on leaving", there="looser", none="any region"),
        },
        known_by=("region",),
        added="stricter",
        certain=_certain,
    ),
)
