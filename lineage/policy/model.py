"""A policy file as a frozen, closed model. No file is read here and no rule is applied here."""

from collections.abc import Container, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lineage.events.types import Category, ControllerId, Date, Distinct
from lineage.policy.categories import CANONICAL_CATEGORIES
from lineage.policy.kinds import AnyRule
from lineage.policy.public_holidays import DaysOff, UnknownPlace, public_holidays
from lineage.policy.rule import CategoryRule, Closed, Rule

Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$", max_length=100)]


class Personal(Closed):
    """Which categories are not personal data at all, or only in combination. All others are."""

    never: tuple[CategoryRule, ...] = Field((), description="Never personal data.")
    only_in_combination: tuple[CategoryRule, ...] = Field(
        (), description="Personal only together with what says who somebody is."
    )

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        words = [
            word for row in (*self.never, *self.only_in_combination) for word in row.categories
        ]
        if len(set(words)) != len(words):
            raise ValueError("each category in one row only, of 'never' or 'only_in_combination'")
        return self


class PublicHolidays(Closed):
    """The place whose public holidays are days off, by its codes of ISO 3166."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = Field(
        description="A country, such as US."
    )
    part: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] | None = Field(
        None, description="A part of the country, such as CO of US."
    )

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        try:
            public_holidays(self.country, self.part)
        except UnknownPlace:
            raise ValueError("a place whose public holidays are known") from None
        return self


class Calendar(Rule):
    """How working days are counted: Monday to Friday less the days off."""

    holidays: Distinct[Date] = Field((), description="Days off beside Saturdays and Sundays.")
    public_holidays: PublicHolidays | None = Field(
        None, description="The public holidays of this place are days off too; absent: none are."
    )

    @property
    def days_off(self) -> Container[date]:
        """Holidays as the calendar functions take them."""
        named, place = frozenset(self.holidays), self.public_holidays
        return (
            named if place is None else DaysOff(named, public_holidays(place.country, place.part))
        )


def _version_is_optional(schema: dict[str, Any]) -> None:
    """Say in the published schema that a file may leave its version to the loader."""
    schema["required"].remove("version")


_Kind = TypeVar("_Kind", bound=Rule)


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
    personal: Personal = Field(description="What is not personal data, or not always.")
    calendar: Calendar = Field(description="How days are counted.")
    rules: tuple[AnyRule, ...] = Field(
        (), description="All other rules, each of one of the kinds that the program knows."
    )

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
        if any(
            rule.basis == "policy" and rule.rule[:3] != self.prefix for rule in self.every_rule()
        ):
            raise ValueError("rules with basis 'policy' only under the prefix of this file")
        return self

    @property
    def all_categories(self) -> frozenset[str]:
        """Every category word an event of this controller may use."""
        return CANONICAL_CATEGORIES.union(self.categories)

    @cached_property
    def never_personal(self) -> frozenset[str]:
        """Categories that are never personal data."""
        return _words_of(self.personal.never)

    @cached_property
    def personal_in_combination(self) -> frozenset[str]:
        """Categories that are personal data only in combination."""
        return _words_of(self.personal.only_in_combination)

    def of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """Return the rules of one kind, in the order of the file."""
        # A mapping from a type to its own instances, which the type system has no word for.
        return cast("tuple[_Kind, ...]", self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> Mapping[type[Rule], tuple[Rule, ...]]:
        found: dict[type[Rule], list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(type(rule), []).append(rule)
        return {kind: tuple(rules) for kind, rules in found.items()}

    def every_rule(self) -> tuple[Rule, ...]:
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
