"""The plan: who is told of what under which rule, who is left out and why, what we erase. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lineage.domain.deadlines import notice_dates
from lineage.domain.facts import Facts, Holder, HolderKind
from lineage.domain.history.keeping import Keeping
from lineage.domain.history.own import OwnData
from lineage.domain.holdings import Holding, holdings
from lineage.domain.paths import Way
from lineage.domain.planning.accounts import through_account
from lineage.domain.planning.causes import LAST_RANK, Cause
from lineage.domain.planning.dossier import Dossier, Order, View, recorded_order
from lineage.domain.planning.exemptions import REASONS, Exemptions, Reason
from lineage.events import RecipientDeclined
from lineage.events.times import from_micros
from lineage.policy.kinds.fan_out import DocumentedHop, FanOut, LateShare
from lineage.policy.model import Policy
from lineage.policy.rule import Rule

DIRECT_HOPS = 1
DOCUMENTED_HOPS = 2


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient to be told: the union of categories it holds, by its shortest path.

    ``supplementary``: all of it surfaced after the decision; then ``day``, from which the notice
    counts, is the day of recording.
    """

    recipient: str
    recipient_kind: str | None
    categories: tuple[str, ...]
    path: tuple[str, ...]
    rule: Rule
    received: dict[str, int]
    """category -> when it last came, in microseconds"""

    recorded: dict[str, Order]
    """category -> when the last of what brought it came on record"""

    due_again: frozenset[str]
    """what the recipient had to keep by law up to a day that has passed"""

    supplementary: bool
    send_by: date
    erase_by: date | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One recipient or source that gets no notice for these categories."""

    recipient: str
    categories: tuple[str, ...]
    reason: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class OwnErasure:
    """What one of the controller's own systems must erase."""

    system: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanRows:
    """The plan as it follows from what is held now."""

    told: tuple[Told, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    own: tuple[OwnErasure, ...] = ()


def plan_rows(
    dossier: Dossier,
    cause: Cause,
    *,
    if_accepted: bool = False,
    account: Collection[bytes] | None = None,
) -> PlanRows:
    """The plan that one cause makes.

    While it does not stand nobody is told, and each holder is left out for that reason;
    ``if_accepted`` shows the plan as if it were accepted at the moment of asking. ``account`` are
    the refs of another person whose cause it is: then only what came through that account is in
    the plan, judged by all that is on record of this person.
    """
    why_not, view = cause.why_not, dossier.whole
    if if_accepted and not cause.stands:
        why_not = None
    elif cause.recorded is not None:
        view = dossier.since(cause.recorded)
    return _Planned(dossier, view, cause, why_not=why_not, account=account).rows()


class _Planned:
    """One plan being made."""

    def __init__(
        self,
        dossier: Dossier,
        view: View,
        cause: Cause,
        *,
        why_not: str | None,
        account: Collection[bytes] | None,
    ) -> None:
        self._policy = cause.policy
        self._cause = cause
        self._controller = dossier.controller
        self._why_not = why_not
        self._view = view
        self._through = (
            None
            if account is None
            else through_account(dossier.controller, view.history.everything, account)
        )
        at = (dossier.as_of, LAST_RANK)
        self._today = from_micros(dossier.as_of).date()
        self._exemptions = Exemptions(cause.policy, view.history, at, cause.decided or at)
        self._held = holdings(view.facts.edges, view.facts.erasures, controller=dossier.controller)
        self._kinds = {
            row.holder.name: row.recipient_kind
            for row in self._held
            if row.holder.kind is HolderKind.RECIPIENT
        }

    def rows(self) -> PlanRows:
        """Its rows, sorted by name."""
        told: dict[str, list[Holding]] = defaultdict(list)
        left: dict[tuple[str, Reason], list[str]] = defaultdict(list)
        wanted = [row for row in self._held if self._is_meant(row.holder, row.category)]
        for row in wanted:
            if row.holder.kind is not HolderKind.RECIPIENT:
                continue
            why = self._left_out_by_cause() or self._exemptions.of(row)
            if why is None and self._rule([row]) is None:
                why = Reason("unreachable", None)
            if why is None:
                told[row.holder.name].append(row)
            else:
                left[row.holder.name, why].append(row.category)
        sources = senders(self._view.facts)
        for name, categories in sources.items():
            asked = [c for c in categories if self._is_meant_of(name, c)]
            if asked:
                left[name, self._left_out_by_cause() or Reason("source_only", None)] += asked
        return PlanRows(
            told=tuple(self._told(name, rows) for name, rows in sorted(told.items())),
            left_out=tuple(
                LeftOut(name, tuple(sorted(categories)), why.reason, why.rule)
                for (name, why), categories in sorted(left.items(), key=_name_and_reason)
            ),
            own=() if self._why_not else self._own(),
        )

    def _is_meant(self, holder: Holder, category: str) -> bool:
        """Whether the plan is about what this holder has of a category."""
        through = self._through
        return self._cause.asks_for(category) and (
            through is None or (holder, category) in through.held
        )

    def _is_meant_of(self, source: str, category: str) -> bool:
        """Whether it is about what this source gave of a category."""
        through = self._through
        return self._cause.asks_for(category) and (
            through is None or (source, category) in through.given
        )

    def _left_out_by_cause(self) -> Reason | None:
        return None if self._why_not is None else self._exemptions.named(self._why_not)

    def _told(self, name: str, rows: Sequence[Holding]) -> Told:
        rule = self._cause.rule or self._rule(rows)
        assert rule is not None, "no rule reaches whoever is left out"
        orders = self._orders(name, rows)
        day, supplementary = self._day(orders)
        send_by, erase_by = notice_dates(self._policy, day=day)
        paths = _paths(rows)
        return Told(
            recipient=name,
            recipient_kind=self._kinds.get(name),
            categories=tuple(sorted(row.category for row in rows)),
            path=paths[0] if paths else (name,),
            rule=rule,
            received={row.category: row.last_received for row in rows},
            recorded={category: found[-1] for category, found in orders.items()},
            due_again=self._due_again(name, orders),
            supplementary=supplementary,
            send_by=send_by,
            erase_by=erase_by,
        )

    def _rule(self, rows: Sequence[Holding]) -> Rule | None:
        """The rule under which a recipient is told: the strictest of those of its paths."""
        paths = _paths(rows)
        name = rows[0].holder.name
        rules = [
            rule
            for path in paths or [(self._controller, name)]
            if (rule := fan_out_rule(self._policy, [self._kinds.get(p) for p in path[1:]]))
        ]
        return min(rules, key=lambda rule: rule.duty != "policy", default=None)

    def _orders(self, name: str, rows: Iterable[Holding]) -> dict[str, list[Order]]:
        """When what brought each category came on record, the first to come first."""
        since = {row.category: row.since for row in rows}
        found: dict[str, list[Order]] = {category: [] for category in since}
        for arrival in self._view.history.came.arrivals(name):
            for category in arrival.categories & since.keys():
                if arrival.at[0] >= since[category]:
                    found[category].append(recorded_order(arrival.event))
        return {category: sorted(orders) for category, orders in found.items()}

    def _day(self, orders: Mapping[str, list[Order]]) -> tuple[date, bool]:
        """The day from which a notice counts, and whether it is supplementary."""
        decided = self._cause.recorded
        day = self._cause.day or self._today
        late = any(rule.when == "recorded_late" for rule in self._policy.of(LateShare))
        first = min(found[0] for found in orders.values())
        if decided is None or not late or first <= decided:
            return day, False
        return max(day, from_micros(first[0]).date()), True

    def _due_again(self, name: str, categories: Iterable[str]) -> frozenset[str]:
        """What it declined by law with a last day that has passed, by its last word on each."""
        last: dict[str, date | None] = {}
        for _, data in self._view.history.every(RecipientDeclined):
            if data.recipient == name and data.reason == "law":
                last |= dict.fromkeys(data.categories or categories, data.until)
        over = {c for c, until in last.items() if until is not None and until < self._today}
        return frozenset(over.intersection(categories))

    def _own(self) -> tuple[OwnErasure, ...]:
        """What our own systems must erase: what is there, asked for and kept by nothing."""
        history = self._view.history
        keeping = Keeping(self._policy, history)
        found: dict[str, set[str]] = defaultdict(set)
        for copy in OwnData(self._policy, history).all:
            if (
                copy.is_there
                and self._is_meant(Holder(HolderKind.SYSTEM, copy.system), copy.category)
                and copy.category not in self._cause.held
                and not keeping.kept(
                    copy.category, self._exemptions.at, order_id=copy.order_id
                ).runs
            ):
                found[copy.system].add(copy.category)
        return tuple(OwnErasure(name, tuple(sorted(c))) for name, c in sorted(found.items()))


def _name_and_reason(item: tuple[tuple[str, Reason], list[str]]) -> tuple[str, int]:
    (name, why), _ = item
    return name, REASONS.index(why.reason)


def _paths(rows: Iterable[Holding]) -> list[Way]:
    return sorted({p for row in rows for p in row.paths}, key=lambda p: (len(p), p))


def fan_out_rule(policy: Policy, kinds: Sequence[str | None]) -> Rule | None:
    """The rule under which the last recipient of a path is told, if one reaches it.

    ``kinds`` are the kinds of the recipients along the path, the direct one first.
    """
    documented = len(kinds) == DOCUMENTED_HOPS and any(
        (hop.from_kind, hop.to_kind) == tuple(kinds) for hop in policy.of(DocumentedHop)
    )
    hops = "direct" if len(kinds) == DIRECT_HOPS or documented else "later"
    rules = [rule for rule in policy.of(FanOut) if rule.hops == hops]
    naming = [rule for rule in rules if kinds[-1] in rule.to]
    others = [rule for rule in rules if not rule.to and kinds[-1] not in rule.but]
    return next(iter(naming or others), None)


def senders(facts: Facts) -> dict[str, list[str]]:
    """Parties that gave data and never got any."""
    got = {edge.hop.to.name for edge in facts.edges if edge.hop.to.kind is HolderKind.RECIPIENT}
    found: dict[str, set[str]] = defaultdict(set)
    for edge in facts.edges:
        sender = edge.hop.from_party
        if edge.hop.to.kind is HolderKind.SYSTEM and sender is not None and sender not in got:
            found[sender].update(edge.spans)
    return {name: sorted(categories) for name, categories in found.items()}


def renamed_rows(rows: PlanRows, names: Mapping[str, str]) -> PlanRows:
    """The plan with these parties under other names."""
    if not names:
        return rows
    return PlanRows(
        told=tuple(
            replace(
                row,
                recipient=names.get(row.recipient, row.recipient),
                path=tuple(names.get(party, party) for party in row.path),
            )
            for row in rows.told
        ),
        left_out=tuple(
            replace(row, recipient=names.get(row.recipient, row.recipient)) for row in rows.left_out
        ),
        own=rows.own,
    )
