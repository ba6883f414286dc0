"""Of minors."""

from typing import Final

from lineage.policy.diff.about.clock import clock
from lineage.policy.diff.kind_words import KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, Number, OneOf

_GROUNDS: Final = {
    "law": "the law permits it",
    "guardian": "a guardian consents",
    "protection": "it protects the minor",
}
_STARTS: Final = {
    "unconsented": "data that nobody consented to",
    "withdrawn": "a consent that is withdrawn",
}


def _certain(values: Values, name: str) -> bool:
    """A further ground is one more way where one is enough; where all must hold it is not."""
    return name != "grounds" or values["needs"] == "any"


MINORS: Final = (
    KindWords(
        "age_of_minority",
        whom="people",
        about="the age under which a person is a minor",
        states="a person under {under} is a minor",
        fields={"under": Number(higher="stricter")},
        added="stricter",
    ),
    KindWords(
        "guardian_for_account",
        whom="people",
        about="the account of a minor",
        states="the account of a minor needs the consent of a guardian",
        added="stricter",
    ),
    KindWords(
        "minors_data",
        whom="people",
        about="what may be done with a minor's data ({acts})",
        states="a minor's data is touched ({acts}) only if {grounds}",
        fields={
            "acts": Several("acts", wider="stricter"),
            "grounds": Several(
                "only if", wider="looser", last="or", item=lambda ground: _GROUNDS[ground]
            ),
            "needs": OneOf("how many of the grounds must hold", order=("any", "all")),
            "protecting": Several("a minor is protected by", wider="looser"),
            "gap": Flag("reported as a gap, for the text does not speak of it"),
        },
        known_by=("acts",),
        added="stricter",
        certain=_certain,
    ),
    KindWords(
        "minor_clean_up",
        whom="people",
        about="the time to erase a minor's data without a guardian's consent",
        states="a minor's data without a guardian's consent is erased within {limit}",
        fields={
            **clock("looser"),
            "verifiable": Flag("only a consent that can be verified counts", yes_is="stricter"),
            "starts": Several(
                "starts with",
                wider="stricter",
                last="or",
                item=lambda start: _STARTS[start],
            ),
            "gap": Flag("reported as a gap, for the text does not speak of it"),
        },
        known_by=("starts",),
        added="stricter",
    ),
)
