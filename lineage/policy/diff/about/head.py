"""Of the head of a policy: which categories are personal, its own words, the calendar."""

from typing import Final

from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import OneOf

CATEGORY_WORDS: Final = "category_words"
NEVER_PERSONAL: Final = "never_personal"
IN_COMBINATION: Final = "personal_in_combination"
CALENDAR: Final = "calendar"


def _place(value: dict[str, str | None]) -> str:
    return "-".join(code for code in (value["country"], value["part"]) if code)


HEAD: Final = (
    KindWords(
        CATEGORY_WORDS,
        whom="us",
        about="category words of its own",
        states="category words of its own are {categories}",
        fields={"categories": Several("words")},
    ),
    KindWords(
        NEVER_PERSONAL,
        whom="people",
        about="what is never personal data",
        states="never personal data are {categories}",
        fields={"categories": Several("categories", wider="looser")},
        known_by=("categories",),
        added="looser",
    ),
    # A word may come from "never" or from what is always personal: stricter or looser.
    KindWords(
        IN_COMBINATION,
        whom="people",
        about="what is personal data only in combination",
        states="personal data only in combination are {categories}",
        fields={"categories": Several("categories")},
        known_by=("categories",),
    ),
    KindWords(
        CALENDAR,
        whom="us",
        about="working days",
        states="working days are Monday to Friday less the days off",
        fields={
            "holidays": Several("days off", item=str),
            "public_holidays": OneOf("public holidays of", says=_place),
        },
    ),
)
