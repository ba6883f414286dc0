"""The words of every kind under its name."""

from collections.abc import Mapping
from typing import Final

from lineage.policy.diff.about.bounds import BOUNDS
from lineage.policy.diff.about.changes import CHANGES
from lineage.policy.diff.about.collection import COLLECTION
from lineage.policy.diff.about.ending import ENDING
from lineage.policy.diff.about.fan_out import FAN_OUT
from lineage.policy.diff.about.head import HEAD
from lineage.policy.diff.about.mergers import MERGERS
from lineage.policy.diff.about.minors import MINORS
from lineage.policy.diff.about.places import PLACES
from lineage.policy.diff.about.recipients import RECIPIENTS
from lineage.policy.diff.about.refusals import REFUSALS
from lineage.policy.diff.about.requests import REQUESTS
from lineage.policy.diff.about.retention import RETENTION
from lineage.policy.diff.about.use import USE
from lineage.policy.diff.kind_words import KindWords

KINDS: Final[Mapping[str, KindWords]] = {
    words.kind: words
    for topic in (
        *(HEAD, RECIPIENTS, BOUNDS, USE, COLLECTION, REQUESTS, REFUSALS, RETENTION, ENDING),
        *(FAN_OUT, MERGERS, MINORS, PLACES, CHANGES),
    )
    for words in topic
}
