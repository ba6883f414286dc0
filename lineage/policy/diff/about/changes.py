"""Of breaches, of changes of the policy itself, and of what it says of itself."""

from dataclasses import dataclass
from typing import Any, Final

from lineage.policy.diff.about.clock import clock
from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, OneOf


@dataclass(frozen=True)
class _Fact(OneOf):
    """What is said or not; which facts a rule states tells it from others."""

    none: str = "not said"

    def alike(self, one: Any, other: Any) -> float:
        """Return 1 where both say something of it, or neither does."""
        return float((one is None) == (other is None))

    def detail(self, value: Any) -> str:
        """Return the fact, where it is said."""
        return "" if value is None else f"{self.name}: {self.shown(value)}"


def _yes_or_no(value: bool) -> str:  # noqa: FBT001 (a value of the file)
    return "yes" if value else "no"


CHANGES: Final = (
    KindWords(
        "breach_notice",
        whom="people",
        about="the time to tell people of a breach",
        states="people are told of a breach within {limit}",
        fields={
            **clock("looser"),
            "channels": Several("told by", wider="looser", every="any channel", last="or"),
            "content": Several("told of", wider="stricter"),
            "announcement": Flag(
                "an announcement does for whom cannot be told",
                "no announcement does instead",
                yes_is="looser",
            ),
            "regulator": Flag(
                "the regulator is told", "the regulator need not be told", yes_is="stricter"
            ),
        },
        added="stricter",
    ),
    KindWords(
        "change_consent",
        whom="people",
        about="consent to a policy that cuts rights",
        states="a new version cuts no rights without express consent",
        fields={"only_flagged": Flag("only said, for the text does not promise it")},
        added="stricter",
    ),
    KindWords(
        "change_notice",
        whom="people",
        about="the notice of changes that matter",
        states="a change that matters is told by {notice_forms}",
        fields={
            "notice_forms": Several("told by", wider="looser", last="or"),
            "change_kinds": Several("changes that matter", wider="stricter"),
            "high_risk": OneOf("of high risk is", there="stricter"),
        },
        added="stricter",
    ),
    KindWords(
        "change_archive",
        whom="people",
        about="former versions of the policy",
        states="former versions of the policy are kept where people can read them",
        added="stricter",
    ),
    KindWords(
        "policy_fact",
        whom="people",
        about="what the policy says of itself",
        states="what the policy says of itself",
        fields={
            "use_binds": _Fact(
                "going on using the service binds to a changed policy", says=_yes_or_no
            ),
            "affiliate_consent_by": _Fact(
                "who asks for consent when an affiliate changes its purpose"
            ),
            "important_messages_optional": _Fact(
                "users may opt out of important messages", says=_yes_or_no
            ),
        },
        known_by=("use_binds", "affiliate_consent_by", "important_messages_optional"),
    ),
    KindWords(
        "combination",
        whom="people",
        about="how data becomes personal by being combined",
        states="data that is combined so that it identifies is personal",
        fields={
            "lasts": OneOf("it stays so", order=("until_ended", "for_ever")),
            "together": Flag("all words of a row become personal together", yes_is="stricter"),
        },
        added="stricter",
    ),
    KindWords(
        "stated",
        whom="us",
        about="what no event can show",
        states="stated, and shown by no event",
        known_by=None,
        judged=False,
    ),
)
