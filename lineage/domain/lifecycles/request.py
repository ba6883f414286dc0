"""The life cycle of a request, a cancellation of an account among them.

Its state is made by ``planning.states``, and by ``questions.entitlement`` up to the decision. Once
a request is accepted, whatever comes on record may move it: a share that came late opens it again,
an erasure closes it. Those steps stand under ``FACTS``.
"""

from __future__ import annotations

from typing import Final

from lineage.domain.lifecycles.table import DAY_PASSED, Lifecycle, rows, stays

FACTS: Final = "facts"
"""Whatever is reported: shares, erasures, answers, holds, what stood in the way of a right."""

_UNDECIDED: Final = ("received", "needs_evaluation", "verified", "triaged")
_ACCEPTED: Final = ("accepted", "partly")
_RUNNING: Final = ("in_progress", "unfulfilled", "fulfilled")
_DECISIONS: Final = ("request_decided", "account_cancellation_approved")
_RECEIPTS: Final = ("request_received", "account_cancellation_requested")

REQUEST: Final = Lifecycle(
    name="Request",
    means={
        "received": "on record, not decided",
        "needs_evaluation": (
            "the same, without a reason that the policy lists: an officer must look first (D-08)"
        ),
        "verified": "not decided; the sender has proved who they are",
        "triaged": "not decided; it is known what is asked for",
        "withdrawn": "taken back before an accepting decision",
        "refused": "decided against",
        "accepted": (
            "accepted, and no recipient has to be told, while an own system still holds data;"
            " or a right for which nobody is told"
        ),
        "partly": "the same, accepted in part",
        "in_progress": "notices are out, or due, and not everybody is done",
        "unfulfilled": (
            "every last day to erase has passed and somebody has not answered for good"
        ),
        "fulfilled": (
            "every notice is closed or its recipient is left out by now, and no own system holds"
            " what was asked for"
        ),
    },
    acts={
        "request_received": "a service, or `lineage request open`",
        "account_cancellation_requested": "a service",
        "identity_verified": "a service, or `lineage request verify`",
        "request_triaged": "an officer: `lineage request triage`",
        "request_withdrawn": "an officer: `lineage request withdraw`",
        "request_decided": "an officer: `lineage request decide`",
        "account_cancellation_approved": "an officer",
        FACTS: "services, recipients, and the notices that the tracker plans upon what they report",
        DAY_PASSED: "time",
    },
    steps=(
        *rows([None], ["request_received"], ["received", "needs_evaluation"]),
        *rows(
            [None],
            ["account_cancellation_requested"],
            ["received", "accepted", *_RUNNING[::2]],
        ),
        *rows(["received"], ["identity_verified"], ["verified"]),
        *rows(["received", "verified"], ["request_triaged"], ["triaged", "needs_evaluation"]),
        *rows(["triaged"], ["request_triaged"], ["needs_evaluation"]),
        *stays(["needs_evaluation", "triaged"], ["request_triaged", "identity_verified"]),
        *stays(["verified"], ["identity_verified"]),
        *rows(["needs_evaluation"], [FACTS], ["received", "verified", "triaged"]),
        *rows([*_UNDECIDED, "refused"], ["request_withdrawn"], ["withdrawn"]),
        *rows(_UNDECIDED, ["request_decided"], ["refused", *_ACCEPTED, *_RUNNING[::2]]),
        *rows(_UNDECIDED, ["account_cancellation_approved"], ["accepted", *_RUNNING[::2]]),
        # An account that is cancelled, whatever was decided.
        *rows(
            ["received", "verified", "triaged", "withdrawn"], [FACTS], ["accepted", *_RUNNING[::2]]
        ),
        *rows([*_ACCEPTED, *_RUNNING], [FACTS], _RUNNING[::2]),
        # Who could not be reached for a while got more; its days have passed.
        *rows(["fulfilled"], [FACTS], ["unfulfilled"]),
        # Nobody had to be told, and an own system has got what was asked for.
        *rows(["fulfilled"], [FACTS], _ACCEPTED),
        *rows(["in_progress"], [DAY_PASSED], ["unfulfilled"]),
        # A hold has ended, or a law that somebody kept data by.
        *rows([*_ACCEPTED, "fulfilled", "unfulfilled"], [DAY_PASSED], ["in_progress"]),
        *rows(_ACCEPTED, [DAY_PASSED], ["fulfilled", "unfulfilled"]),
        *rows(["fulfilled"], [DAY_PASSED], ["unfulfilled"]),
        # An account is erased on its day, whatever was decided.
        *rows(
            ["received", "verified", "triaged", "withdrawn"],
            [DAY_PASSED],
            ["accepted", *_RUNNING[::2]],
        ),
        *rows(["refused"], [DAY_PASSED], _RUNNING[::2]),
    ),
)
