"""What there is to say of one kind: whom it concerns, its sentence, and each of its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Final, Literal

from lineage.policy.diff.shapes import Direction, OneOf, Shape

Whom = Literal["people", "recipients", "us"]
Values = Mapping[str, Any]
BEING_THERE: Final = ""
"""In place of a field: the question whether it is certain what the rule itself means."""

_WHOSE: Final = {"policy": "the policy's own text", "default": "our default only"}
BASIS: Final = OneOf("demanded by", silent="policy", says=lambda basis: _WHOSE[basis])


def _always(values: Values, name: str) -> bool:
    del values, name
    return True


@dataclass(frozen=True)
class KindWords:
    """The words of one kind of entry.

    ``about`` is the subject of a sentence on a change, ``states`` the whole sentence of a rule that
    comes or goes; both have the kind's own fields in braces. ``known_by`` are the fields by which
    an entry is told from others of its kind; None: by its rule id only. ``added`` is what a new
    rule means for people, ``certain`` whether the direction of a field holds of a rule with these
    values. ``in_order``: of several rules that fit, the first one counts. ``judged``: something
    recorded can show it; else all of it is wording.
    """

    kind: str
    whom: Whom
    about: str
    states: str
    fields: Mapping[str, Shape] = field(default_factory=dict)
    known_by: tuple[str, ...] | None = ()
    added: Direction = "other"
    certain: Callable[[Values, str], bool] = _always
    in_order: bool = False
    judged: bool = True

    def shape(self, name: str) -> Shape:
        """How a field is told."""
        return BASIS if name == "basis" else self.fields[name]

    def subject(self, values: Values) -> str:
        """What a change of a rule with these values is about."""
        return self._filled(self.about, values)

    def statement(self, values: Values) -> str:
        """What a rule with these values says."""
        told = {name for _, name, _, _ in Formatter().parse(self.states) if name}
        details = [
            self.shape(name).detail(value) for name, value in values.items() if name not in told
        ]
        return "; ".join([self._filled(self.states, values), *filter(None, details)])

    def _filled(self, text: str, values: Values) -> str:
        return text.format_map(
            {name: self.fields[name].shown(values[name]) for name in self.fields}
        )
