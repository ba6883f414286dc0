"""Of what the controller itself may do with data, messages and trackers."""

from typing import Final

from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, OneOf

USE: Final = (
    KindWords(
        "purpose_limit",
        whom="us",
        about="the ban on using data for other purposes",
        states="{categories} may be used only for what it was collected for, or with consent",
        fields={
            "categories": Several("data", wider="stricter", every="personal data"),
            "not_other": Several("always allowed are", wider="looser"),
        },
        added="stricter",
    ),
    KindWords(
        "use_after_withdrawal",
        whom="us",
        about="use after a consent was withdrawn",
        states="nothing is collected or used on a consent that was withdrawn",
        added="stricter",
    ),
    KindWords(
        "decision_explained",
        whom="people",
        about="the explanation of automated decisions",
        states="an automated decision is explained on request, with a remedy",
        added="stricter",
    ),
    KindWords(
        "message_opt_out",
        whom="people",
        about="opting out of messages",
        states="who opts out on a channel gets no {classes} messages there",
        fields={
            "classes": Several(
                "messages",
                wider="stricter",
                more="now also stops {} messages",
                less="no longer stops {} messages",
                last="or",
            )
        },
        added="stricter",
    ),
    KindWords(
        "tracking_stop",
        whom="people",
        about="stopping trackers by {by}",
        states="{by} stops trackers: {technologies}",
        fields={
            "by": OneOf("stopped by"),
            "technologies": Several(
                "technologies",
                wider="stricter",
                more="now also stops {}",
                less="no longer stops {}",
            ),
            "parties": Several("trackers that are", wider="stricter", last="or"),
            "by_mailing_list": Flag(
                "opting out of marketing by email stops them too", yes_is="stricter"
            ),
        },
        known_by=("by", "parties"),
        added="stricter",
    ),
)
