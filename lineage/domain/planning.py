"""Who must be told of a deletion request and who not, each with its reason. Pure.

The rule of this form: every holder, less those that have erased. A holder that got only data that
it cannot re-identify, or that is out of reach, is listed as left out. Grounds that rest on more of
the policy (holds, independent authorisation, authorities) come with the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lineage.domain.deadlines import notice_dates
from lineage.domain.facts import (
    CLOSED_NOTICE_STATES,
    Facts,
    HolderKind,
    Notice,
    Request,
)
from lineage.domain.holdings import Holding, holdings
from lineage.events.times import from_micros
from lineage.policy.model import Policy
from lineage.policy.rule import Rule

ACCEPTING = frozenset({"accepted", "partly"})

ERASING_RIGHT = "deletion"
"""The right whose acceptance makes holders erase; whether a cancellation does too is for the
policy's own rules, which are not in this form yet."""


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient to be told: the union of categories it holds, by its shortest path."""

    recipient: str
    recipient_kind: str | None
    categories: tuple[str, ...]
    path: tuple[str, ...]
    rule: Rule
    received: dict[str, int]
    """category -> when it last came, in microseconds"""


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

    told: tuple[Told, ...]
    left_out: tuple[LeftOut, ...]
    own: tuple[OwnErasure, ...]


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice that must be planned: ``widens`` names the notice it is to be joined to."""

    told: Told
    categories: tuple[str, ...]
    round: int
    supplementary: bool
    send_by: date
    erase_by: date | None
    widens: str | None


def is_accepted(request: Request) -> bool:
    """Whether an accepting decision stands and the person did not withdraw before it."""
    if request.outcome not in ACCEPTING:
        return False
    withdrawn, decided = request.withdrawn_at, request.decided_at
    return withdrawn is None or decided is None or decided < withdrawn


def plan_rows(
    policy: Policy,
    facts: Facts,
    *,
    controller: str,
    request: Request,
    if_accepted: bool = False,
) -> PlanRows:
    """The plan of a request over the facts of its person.

    Before an accepting decision nobody is told, and each holder is left out for that reason;
    ``if_accepted`` shows the plan as if it were accepted. A request of another right than
    deletion makes nobody erase: its plan is empty.
    """
    if request.right != ERASING_RIGHT:
        return PlanRows((), (), ())
    held = holdings(facts.edges, facts.erasures, controller=controller)
    wanted = [row for row in held if _asked_for(row, request)]
    reason = None if if_accepted or is_accepted(request) else _undecided_reason(request)
    told: dict[str, list[Holding]] = defaultdict(list)
    left: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in wanted:
        if row.holder.kind is not HolderKind.RECIPIENT:
            continue
        why = reason or _exemption(row)
        if why is None:
            told[row.holder.name].append(row)
        else:
            left[row.holder.name, why].append(row.category)
    for name, categories in _senders(facts, {row.holder.name for row in wanted}).items():
        left[name, reason or "source_only"] += categories
    kinds = {row.holder.name: row.recipient_kind for row in held}
    rules = _exemption_rules(policy)
    return PlanRows(
        told=tuple(_told(policy, name, rows, kinds) for name, rows in sorted(told.items())),
        left_out=tuple(
            LeftOut(name, tuple(sorted(categories)), why, rules.get(why))
            for (name, why), categories in sorted(left.items())
        ),
        own=() if reason else _own_erasures(wanted, request),
    )


def _asked_for(row: Holding, request: Request) -> bool:
    return request.categories is None or row.category in request.categories


def _undecided_reason(request: Request) -> str:
    return "request_refused" if request.outcome == "refused" else "request_undecided"


def _exemption(row: Holding) -> str | None:
    if not row.held:
        return "already_erased"
    if row.deidentified:
        return "deidentified"
    return "unreachable" if row.unreachable else None


def _exemption_rules(policy: Policy) -> dict[str, str]:
    exemptions = policy.downstream.exemptions
    return {
        name: rule.rule
        for name in type(exemptions).model_fields
        if (rule := getattr(exemptions, name)) is not None
    }


def _senders(facts: Facts, holders: set[str]) -> dict[str, list[str]]:
    """Parties that gave data and hold none of it from us."""
    found: dict[str, set[str]] = defaultdict(set)
    for edge in facts.edges:
        sender = edge.hop.from_party
        if edge.hop.to.kind is HolderKind.SYSTEM and sender is not None and sender not in holders:
            found[sender].update(edge.spans)
    return {name: sorted(categories) for name, categories in found.items()}


