"""Valid policy files, composed of rules of every kind. What a rule demands is not known here.

``composed_policy`` gives a file as its YAML would be read. Most rules are valid as drawn; where
fields of a model must fit one another, ``_FITTING`` makes them, and what is still refused is drawn
again (``REFUSED`` counts how often).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final, get_args

from pydantic import ValidationError

from lineage.policy.kinds import AnyRule
from lineage.policy.kinds.breach import BreachNotice
from lineage.policy.kinds.changes import PolicyFact
from lineage.policy.kinds.ending import (
    AccountData,
    BackupAlert,
    BackupDuty,
    ErasureAfterCancellation,
)
from lineage.policy.kinds.fan_out import (
    AccountCovers,
    CancellationFanOut,
    CleanUpFanOut,
    Exemption,
    FanOut,
    LateShare,
    LegalCompulsion,
    NoticeClock,
    ThirdPartyRequest,
)
from lineage.policy.kinds.minors import AgeOfMinority, GuardianForAccount, MinorCleanUp, MinorsData
from lineage.policy.kinds.personal import Combination
from lineage.policy.kinds.places import KeptIn, MayLeave, PurchaseData, StoredIn
from lineage.policy.kinds.recipients import MayReceive, Sensitive, ShareClosed
from lineage.policy.kinds.refusals import RefusalGround, Repetition, RequestFee
from lineage.policy.kinds.requests import IdentityCheck, RequestClock, RequestRight
from lineage.policy.kinds.retention import (
    CountsAsErased,
    RetentionLimit,
    RetentionMinimum,
    SelfClearing,
)
from lineage.policy.model import Calendar, Policy
from lineage.policy.refused import repeated_rules, unknown_categories
from lineage.policy.rule import CategoryRule, Clock, Rule
from tests.fuzz.values import Wire, drawn_field, drawn_fields
from tests.fuzz.words import CONTROLLER, OWN_CATEGORIES, PREFIX, Words

KINDS: Final[Mapping[str, type[Rule]]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(AnyRule)[0])
}
OFTEN: Final = (
    *(CancellationFanOut, FanOut, LateShare, MayReceive, NoticeClock, RequestClock),
    *(RetentionLimit, RetentionMinimum, ShareClosed),
)
"""Kinds of which much hangs: one rule in three is one of these"""

TOGETHER: Final[Sequence[Sequence[type[Rule]]]] = (
    (AgeOfMinority, MinorCleanUp, CleanUpFanOut),
    (ErasureAfterCancellation, CancellationFanOut, AccountData),
    (RetentionMinimum, SelfClearing, CountsAsErased),
    (Exemption, Exemption, Exemption, LegalCompulsion),
    (RequestRight, RequestClock, RequestClock, IdentityCheck),
    (Combination, RetentionLimit, Sensitive),
    (AccountCovers, ThirdPartyRequest, FanOut),
    (AgeOfMinority, MinorsData, GuardianForAccount),
    (KeptIn, MayLeave, StoredIn, PurchaseData),
    (BreachNotice, BackupAlert, BackupDuty),
    (RefusalGround, Repetition, RequestFee),
)
"""Kinds that say little without one another: each file has the rules of some of these"""

LETTERS: Final = "ABCDEFGHIJKLMNOPQRS"
PLACES: Final = (("US", "CO"), ("FR", None), ("CN", None), ("GB", "ENG"))
DRAWN: Final[Counter[str]] = Counter()
REFUSED: Final[Counter[str]] = Counter()


def composed_policy(rng: Random, words: Words, *, version: str, effective_from: str | None) -> Wire:
    """A whole file."""
    head: Wire = {
        "id": CONTROLLER,
        "prefix": PREFIX,
        "name": "Composed",
        "version": version,
        "categories": list(OWN_CATEGORIES),
        "personal": _personal(rng, words),
        "calendar": _calendar(rng, words),
    }
    if effective_from is not None:
        head["effective_from"] = effective_from
    rules = [composed_rule(rng, words) for _ in range(rng.choice((0, 5, 12, 20, 30, 40)))]
    for together in rng.sample(TOGETHER, rng.choice((0, 1, 2, 3))):
        rules += [composed_rule(rng, words, kind) for kind in together]
    if rng.random() < 0.7:
        everybody = {"kind": "fan_out", **_head(FanOut, rng), "hops": "direct"}
        rules.append(everybody)
    head["rules"] = [rule for at, rule in enumerate(rules) if rule not in rules[:at]]
    return head


def composed_rule(rng: Random, words: Words, kind: type[Rule] | None = None) -> Wire:
    """A rule of the kind, or of any."""
    if kind is None:
        kind = rng.choice(OFTEN if rng.random() < 0.3 else list(KINDS.values()))
    name = kind.__name__
    while True:
        rule = _own_fields(kind, rng, words) | _head(kind, rng)
        if issubclass(kind, Clock):
            _fit_target(rule, rng, words)
        if kind in _FITTING:
            _FITTING[kind](rule, rng, words)
        DRAWN[name] += 1
        try:
            kind.model_validate(rule)
        except ValidationError:
            REFUSED[name] += 1
        else:
            return rule


def is_in_form(policy: Wire) -> bool:
    """Whether the loader would take such a file."""
    try:
        made = Policy.model_validate(policy)
    except ValidationError:
        return False
    return not [*unknown_categories(made), *repeated_rules(made)]


def _own_fields(kind: type[Rule], rng: Random, words: Words) -> Wire:
    """The fields of the kind, without those that every rule has."""
    drawn = drawn_fields(kind, rng, words)
    return {name: value for name, value in drawn.items() if name not in Rule.model_fields}


def _head(kind: type[Rule], rng: Random) -> Wire:
    """What every rule has: id, whose it is, and what it says."""
    head: Wire
    if rng.random() < 0.6:
        rule = f"{PREFIX}.{rng.choice(LETTERS)}.{rng.randint(1, 12)}"
        head = {"rule": rule, "basis": "policy", "section": f"{rng.randint(1, 9)}"}
    else:
        head = {"rule": f"D-{rng.randint(1, 99):02}", "basis": "default"}
        if rng.random() < 0.2:
            head["section"] = "3"
    head["says"] = f"One rule about {kind.__name__}."
    others = {f"D-{rng.randint(1, 99):02}" for _ in range(rng.choice((0, 0, 0, 1, 2)))}
    head["completed_by"] = sorted(others - {head["rule"]})
    if not head["completed_by"] and rng.random() < 0.5:
        del head["completed_by"]
    return head


def _personal(rng: Random, words: Words) -> Wire:
    """Which categories are personal never, or only in combination: each word once."""
    left = rng.sample(list(words.categories), rng.choice((0, 1, 2, 3, 4)))
    rows: Wire = {"never": [], "only_in_combination": []}
    while left:
        taken, left = left[:2], left[2:]
        where = rng.choice(("never", "only_in_combination", "only_in_combination"))
        rows[where].append(_head(CategoryRule, rng) | {"categories": taken})
    return {name: found for name, found in rows.items() if found or rng.random() < 0.5}


def _calendar(rng: Random, words: Words) -> Wire:
    calendar = _own_fields(Calendar, rng, words) | _head(Calendar, rng)
    if calendar.pop("public_holidays", None) is not None:
        country, part = rng.choice(PLACES)
        calendar["public_holidays"] = {"country": country} | ({"part": part} if part else {})
    return calendar


def _fit_target(rule: Wire, rng: Random, words: Words) -> None:
    """The soft limit is earlier than the hard one."""
    if "target" in rule:
        rule["limit"] = max(rule["limit"], 1)
        rule["target"] = rng.randrange(rule["limit"])


def _fit_request_clock(rule: Wire, rng: Random, words: Words) -> None:
    step = rule.get("step", "reply")
    if step == "reply":
        _fit_target(rule, rng, words)
    else:
        rule.pop("by_decision", None)
        rule.pop("target", None)
    if step != "outcome" or rule["unit"] == "hour":
        rule.pop("extension", None)
    if step == "triage" and rule.get("start") == "triage":
        rule["start"] = "receipt"
    if rule["unit"] == "hour":
        rule.pop("roll", None)


def _fit_facts(rule: Wire, rng: Random, words: Words) -> None:
    names = ("use_binds", "affiliate_consent_by", "important_messages_optional")
    if not any(name in rule for name in names):
        name = rng.choice(names)
        rule[name] = drawn_field(PolicyFact, name, rng, words)


_FITTING: Final[Mapping[type[Rule], Callable[[Wire, Random, Words], Any]]] = {
    PolicyFact: _fit_facts,
    RequestClock: _fit_request_clock,
}
