"""The differences between two policies, one row each, in plain English."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from lineage.policy.diff.change import Change, FieldChange, place
from lineage.policy.diff.entries import Entry, entries_of
from lineage.policy.diff.kind_words import BEING_THERE
from lineage.policy.diff.pairing import paired
from lineage.policy.diff.shapes import Direction, Told, reverse
from lineage.policy.diff.vocabulary import joined, sentence, spoken
from lineage.policy.model import Policy

ORDER: Final = "order"
_SAID: Final = {
    "says": "sentence",
    "section": "section",
    "completed_by": "filled by",
    "not_machine_checkable": "why no event can show it",
}


def compare(a: Policy, b: Policy) -> tuple[Change, ...]:
    """Return what is different in ``b``: every field that differs, in exactly one row.

    Left out is what names a policy: id, prefix, name, version and first day. Rows are sorted:
    wording last, then by whom they concern and by the topic of the rule.
    """
    before, after = list(entries_of(a)), list(entries_of(b))
    pairs = paired(before, after)
    rows = [
        *(_gone(entry) for entry in pairs.first),
        *(_new(entry) for entry in pairs.second),
        *(_changed(one, other) for one, other in pairs.both if one.text != other.text),
        *_reordered(pairs.both, after),
    ]
    return tuple(sorted(rows, key=place))


def _new(entry: Entry) -> Change:
    fields = {"rule": entry.rule} | dict(entry.demands) | dict(entry.wording)
    return Change(
        change="added",
        kind=entry.kind,
        rule_a=None,
        rule_b=entry.rule,
        for_whom=entry.words.whom,
        wording=not entry.words.judged,
        direction=_certain(BEING_THERE, entry.words.added, entry),
        says=_of_one("new", entry),
        fields=tuple(
            FieldChange(name, None, value) for name, value in fields.items() if value is not None
        ),
    )


def _gone(entry: Entry) -> Change:
    new = _new(entry)
    return Change(
        change="removed",
        kind=new.kind,
        rule_a=entry.rule,
        rule_b=None,
        for_whom=new.for_whom,
        wording=new.wording,
        direction=reverse(new.direction),
        says=_of_one("no longer", entry),
        fields=tuple(FieldChange(field.name, field.after, None) for field in new.fields),
    )


def _of_one(how: str, entry: Entry) -> str:
    """The sentence on a rule that comes or goes; what is only stated says itself what it says."""
    words = entry.words
    said = words.statement(entry.values) if words.judged else f"stated: {entry.wording['says']}"
    return sentence(f"{how}: {said}")


def _changed(one: Entry, other: Entry) -> Change:
    told = [
        (name, one.words.shape(name).told(value, other.values[name]))
        for name, value in one.values.items()
        if value != other.values[name]
    ]
    directions = {
        _certain(name, clause.direction, one, other)
        for name, clause in told
        if clause.direction is not None
    }
    return Change(
        change="changed",
        kind=one.kind,
        rule_a=one.rule,
        rule_b=other.rule,
        for_whom=one.words.whom,
        wording=not directions,
        direction=directions.pop() if len(directions) == 1 else "other",
        says=sentence(_told(one, other, [clause for _, clause in told])),
        fields=tuple(
            FieldChange(name, before, after)
            for name, before, after in _values(one, other)
            if before != after
        ),
    )


def _certain(name: str, direction: Direction, *entries: Entry) -> Direction:
    """The direction, where the kind makes it certain for all of the entries."""
    certain = all(entry.words.certain(entry.values, name) for entry in entries)
    return direction if certain else "other"


def _values(one: Entry, other: Entry) -> Iterator[tuple[str, Any, Any]]:
    """Every field of two entries of one kind, as it stands in the file."""
    yield "rule", one.rule, other.rule
    for name, value in one.demands.items():
        yield name, value, other.demands[name]
    for name, value in one.wording.items():
        yield name, value, other.wording[name]


def _told(one: Entry, other: Entry, told: list[Told]) -> str:
    """What is demanded otherwise, else what is worded otherwise."""
    if not told:
        return "; ".join(_reworded(one, other)) or "the same under another id"
    first, *rest = sorted(told, key=lambda clause: not clause.verbal)
    subject = one.words.subject(one.values)
    joint = " " if first.verbal else ": "
    return "; ".join([f"{subject}{joint}{first.clause}", *(clause.clause for clause in rest)])


def _reworded(one: Entry, other: Entry) -> Iterator[str]:
    for name, before in one.wording.items():
        after = other.wording[name]
        if before != after:
            yield f"{_SAID[name]}: now {_quoted(after)}, before {_quoted(before)}"


def _quoted(value: Any) -> str:
    if isinstance(value, list):
        return joined(value) if value else "nothing"
    return "none" if value is None else f'"{value}"'


def _reordered(both: list[tuple[Entry, Entry]], after: list[Entry]) -> Iterator[Change]:
    """A row for each kind of which the first rule counts that fits, where the order is another."""
    places = {id(entry): number for number, entry in enumerate(after)}
    for kind, of_kind in groupby(both, key=lambda pair: pair[0].kind):
        pairs = list(of_kind)
        sorted_ = sorted(pairs, key=lambda pair: places[id(pair[1])])
        words = pairs[0][0].words
        if words.in_order and sorted_ != pairs:
            said = f"rules of the kind {spoken(kind)} stand in another order"
            yield Change(
                change="changed",
                kind=kind,
                rule_a=None,
                rule_b=None,
                for_whom=words.whom,
                wording=False,
                direction="other",
                says=sentence(f"{said}; of several that fit, the first counts"),
                fields=(
                    FieldChange(
                        ORDER,
                        [_headed(one) for one, _ in pairs],
                        [_headed(other) for _, other in sorted_],
                    ),
                ),
            )


def _headed(entry: Entry) -> str:
    return f"{entry.rule}: {entry.words.statement(entry.values)}"
