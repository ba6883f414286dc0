"""The life cycle of a notice to one recipient, as ``fold.requests`` makes its state.

An answer may come before we know that the notice arrived, and twice, and in any order: a notice
moves on and never back, and is closed once every category of it is erased or declined for good.
"""

from __future__ import annotations

from typing import Final

from lineage.domain.facts import NoticeState
from lineage.domain.lifecycles.table import Lifecycle, rows

_WAITING: Final = ("planned", "sent", "acknowledged", "working", "awaiting_person")
_CLOSED: Final = ("refused", "kept_by_law", "unreachable")

NOTICE: Final = Lifecycle(
    name="Notice",
    means={
        NoticeState.PLANNED: "must be sent",
        NoticeState.SENT: "the recipient has it: its endpoint took it",
        NoticeState.ACKNOWLEDGED: "it says that it has it",
        NoticeState.WORKING: "it says that it is at it",
        NoticeState.ERASED: "it says that it has erased all of the categories",
        NoticeState.REFUSED: "it holds an authorisation of the person's own",
        NoticeState.KEPT_BY_LAW: "a law makes it keep the data",
        NoticeState.UNREACHABLE: "an officer says that nobody can reach it any more",
        NoticeState.AWAITING_PERSON: (
            "nobody can be told by machine, or the answer is none of the grounds that close it"
        ),
    },
    acts={
        "notice_planned": "the tracker, in the transaction of the decision or of the late share",
        "recipient_notified": "the dispatcher",
        "recipient_acknowledged": "the recipient, or `lineage request answer`",
        "recipient_working": "the recipient, or `lineage request answer`",
        "recipient_deleted": "the recipient, or `lineage request answer`",
        "recipient_declined": "the recipient, or `lineage request answer`",
        "notice_escalated": "the dispatcher",
        "notice_widened": "the tracker: more has surfaced before anybody claimed it",
    },
    steps=(
        *rows([None], ["notice_planned"], ["planned"]),
        *rows(["planned", "awaiting_person"], ["recipient_notified"], ["sent"]),
        *rows(["planned", "sent"], ["recipient_acknowledged"], ["acknowledged"]),
        *rows(["planned", "sent", "acknowledged"], ["recipient_working"], ["working"]),
        *rows(["awaiting_person"], ["recipient_acknowledged"], ["acknowledged"]),
        *rows(["awaiting_person"], ["recipient_working"], ["working"]),
        *rows([*_WAITING, *_CLOSED], ["recipient_deleted"], ["erased"]),
        # The rest of it was declined before.
        *rows([*_WAITING, "unreachable"], ["recipient_deleted"], ["refused", "kept_by_law"]),
        *rows(["kept_by_law"], ["recipient_deleted"], ["refused"]),
        *rows(_WAITING, ["recipient_deleted"], ["unreachable"]),
        *rows(_WAITING, ["recipient_declined"], [*_CLOSED, "awaiting_person"]),
        *rows(
            ["unreachable"], ["recipient_declined"], ["refused", "kept_by_law", "awaiting_person"]
        ),
        # It has said before that it will not erase what it is only asked now.
        *rows(["planned", "acknowledged", "working"], ["notice_widened"], ["awaiting_person"]),
        # What no ground was given for is answered: back to where the rest of it was.
        *rows(["awaiting_person"], ["recipient_deleted", "recipient_declined"], _WAITING[:-1]),
        *rows(_WAITING, ["notice_escalated"], ["awaiting_person"]),
    ),
)
