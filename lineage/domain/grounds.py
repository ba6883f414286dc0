"""Which grounds carry the refusal of a request, or of a part of it, and what was refused. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.history import History
from lineage.domain.history.keeping import Keeping
from lineage.domain.history.own import OwnData
from lineage.domain.history.requested import Timeline
from lineage.events import RequestDecided, RequestReceived
from lineage.events.times import from_micros
from lineage.events.types import CONTROLLER
from lineage.policy.kinds.refusals import RefusalGround, Repetition, RequestFee
from lineage.policy.model import Policy

_BY_LAW = "legal_obligation"
_AGAIN = "repetitive"


@dataclass(frozen=True, slots=True)
class Refused:
    """What became of a refusal: the rule that carries it, or the data refused without any.

    ``bare`` is empty where all that was asked for was refused alike.
    """

    rule: RefusalGround | None
    bare: frozenset[str] = frozenset()


class Grounds:
    """The grounds of refusal for one request under one policy."""

    def __init__(self, policy: Policy, history: History, timeline: Timeline) -> None:
        """``timeline`` is one of the requests of ``history``, with its receipt."""
        self._policy = policy
        self._history = history
        self._timeline = timeline

    def carrying(self, ground: str, at: Moment) -> RefusalGround | None:
        """The rule by which a ground would carry a refusal at a moment.

        A listed ground is taken as given, but a repetition must be on record, and so must a hold
        on data that was asked for, where only that carries.
        """
        return next((r for r in self.listing(ground) if self._carries(r, ground, at)), None)

    def listing(self, ground: str) -> list[RefusalGround]:
        """The rules that list a ground for requests like this."""
        right = self._timeline.asked_for
        return [
            rule
            for rule in self._policy.of(RefusalGround)
            if ground in rule.grounds and (not rule.rights or right in rule.rights)
        ]

    def _carries(self, rule: RefusalGround, ground: str, at: Moment) -> bool:
        if ground == _AGAIN and not self.repeated:
            return False
        return not rule.under_hold or self._any_on_hold(at)

    @cached_property
    def repeated(self) -> bool:
        """Whether this is at least the so-and-so-many-th like request within the time (D-63)."""
        own = self._timeline.receipt
        assert own is not None
        day = from_micros(own.occurred_at).date()
        for rule in self._policy.of(Repetition):
            like = [
                other.receipt
                for other in self._history.requests.values()
                if other.receipt is not None
                and other.right == self._timeline.right
                and other.receipt.order <= own.order
                and (day - from_micros(other.receipt.occurred_at).date()).days <= rule.within
            ]
            if len(like) >= rule.count:
                return True
        return False

    @property
    def fee(self) -> RequestFee | None:
        """The rule by which a fee may be charged for this request."""
        return next(iter(self._policy.of(RequestFee)), None) if self.repeated else None

    def judged(self) -> Refused | None:
        """What a recorded refusal, whole or in part, rests on; None where nothing was refused.

        What is held back under a hold or a legal minimum counts as refused on a legal obligation.
        A request refused as a whole rests on the ground it names, if it names one.
        """
        decision = self._timeline.decision
        data = None if decision is None else decision.data
        if decision is None or not isinstance(data, RequestDecided) or data.outcome == "accepted":
            return None
        wanted = frozenset(data.held or ())
        if data.outcome == "partly" and not wanted and data.ground is None:
            return None
        if data.outcome == "refused":
            wanted = self._asked(decision.moment)
        keeping = Keeping(self._policy, self._history)
        bare = frozenset(c for c in wanted if not keeping.kept(c, decision.moment).runs)
        named = data.outcome == "refused" and data.ground not in (None, _BY_LAW)
        by_law = None if named or bare or not wanted else self._by_law(decision)
        if by_law is not None:
            return Refused(by_law)
        rule = None if data.ground is None else self.carrying(data.ground, decision.moment)
        if rule is not None and not (rule.under_hold and bare):
            return Refused(rule)
        return Refused(None, bare if bare != wanted or data.outcome == "partly" else frozenset())

    def _by_law(self, decision: Recorded) -> RefusalGround | None:
        return self.carrying(_BY_LAW, decision.moment)

    def _asked(self, at: Moment) -> frozenset[str]:
        """The data a request is about: what it names, else all of ours on record at a moment."""
        assert self._timeline.receipt is not None
        data = self._timeline.receipt.data
        if isinstance(data, RequestReceived) and data.categories is not None:
            return frozenset(data.categories)
        before = History(
            self._history.controller,
            events=[event for event in self._history.events if event.moment <= at],
            as_of=at[0],
        )
        return frozenset(c.category for c in OwnData(self._policy, before).all if c.is_there)

    def _any_on_hold(self, at: Moment) -> bool:
        day = from_micros(at[0]).date()
        wanted: Collection[str] | None = None
        assert self._timeline.receipt is not None
        data = self._timeline.receipt.data
        if isinstance(data, RequestReceived):
            wanted = data.categories
        return any(
            hold.holder == CONTROLLER
            and (wanted is None or hold.category in wanted)
            and hold.runs(at, day)
            for hold in self._history.holds.all
        )
