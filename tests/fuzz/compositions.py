"""A composition: policy files and a history, all plain data, so that a person can replay it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Final

import yaml

from lineage.domain.facts import Recorded
from lineage.events.times import parse_time, to_micros
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from tests.fuzz.histories import composed_history, recorded
from tests.fuzz.policies import composed_policy
from tests.fuzz.values import Wire
from tests.fuzz.words import Words, drawn_words

TWO_VERSIONS: Final = 0.3
AFTER: Final = (0, 1, 40, 400, 1500)
"""Days after the last event at which it is asked a second time"""

LAST: Final = datetime(9999, 12, 30, 12, tzinfo=UTC)
"""Nothing is asked later"""


@dataclass(frozen=True)
class Composition:
    """Files and events as their JSON would be read; ``as_of`` are moments in microseconds."""

    seed: int
    policies: Sequence[Wire]
    events: Sequence[Wire]
    as_of: Sequence[int]
    words: Words = field(repr=False)

    @cached_property
    def library(self) -> Library:
        """The policies as the loader would give them."""
        return Library(Policy.model_validate(policy) for policy in self.policies)

    @cached_property
    def recorded(self) -> list[Recorded]:
        """Every event as the ledger would give it back, in order of recording."""
        return recorded(list(self.events))

    def shown(self) -> str:
        """Everything that it takes to see it again."""
        files = "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in self.policies)
        lines = "\n".join(json.dumps(event) for event in self.events)
        return f"seed: {self.seed}\nas of (microseconds): {list(self.as_of)}\n{files}\n{lines}\n"


def composed(seed: int) -> Composition:
    """The composition of a seed: the same one every time."""
    rng = Random(seed)
    words = drawn_words(rng)
    policies = [composed_policy(rng, words, version="1", effective_from=None)]
    if rng.random() < TWO_VERSIONS:
        since = rng.choice(words.days).isoformat()
        policies.append(composed_policy(rng, words, version="2", effective_from=since))
    events = composed_history(rng, words)
    return Composition(seed, policies, events, _moments(rng, events), words)


def _moments(rng: Random, events: Sequence[Wire]) -> list[int]:
    """A moment in the middle of the story, and one after it."""
    times = sorted(parse_time(event["time"]) for event in events)
    noon = datetime.combine(times[-1].date(), time(12), UTC)
    after = noon + min(timedelta(days=rng.choice(AFTER)), LAST - noon)
    return [to_micros(times[len(times) // 2]), to_micros(max(after, times[-1]))]
