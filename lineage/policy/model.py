"""A policy file as a frozen, closed model. No file is read here and no rule is applied here."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lineage.events.enums import RecipientKind
from lineage.events.types import Category, ControllerId, Date, Distinct
from lineage.policy.calendar import Unit
from lineage.policy.categories import CANONICAL_CATEGORIES

RULE_PATTERN: Final = r"^([0-9]{3}\.[A-S]\.[1-9][0-9]*|D-[0-9]{2,3})$"
DAYS_MAX: Final = 3660
_DIRECT_HOPS: Final = 1
_DOCUMENTED_HOPS: Final = 2

RuleId = Annotated[str, Field(pattern=RULE_PATTERN)]
DefaultId = Annotated[str, Field(pattern=r"^D-[0-9]{2,3}$")]
Sentence = Annotated[str, Field(min_length=1, max_length=400)]
Section = Annotated[str, Field(min_length=1, max_length=40)]
Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$", max_length=100)]
Days = Annotated[int, Field(ge=0, le=DAYS_MAX, strict=True)]


class Closed(BaseModel):
    """Base of everything in a file: frozen, and an unknown key is an error."""

    # The input stays out of pydantic's own text too: a secret pasted by mistake must not be logged.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Rule(Closed):
    """One rule: its id, whose it is, what it says in our words, and where the text says it.

    ``completed_by`` lists the defaults that fill what the policy's own text leaves open, so that an
    answer can say what of it is the policy's word and what is our choice.
    """

    rule: RuleId = Field(
        description="Id of the rule in the policy (000.F.3), or of our default (D-05)."
    )
    basis: Literal["policy", "default"] = Field(
        description="Whose rule it is: the text's, or ours where the text is silent."
    )
    says: Sentence = Field(description="The rule in one sentence of our own.")
    section: Section | None = Field(
        None, description="Where the text says it, in the text's own numbering."
    )
    completed_by: Distinct[DefaultId] = Field(
        (), description="Defaults that fill what the text of this rule leaves open."
    )

    @model_validator(mode="after")
    def _basis_fits_id(self) -> Self:
        if (self.basis == "default") != self.rule.startswith("D-"):
            raise ValueError("basis 'default' for a rule id D-xx, 'policy' for any other")
        if self.basis == "policy" and self.section is None:
            raise ValueError("a section of the policy's text for a rule with basis 'policy'")
        if self.rule in self.completed_by:
            raise ValueError("completed_by without the rule itself")
        return self

    @property
    def duty(self) -> Literal["policy", "default"]:
        """Who demands it: the text, or only our default."""
        return self.basis


class CategoryRule(Rule):
    """A rule about some categories."""

    categories: Annotated[Distinct[Category], Field(min_length=1)]


class Clock(Rule):
    """A limit of ``limit`` units after its start; ``target`` is the earlier, soft one."""

    unit: Unit = Field(description="What is counted.")
    limit: Days = Field(description="The hard limit; the end of that day is the last moment.")
    target: Days | None = Field(None, description="The soft limit, missed without a breach.")

    @model_validator(mode="after")
    def _target_before_limit(self) -> Self:
        if self.target is not None and self.target >= self.limit:
            raise ValueError("a target earlier than the limit")
        return self


class Personal(Closed):
    """Which categories are not personal data at all, or only in combination. All others are."""

    never: tuple[CategoryRule, ...] = ()
    only_in_combination: tuple[CategoryRule, ...] = ()

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        words = [
            word for row in (*self.never, *self.only_in_combination) for word in row.categories
        ]
        if len(set(words)) != len(words):
            raise ValueError("each category in one row only, of 'never' or 'only_in_combination'")
        return self


class RequestClocks(Closed):
    """The clocks of a request, all from its receipt; absent: there is none."""

    reply: Clock
    outcome: Clock | None = None


class RequestDeadlines(Closed):
    """The clocks per right. This form knows the right to deletion."""

    deletion: RequestClocks


class Calendar(Rule):
    """How working days are counted: Monday to Friday less ``holidays``."""

    holidays: Distinct[Date] = Field((), description="Days off beside Saturdays and Sundays.")

    @property
    def days_off(self) -> frozenset[date]:
        """Holidays as the set the calendar functions take."""
        return frozenset(self.holidays)


class DocumentedHop(Rule):
    """A second hop that the policy itself describes, so that its receiver counts as direct."""

    from_kind: RecipientKind
    to_kind: RecipientKind


class Exemptions(Closed):
    """The rule that an exclusion from the plan cites; absent where none speaks of it."""

    request_undecided: Rule | None = None
    request_refused: Rule | None = None
    excluded_by_law: Rule
    already_erased: Rule


class Downstream(Closed):
    """Who is told of an accepted deletion request, by when, and by when they must have erased.

    ``send`` counts from the decision, or from the recording of a share that surfaced later;
    ``erase`` counts from the day of sending and is absent where the policy has no word for it.
    """

    direct: Rule
    later_hops: Rule
    documented_hops: tuple[DocumentedHop, ...] = ()
    send: Clock
    erase: Clock | None = None
    supplementary: Rule
    exemptions: Exemptions

    def duty_for(self, kinds: Sequence[str | None]) -> Rule:
        """Return the rule under which the last recipient of a path is told.

        ``kinds`` are the kinds of the recipients along the path, the direct one first.
        """
        if len(kinds) == _DIRECT_HOPS:
            return self.direct
        if len(kinds) == _DOCUMENTED_HOPS and any(
            (hop.from_kind, hop.to_kind) == tuple(kinds) for hop in self.documented_hops
        ):
            return self.direct
        return self.later_hops


def _version_is_optional(schema: dict[str, Any]) -> None:
    """Say in the published schema that a file may leave its version to the loader."""
    schema["required"].remove("version")


class Policy(Closed):
    """One version of one controller's policy."""

    model_config = ConfigDict(json_schema_extra=_version_is_optional)

    id: ControllerId = Field(description="The controller, as events name it.")
    prefix: Annotated[str, Field(pattern=r"^[0-9]{3}$")] = Field(
        description="First part of the ids of this policy's own rules."
    )
    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The controller's name for people."
    )
    version: Version = Field(
        description="Absent in a file: the file's own name and the hash of its content."
    )
    effective_from: Date | None = Field(
        None,
        description="First day of a later version; a first one has always been in force.",
    )
    categories: Distinct[Category] = Field(
        (), description="Category words of this controller beyond the canonical list."
    )
    personal: Personal
    calendar: Calendar
    deadlines: RequestDeadlines
    downstream: Downstream

    @field_validator("categories")
    @classmethod
    def _not_canonical(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if CANONICAL_CATEGORIES.intersection(words):
            raise ValueError("only words beyond the canonical list, which every policy has anyway")
        return words

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        rows = (*self.personal.never, *self.personal.only_in_combination)
        if not self.all_categories.issuperset(word for row in rows for word in row.categories):
            raise ValueError("under 'personal' only canonical categories or words of 'categories'")
        return self

    @model_validator(mode="after")
    def _rules_are_ours(self) -> Self:
        if any(rule.basis == "policy" and rule.rule[:3] != self.prefix for rule in self.rules()):
            raise ValueError("rules with basis 'policy' only under the prefix of this file")
        return self

    @property
    def all_categories(self) -> frozenset[str]:
        """Every category word an event of this controller may use."""
        return CANONICAL_CATEGORIES.union(self.categories)

    @property
    def never_personal(self) -> frozenset[str]:
        """Categories that are never personal data."""
        return _words_of(self.personal.never)

    @property
    def personal_in_combination(self) -> frozenset[str]:
        """Categories that are personal data only in combination."""
        return _words_of(self.personal.only_in_combination)

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the file, in the order of the file's form."""
        return tuple(_rules_in(self))


def _words_of(rows: Iterable[CategoryRule]) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.categories)


def _rules_in(value: object) -> Iterable[Rule]:
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _rules_in(item)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _rules_in(getattr(value, name))
