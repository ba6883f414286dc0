"""Of what may be collected, and where it may come from."""

from typing import Final

from lineage.policy.diff.kind_words import BEING_THERE, KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag
from lineage.policy.diff.vocabulary import recipient

_CONDITIONS: Final = ("within_permissions", "by_law_only", "optional")


def _collects_is_certain(values: Values, name: str) -> bool:
    """A row with conditions both describes and forbids."""
    if name not in {BEING_THERE, "categories"}:
        return True
    return not any(values[condition] for condition in _CONDITIONS)


def _exception_is_certain(values: Values, name: str) -> bool:
    """A list that is closed both excuses and forbids."""
    return name != BEING_THERE or not values["no_other"]


def _attested_is_certain(values: Values, name: str) -> bool:
    """Of several rules the first that has the data counts, so a wider one may be the milder."""
    del values
    return name in {"written_demand", "confirm_sensitive"}


COLLECTION: Final = (
    KindWords(
        "collects",
        whom="people",
        about="what we say that we collect ({categories})",
        states="{categories} may be collected",
        fields={
            "categories": Several("categories", wider="looser"),
            "functions": Several(
                "for", wider="looser", every="any function", empty_is_all=True, last="or"
            ),
            "within_permissions": Flag(
                "only as the permissions of the device allow", yes_is="stricter"
            ),
            "by_law_only": Flag("only where a law demands it", yes_is="stricter"),
            "optional": Flag("nobody may be made to give it", yes_is="stricter"),
        },
        known_by=("categories",),
        added="looser",
        certain=_collects_is_certain,
    ),
    KindWords(
        "collection_closed",
        whom="us",
        about="the ban on collecting what is not described",
        states="what is not described may be collected only with consent",
        fields={
            "forms": Several("consent that is", wider="looser", every="of any form", last="or"),
            "by_function": Flag("a description is for its functions only", yes_is="stricter"),
            "also": Several("described as well are", wider="looser"),
        },
        added="stricter",
    ),
    KindWords(
        "collection_exception",
        whom="us",
        about="collecting without consent",
        states="data may be collected without consent for {exceptions}",
        fields={
            "exceptions": Several(
                "reasons",
                wider="looser",
                nothing="no reason",
                more="is now also allowed for {}",
                less="is no longer allowed for {}",
            ),
            "no_other": Flag("any other reason breaks this rule", yes_is="stricter"),
        },
        added="looser",
        certain=_exception_is_certain,
    ),
    KindWords(
        "authorised_by_person",
        whom="us",
        about="data that one person gives of another",
        states="who gives {categories} of another person holds that person's authorisation",
        fields={"categories": Several("what", wider="stricter", every="anything")},
        added="stricter",
        in_order=True,
    ),
    KindWords(
        "inbound_permission",
        whom="recipients",
        about="data that others send to us",
        states="others send us {categories} only as the account holder permits",
        fields={"categories": Several("what", wider="stricter", every="anything")},
        added="stricter",
    ),
    KindWords(
        "source_attested",
        whom="recipients",
        about="what a third party that gives data answers for",
        states="data from third parties needs consent, or a source that answers for it",
        fields={
            "on": Several("data that is"),
            "categories": Several("of", every="any category"),
            "not_categories": Several("but not"),
            "senders": Several("and all from", item=recipient),
            "written_demand": Flag("only as demanded in writing", yes_is="stricter"),
            "confirm_sensitive": Flag("the person confirms what is sensitive", yes_is="stricter"),
        },
        known_by=("on",),
        added="stricter",
        certain=_attested_is_certain,
        in_order=True,
    ),
)