def _told(policy: Policy, name: str, rows: Sequence[Holding], kinds: dict[str, str | None]) -> Told:
    paths = sorted({p for row in rows for p in row.paths}, key=lambda p: (len(p), p))
    path = paths[0] if paths else (name,)
    along = [kinds.get(party) for party in path[1:]] or [kinds.get(name)]
    return Told(
        recipient=name,
        recipient_kind=kinds.get(name),
        categories=tuple(sorted(row.category for row in rows)),
        path=path,
        rule=policy.downstream.duty_for(along),
        received={row.category: row.last_received for row in rows},
    )


def _own_erasures(wanted: Iterable[Holding], request: Request) -> tuple[OwnErasure, ...]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in wanted:
        if row.holder.kind is HolderKind.SYSTEM and row.held and row.category not in request.held:
            found[row.holder.name].append(row.category)
    return tuple(OwnErasure(name, tuple(sorted(c))) for name, c in sorted(found.items()))


def _somebody_holds(
    facts: Facts, notices: Sequence[Notice], controller: str, request: Request
) -> bool:
    """Whether an own system, or a recipient that no notice covers, still holds what is asked."""
    held = holdings(facts.edges, facts.erasures, controller=controller)
    wanted = [row for row in held if _asked_for(row, request)]
    if _own_erasures(wanted, request):
        return True
    received: dict[str, dict[str, int]] = defaultdict(dict)
    for row in wanted:
        if row.holder.kind is HolderKind.RECIPIENT and _exemption(row) is None:
            received[row.holder.name][row.category] = row.last_received
    return any(
        uncovered(came, [n for n in notices if n.recipient == name])
        for name, came in received.items()
    )


def new_notices(
    policy: Policy,
    facts: Facts,
    *,
    controller: str,
    request: Request,
    today: date,
    supplementary: bool,
    claimed: frozenset[str],
) -> list[NewNotice]:
    """The notices that an accepted request still lacks: the fan-out, and what surfaced later.

    What no notice of this request covers (``uncovered``) joins one that nobody has claimed
    yet, else it makes a new round (D-15, D-50). ``supplementary`` says that the
    fan-out has been: what is missing surfaced on ``today`` and counts from there.
    """
    if request.decided_at is None or request.right != ERASING_RIGHT:
        return []
    decision_day = from_micros(request.decided_at).date()
    rows = plan_rows(policy, facts, controller=controller, request=request)
    mine: dict[str, list[Notice]] = defaultdict(list)
    for notice in facts.notices:
        if notice.request_id == request.request_id:
            mine[notice.recipient].append(notice)
    send_by, erase_by = notice_dates(policy, day=today if supplementary else decision_day)
    found = []
    for told in rows.told:
        before = mine[told.recipient]
        missing = uncovered(told.received, before)
        if not missing:
            continue
        widens = next(
            (
                notice.notice_id
                for notice in before
                if notice.notice_id not in claimed
                and notice.sent_at is None
                and missing.isdisjoint(notice.erased)
                and notice.state not in CLOSED_NOTICE_STATES
            ),
            None,
        )
        found.append(
            NewNotice(
                told=told,
                categories=tuple(sorted(missing)),
                round=len(before) + 1,
                supplementary=supplementary,
                send_by=send_by,
                erase_by=erase_by,
                widens=widens,
            )
        )
    return found


def uncovered(received: dict[str, int], notices: Sequence[Notice]) -> set[str]:
    """What a holder holds that no notice speaks of: an open notice covers what it names, one that
    was declined only what had come by then, and what was erased came again (D-15, D-50).
    """
    covered: set[str] = set()
    for notice in notices:
        declined = dict(notice.declined)
        covered |= {
            category
            for category in notice.categories
            if category not in notice.erased
            and received.get(category, 0) <= declined.get(category, received.get(category, 0))
        }
    return set(received) - covered


def request_state(
    facts: Facts, *, controller: str, request: Request, today: date, answer_days: dict[str, int]
) -> str:
    """The state of a request on a day. ``answer_days`` gives the recipients' own time to answer,
    which takes the place of ``erase_by`` where the policy has no word for it.
    """
    if request.withdrawn_at is not None and not is_accepted(request):
        return "withdrawn"
    if request.decided_at is None:
        return "received"
    if request.outcome == "refused":
        return "refused"
    if request.right != ERASING_RIGHT:
        return request.outcome or "accepted"
    mine = [n for n in facts.notices if n.request_id == request.request_id]
    still_open = [n for n in mine if n.state not in CLOSED_NOTICE_STATES]
    if not still_open and not _somebody_holds(facts, mine, controller, request):
        return "fulfilled"
    if not mine:
        return request.outcome or "accepted"
    passed = all(_last_day(n, answer_days) < today for n in mine)
    return "unfulfilled" if still_open and passed else "in_progress"


def _last_day(notice: Notice, answer_days: dict[str, int]) -> date:
    if notice.erase_by is not None:
        return notice.erase_by
    ordinal = notice.send_by.toordinal() + answer_days.get(notice.recipient, 30)
    return date.fromordinal(ordinal)
