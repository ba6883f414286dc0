"""Of rules on who may receive what."""

from typing import Final

from lineage.policy.diff.kind_words import BEING_THERE, KindWords, Values
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, Number, OneOf
from lineage.policy.diff.vocabulary import recipient

_CONDITIONS: Final = frozenset({"purposes", "legal_bases", "chosen", "institution", "asked"})


def _certain(values: Values, name: str) -> bool:
    """A row that limits both permits and forbids; a further condition is one more that may be
    stated where one must.
    """
    if name in {BEING_THERE, "recipients"}:
        return not values["limits"]
    return not (name in _CONDITIONS and values["on_record"])


RECIPIENTS: Final = (
    KindWords(
        "may_receive",
        whom="recipients",
        about="{recipients}",
        states="{recipients} may receive {categories}",
        fields={
            "recipients": Several("the rule is about", wider="looser", item=recipient),
            "categories": Several(
                "may receive",
                wider="looser",
                every="everything",
                more="may now also receive {}",
                less="may no longer receive {}",
            ),
            "sensitive": Flag(
                "even what is sensitive", "not what is sensitive", yes_is="looser", silent=True
            ),
            "functions": Several("only those that do", wider="looser", every="anything", last="or"),
            "not_functions": Several("but not those that do", wider="stricter", last="or"),
            "processor": Flag("only those on record as working for us", yes_is="stricter"),
            "own_purposes": Flag("even for advertising of their own", yes_is="looser"),
            "purposes": Several(
                "only for the purpose of",
                wider="looser",
                every="any purpose",
                empty_is_all=True,
                last="or",
            ),
            "legal_bases": Several(
                "on the basis of", wider="looser", every="anything", empty_is_all=True, last="or"
            ),
            "chosen": Flag("only where the person chose them", yes_is="stricter"),
            "institution": OneOf("only institutions of the kind", there="stricter"),
            "asked": OneOf("only where they asked because of", none="nothing", there="stricter"),
            "not_reidentified": Flag("only what they have not re-identified", yes_is="stricter"),
            "on_record": Flag("only where a condition is stated", yes_is="stricter"),
            "limits": Flag("what they get beyond breaks this rule", yes_is="stricter"),
            "gap": Flag("reported as a gap, for the text does not speak of it"),
        },
        known_by=("recipients",),
        added="looser",
        certain=_certain,
        in_order=True,
    ),
    KindWords(
        "share_closed",
        whom="recipients",
        about="the ban on sharing what no rule permits",
        states="what no rule permits may not be shared with {recipients}",
        fields={
            "recipients": Several("with", wider="stricter", every="anyone", item=recipient),
            "functions": Several("only those that do", wider="stricter", every="anything"),
        },
        known_by=("recipients",),
        added="stricter",
        in_order=True,
    ),
    KindWords(
        "share_by_consent",
        whom="recipients",
        about="sharing by consent",
        states="{recipients} may receive what the person consented to",
        fields={
            "recipients": Several("with", wider="looser", every="anyone", item=recipient),
            "forms": Several("consent that is", wider="looser", every="of any form", last="or"),
            "gap": Flag("reported as a gap, for the text does not speak of it"),
        },
        known_by=("recipients",),
        added="looser",
    ),
    KindWords(
        "share_exception",
        whom="recipients",
        about="sharing without consent",
        states="data may be shared without consent for {exceptions}",
        fields={"exceptions": Several("reasons", wider="looser")},
        added="looser",
    ),
    KindWords(
        "sharing_notice",
        whom="recipients",
        about="sharing after a notice",
        states="a share that no rule permits needs {asks} first",
        fields={"asks": OneOf("asked for")},
        known_by=("asks",),
    ),
    KindWords(
        "share_after_withdrawal",
        whom="recipients",
        about="sharing after a consent was withdrawn",
        states="nothing is shared on a consent that was withdrawn",
        added="stricter",
    ),
    KindWords(
        "share_after_opt_out",
        whom="recipients",
        about="sharing after opting out",
        states="{recipients} get nothing of a person who opted out of {of}",
        fields={
            "recipients": Several(
                "with",
                wider="stricter",
                more="is now also forbidden with {}",
                less="is no longer forbidden with {}",
                item=recipient,
            ),
            "of": OneOf("by opting out of"),
            "paid": Flag("only what they pay for", yes_is="looser", silent=False),
        },
        known_by=("recipients", "of"),
        added="stricter",
    ),
    KindWords(
        "never_sold",
        whom="recipients",
        about="the ban on giving personal data away for money",
        states="personal data is not given away for money by {modes}",
        fields={
            "modes": Several(
                "ways",
                wider="stricter",
                more="now also covers {}",
                less="no longer covers {}",
                last="or",
            ),
            "not_recipients": Several("but not payments by", wider="looser", item=recipient),
        },
        added="stricter",
        in_order=True,
    ),
    KindWords(
        "sensitive",
        whom="people",
        about="what is sensitive",
        states="sensitive are {categories}",
        fields={
            "categories": Several("categories", wider="stricter", nothing="no categories"),
            "children_under": Number("all data of children under", higher="stricter"),
        },
        added="stricter",
    ),
)
