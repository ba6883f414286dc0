"""Checks of what events say of people: consents only stated, ids that tell who somebody is.

Everybody is gone through for them, so what is kept here does not grow with how many there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from lineage.policy.lint.flaw import Flaw

NAMES_SHOWN: Final = 3
_TELLING: Final = {
    "an e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    # Digits alone are as likely a customer number.
    "a telephone number": re.compile(r"(tel:)?\+(?:[0-9][ ()./-]*){7,15}"),
}


@dataclass(slots=True)
class StatedConsents:
    """Consents that events of one source name and nobody recorded: how many events, and the names
    that come first in the alphabet, one more than are shown.
    """

    events: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count an event that names this consent."""
        self.events += 1
        if name not in self.names:
            self.names = sorted([*self.names, name])[: NAMES_SHOWN + 1]

    @property
    def shown(self) -> str:
        """A few of the names, as a sentence has them."""
        more = " and others" if len(self.names) > NAMES_SHOWN else ""
        return ", ".join(self.names[:NAMES_SHOWN]) + more


@dataclass(slots=True)
class PeopleOnRecord:
    """What was counted of the people of one controller: stated consents by source, and ids by what
    they look like.
    """

    stated: dict[str, StatedConsents] = field(default_factory=dict)
    telling: Counter[str] = field(default_factory=Counter)

    def add_stated(self, source: str, consent_id: str) -> None:
        """Count an event of this source that names a consent of which no grant is on record."""
        self.stated.setdefault(source, StatedConsents()).add(consent_id)

    def add_ids(self, ids: Iterable[str]) -> None:
        """Count those that look like something by which anybody knows the person."""
        for one in ids:
            self.telling.update(
                what for what, looks in _TELLING.items() if looks.fullmatch(one.strip())
            )


def consent_not_on_record(people: PeopleOnRecord) -> Iterator[Flaw]:
    """Events name a consent (`consent_id`) of which no grant is on record for the person
    (`consent_granted` under the same name). It is taken as the word of the service that sent them.
    """
    for source, stated in sorted(people.stated.items()):
        count = "1 event" if stated.events == 1 else f"{stated.events:,} events"
        yield Flaw(
            ("id",),
            f"{source} names consents that nobody is on record to have given, in {count}: "
            f"{stated.shown}",
            "record each as consent_granted with this consent_id, or correct the name where it is "
            "sent",
        )


def subject_tells_who(people: PeopleOnRecord) -> Iterator[Flaw]:
    """Events have for their `subject` what looks like an e-mail address or a telephone number (with
    its +). An id should tell nobody who it is: it stands in messages, in answers and in logs.
    """
    for what, number in sorted(people.telling.items()):
        ids = "1 id of a person looks" if number == 1 else f"{number:,} ids of people look"
        yield Flaw(
            ("id",),
            f"{ids} like {what}",
            "let services send an id of their own making; identity_linked ties the other one to it",
        )
