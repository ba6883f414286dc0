"""Of what happens when an account is cancelled or the service ends, and of backups."""

from typing import Final

from lineage.policy.diff.about.clock import clock
from lineage.policy.diff.kind_words import KindWords
from lineage.policy.diff.several import Several
from lineage.policy.diff.shapes import Flag, Period

ENDING: Final = (
    KindWords(
        "erasure_after_cancellation",
        whom="people",
        about="the time to erase data after the account is cancelled",
        states="cancelling the account erases data within {limit}",
        fields={
            "start": Several("counted from the first on record of", ordered=True),
            **clock("looser"),
        },
        added="stricter",
    ),
    KindWords(
        "await_deletion_request",
        whom="people",
        about="cancelling the account",
        states="cancelling the account erases nothing before a deletion request",
    ),
    KindWords(
        "account_data",
        whom="people",
        about="what the account consists of",
        states="the account consists of {categories}; a cancellation erases nothing else",
        fields={"categories": Several("categories", wider="stricter")},
        added="looser",
    ),
    KindWords(
        "end_of_service",
        whom="people",
        about="the end of the service",
        states="the end of the service is told by {notice_forms}, and everything is erased",
        fields={
            "notice_forms": Several("told by", wider="looser", last="or"),
            "stop_collecting": Period("collecting stops within", longer="looser", there="stricter"),
            "only_permanent": Flag("only an end for good", yes_is="looser"),
        },
        added="stricter",
    ),
    KindWords(
        "backup_duty",
        whom="us",
        about="backups that still hold erased data",
        states="backups may still hold what was erased",
        fields={
            "isolate": Flag(
                "they are not used until updated", "they need not be isolated", yes_is="stricter"
            )
        },
    ),
    KindWords(
        "backup_alert",
        whom="us",
        about="the time until somebody must look after a backup with erased data",
        states="somebody must look after a backup with erased data within {limit}",
        fields=clock("looser"),
        added="stricter",
    ),
)
