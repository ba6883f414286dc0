"""What a letter to a recipient says, as data; its words and its looks are in ``render.letters``."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from lineage.service.answers import Answer, Question


class LetterIdentifier(Answer):
    """One thing by which the recipient knows the person; its registry entry accepts it."""

    type: str
    value: str = Field(repr=False)


class LetterNotice(Answer):
    """One open notice: what is still to be erased, and which rule demands it.

    ``erase_by`` is null where the policy has no word for it; ``says`` where the policy in force
    has no such rule any more.
    """

    notice_id: str
    categories: list[str]
    erase_by: date | None
    answer_by: date
    duty: Literal["policy", "default"]
    rule: str
    says: str | None


class Letter(Question):
    """``lineage request letter REQUEST --recipient NAME``.

    The id of the person is in it only where the recipient accepts it. ``name`` is the controller's
    for people, ``contact`` the office of the recipient that the registry names.
    """

    request: str
    recipient: str
    name: str
    contact: str | None
    written_on: date
    person: list[LetterIdentifier]
    notices: list[LetterNotice]
    forward_duty: bool
    reply_to: str | None
