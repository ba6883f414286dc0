"""Of how long data is kept."""

from typing import Final

from lineage.policy.diff.about.clock import clock
from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import OneOf

_STARTS: Final = {
    "log_recorded": "a log record",
    "order_completed": "a completed order",
    "combination_ended": "the end of a combination that identified",
}

RETENTION: Final = (
    KindWords(
        "retention_limit",
        whom="people",
        about="the longest time that data may be kept after {start}",
        states="data may be kept for {limit} at most after {start}",
        fields={
            "start": OneOf("counted from", says=lambda start: _STARTS[start]),
            **clock("looser"),
            "categories": Several(
                "only of", wider="stricter", every="all that it names", empty_is_all=True
            ),
        },
        known_by=("start", "categories"),
        added="stricter",
    ),
    KindWords(
        "retention_minimum",
        whom="people",
        about="the time that data of an order must be kept",
        states="{categories} of an order must be kept for {limit}",
        fields={
            "categories": Several("what"),
            # Neither is better: people may want their data kept, or gone.
            **clock("other"),
        },
        known_by=("categories",),
    ),
    KindWords(
        "retention_by_need",
        whom="people",
        about="keeping data beyond its purpose",
        states="data is kept as long as its purpose needs",
        fields={
            "longer_for": Several(
                "longer only for",
                wider="looser",
                more="is now also allowed for {}",
                less="is no longer allowed for {}",
            )
        },
    ),
    KindWords(
        "legal_hold",
        whom="people",
        about="holds",
        states="a hold on record keeps the data that it names",
    ),
    KindWords(
        "erasure_method",
        whom="people",
        about="how data goes because of {when}",
        states="because of {when}, data may go in these ways: {methods}",
        fields={"when": OneOf("because of"), "methods": Several("ways", wider="looser", last="or")},
        known_by=("when",),
    ),
    KindWords(
        "counts_as_erased",
        whom="people",
        about="when data counts as erased",
        states="data counts as erased once it is gone from {stores} systems",
        fields={"stores": Several("gone from", wider="looser", last="or")},
    ),
    KindWords(
        "self_clearing",
        whom="people",
        about="what people can clear themselves",
        states="people can clear {what} themselves",
        fields={"what": Several("what", wider="stricter")},
        added="stricter",
    ),
)
