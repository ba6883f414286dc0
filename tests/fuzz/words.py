"""The small world of one composition: the few words, names and days that policy and events share.

What never meets is never judged, so every list here is short; what lists there are is drawn anew
for each composition, so that in the end every word of the contract has had its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from lineage.policy.categories import CANONICAL_CATEGORIES

CONTROLLER: Final = "composed"
PREFIX: Final = "900"
OWN_CATEGORIES: Final = ("loyalty_tier", "shoe_size")
"""Words that the policy adds to the canonical list"""

OF_MEANING: Final = ("order_no", "order_info", "search_history", "cookie_id", "account_information")
"""Words that mean more than others to the questions about orders, clearing and accounts"""

PEOPLE: Final = ("ann", "ann-guest", "bea")
"""The person asked about, another id of hers, and somebody whose data came through her account"""

SOURCES: Final = ("/services/shop", "/services/till", "/services/help")
PARTIES: Final = ("Acme", "Borealis", "Cargo", "Dock", "person:bea")
PURPOSES: Final = ("delivery", "payment", "protect_minor", "own_ads", "own_marketing", "other_use")
REGIONS: Final = ("EU", "FR", "PRC", "US", "US-CA", "US-NY", "GB")
TEXTS: Final = ("tax", "court", "shipping", "live_chat")
FIRST_DAYS: Final = (date(2023, 12, 28), date(2024, 2, 26), date(2025, 2, 26), date(2025, 8, 29))
"""Each is shortly before the end of a month, of a year, or a leap day"""

FAR_DAYS: Final = (date(1900, 1, 1), date(2012, 2, 29), date(2026, 12, 31), date(9999, 12, 31))
DAYS: Final = 6
LATER: Final = (7, 30, 31, 90, 365, 731)
"""Days after the first, beside the first six"""


@dataclass(frozen=True, slots=True)
class Words:
    """What one composition speaks of."""

    categories: Sequence[str]
    parties: Sequence[str]
    purposes: Sequence[str]
    regions: Sequence[str]
    days: Sequence[date]
    far: Sequence[date] = FAR_DAYS

    def day(self, rng: Random) -> date:
        """A day of the story, or seldom one far from it."""
        return rng.choice(self.far if self.far and rng.random() < 0.1 else self.days)


def drawn_words(rng: Random) -> Words:
    """The words of one composition."""
    first = rng.choice(FIRST_DAYS)
    return Words(
        categories=[
            *rng.sample(sorted(CANONICAL_CATEGORIES.difference(OF_MEANING)), 5),
            *rng.sample(OF_MEANING, 2),
            rng.choice(OWN_CATEGORIES),
        ],
        parties=PARTIES,
        purposes=rng.sample(PURPOSES, 4),
        regions=rng.sample(REGIONS, 5),
        days=[
            *(first + timedelta(days=n) for n in range(DAYS)),
            *(first + timedelta(days=n) for n in rng.sample(LATER, 3)),
        ],
    )
