"""Of refusals and fees."""

from typing import Final

from lineage.policy.diff.kind_words import BEING_THERE, KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, Number


def _certain(values: Values, name: str) -> bool:
    """A rule that both names grounds and excludes some is milder and stricter at once."""
    if name in {BEING_THERE, "rights"}:
        return not (values["not_grounds"] or values["no_other"])
    return name != "under_hold" or bool(values["grounds"])


REFUSALS: Final = (
    KindWords(
        "refusal_ground",
        whom="people",
        about="refusing requests for {rights}",
        states="requests for {rights} may be refused on these grounds: {grounds}",
        fields={
            "grounds": Several(
                "grounds",
                wider="looser",
                more="is now also allowed for {}",
                less="is no longer allowed for {}",
                last="or",
            ),
            "not_grounds": Several("never on", wider="stricter", last="or"),
            "rights": Several(
                "requests for", wider="looser", every="anything", empty_is_all=True, last="or"
            ),
            "under_hold": Flag("only for data under a hold on record", yes_is="stricter"),
            "no_other": Flag("any other ground breaks this rule", yes_is="stricter"),
        },
        known_by=("rights", "grounds"),
        added="looser",
        certain=_certain,
    ),
    KindWords(
        "repetition",
        whom="people",
        about="when a request is repetitive",
        states="a request is repetitive if it is number {count} within {within}",
        fields={
            "count": Number("number", higher="stricter"),
            "within": Number("within", higher="looser", unit=" calendar days"),
        },
    ),
    KindWords(
        "request_fee",
        whom="people",
        about="the fee for a request",
        states="requests are free, and a repetitive one may cost a fee",
    ),
)
