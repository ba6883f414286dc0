"""Of which rights a policy gives, and by when it answers."""

from typing import Final

from lineage.policy.diff.about.clock import clock
from lineage.policy.diff.kind_words import KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, OneOf, Period
from lineage.policy.diff.vocabulary import reason

_STEPS: Final = {"reply": "answer", "outcome": "carry out", "triage": "look at"}
_STARTS: Final = {
    "receipt": "its receipt",
    "identity_verified": "the check of identity",
    "triage": "the triage",
}


def _right_is_certain(values: Values, name: str) -> bool:
    """Only a right of the text entitles, and the first rule that fits is the one that counts: one
    that only puts requests before an officer may be the milder.
    """
    return values["basis"] == "policy" and (name == "evaluate" or not values["evaluate"])


REQUESTS: Final = (
    KindWords(
        "request_right",
        whom="people",
        about="the right to ask for {rights}",
        states="{requesters} may ask for {rights}",
        fields={
            "rights": Several(
                "what",
                wider="stricter",
                more="now also covers {}",
                less="no longer covers {}",
                last="or",
            ),
            "when": Several(
                "in case of",
                wider="stricter",
                every="anything",
                empty_is_all=True,
                last="or",
                item=reason,
            ),
            "residents_of": OneOf("only for people who live in", none="any place", there="looser"),
            "requesters": Several("who", wider="stricter", every="anybody", empty_is_all=True),
            "categories": Several("only of", wider="stricter", every="all data", empty_is_all=True),
            "evaluate": Flag("an officer must look at it first", yes_is="looser"),
        },
        known_by=("rights",),
        added="stricter",
        certain=_right_is_certain,
        in_order=True,
    ),
    KindWords(
        "request_clock",
        whom="people",
        about="the time to {step} a request for {rights}",
        states="the time to {step} a request for {rights} is {limit}",
        fields={
            "rights": Several(
                "requests for",
                wider="stricter",
                more="now also holds for {}",
                less="no longer holds for {}",
                last="or",
            ),
            "step": OneOf("what must be done", says=lambda step: _STEPS[step]),
            "start": OneOf(
                "counted from",
                order=("triage", "identity_verified", "receipt"),
                silent="receipt",
                says=lambda start: _STARTS[start],
            ),
            **clock("looser"),
            "by_decision": Flag("only a decision will do", yes_is="stricter"),
            "pausable": Flag("stands still while the request is paused", yes_is="looser"),
            "extension": Period("more time at most", longer="looser", there="looser"),
        },
        known_by=("step", "rights"),
        added="stricter",
    ),
    KindWords(
        "identity_check",
        whom="people",
        about="the check of identity for {rights}",
        states="who asks for {rights} may have to prove their identity first",
        fields={
            "rights": Several("requests for", last="or"),
            "stops_clock": Flag(
                "the clock stands still meanwhile", "the clock runs on", yes_is="looser"
            ),
        },
        known_by=("rights",),
    ),
    KindWords(
        "reply_channel",
        whom="people",
        about="how what was asked for ({rights}) is delivered",
        states="what was asked for ({rights}) is delivered by {channel}",
        fields={"rights": Several("requests for", last="or"), "channel": OneOf("by")},
        known_by=("rights",),
        in_order=True,
    ),
)
