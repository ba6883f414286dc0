"""How long data is kept, at most and at least, and what may stand in for erasing it."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import Cleared, ErasureMethod, Store
from lineage.events.types import Category, Distinct
from lineage.policy.rule import Clock, Rule

Methods = Annotated[Distinct[ErasureMethod], Field(min_length=1)]


class RetentionLimit(Clock):
    """A period after which data must be gone, at the latest: the end of its last day.

    Read by ``retention``: of several periods, and of a request or cancellation besides, the
    earliest last day counts. What starts it also says which data it is about, unless ``categories``
    narrow it.
    """

    kind: Literal["retention_limit"]
    start: Literal["log_recorded", "order_completed", "combination_ended"] = Field(
        description="Each log record, each completed order, or the end of a combination that made "
        "data personal: the data it names."
    )
    categories: Distinct[Category] = Field(
        (), description="Only these of the data; absent: all that the start names."
    )


class RetentionMinimum(Clock):
    """A period from the completion of an order in which its data must be kept.

    Read by ``retention`` (action hold, and erase without a last day when the time is over), by the
    plan (kept data is not erased) and by ``status`` (cleared data is hidden). An event that erases
    such data in that time breaks the rule.
    """

    kind: Literal["retention_minimum"]
    categories: Annotated[Distinct[Category], Field(min_length=1)] = Field(
        description="What of an order must be kept."
    )


class RetentionByNeed(Rule):
    """Data is kept as long as its purpose needs, and longer only for these reasons.

    Read by ``retention``: the rule of the action review, and of a hold on record.
    """

    kind: Literal["retention_by_need"]
    longer_for: Distinct[Literal["law", "public_interest", "research", "consent", "safety"]] = (
        Field((), description="Why it may be kept longer.")
    )


class LegalHold(Rule):
    """A hold on record keeps the data it names, whatever asks for its erasure.

    Read by ``retention`` (action hold) and by ``status``: data under a hold is hidden when the
    person clears it.
    """

    kind: Literal["legal_hold"]


class ErasureMethodRule(Rule):
    """How data must be made to go on an occasion: erased, or anonymised instead.

    Read by ``cancellation``. Where the text is the policy's own, an event that uses another method
    breaks it: on a cancellation any that comes after it, at the end of the retention one that
    leaves the data identifiable. A default only fills in what the text leaves open; it is no
    finding.
    """

    kind: Literal["erasure_method"]
    when: Literal["cancellation", "deletion_request", "retention_end"] = Field(
        description="Why the data goes."
    )
    methods: Methods = Field(description="How it may go.")


class CountsAsErased(Rule):
    """Which copies must be gone before data counts as erased.

    Read by ``status``, ``retention`` and ``cancellation``.
    """

    kind: Literal["counts_as_erased"]
    stores: Annotated[Distinct[Store], Field(min_length=1)] = Field(
        description="Only an erasure in one of these makes data erased."
    )


class SelfClearing(Rule):
    """What a person can clear without asking; what must be kept is then hidden from the person.

    Read by ``retention``: what was cleared under a hold must go when the hold ends.
    """

    kind: Literal["self_clearing"]
    what: Annotated[Distinct[Cleared], Field(min_length=1)] = Field(
        description="What the policy lets people clear themselves."
    )
