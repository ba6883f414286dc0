"""Of what binds whoever receives data."""

from typing import Final

from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, OneOf
from lineage.policy.diff.vocabulary import recipient

BOUNDS: Final = (
    KindWords(
        "purpose_bound",
        whom="recipients",
        about="use for other purposes by {recipients}",
        states="{recipients} may use data for no other purpose",
        fields={
            "recipients": Several(
                "recipients",
                wider="stricter",
                more="is now also forbidden to {}",
                less="is no longer forbidden to {}",
                item=recipient,
            ),
            "on": Several("held to it on", wider="stricter"),
            "not_other": Several("no other purposes are", wider="looser"),
            "consent_to": OneOf(
                "consent anew is given to", order=("either", "controller"), silent="controller"
            ),
        },
        known_by=("recipients",),
        added="stricter",
        in_order=True,
    ),
    KindWords(
        "evidence_needed",
        whom="recipients",
        about="shares that need {evidence}",
        states="a share needs {evidence}",
        fields={
            "evidence": OneOf("needed is"),
            "recipients": Several(
                "only those with", wider="stricter", every="anyone", item=recipient
            ),
            "not_recipients": Several("but not those with", wider="looser", item=recipient),
            "categories": Several("only those of", wider="stricter", every="any personal data"),
            "personal": Flag(
                "only where something of it is personal",
                "even where nothing of it is personal",
                yes_is="looser",
                silent=True,
            ),
        },
        known_by=("evidence",),
        added="stricter",
    ),
)
