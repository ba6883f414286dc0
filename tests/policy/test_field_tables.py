"""Fields of models as tables, and the pages made of them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from lineage.events.enums import Channel
from lineage.events.types import MAX_INTEGER, Category, Date, Id
from lineage.policy.categories import CANONICAL_CATEGORIES
from lineage.policy.field_tables import field_table, words_table
from lineage.policy.file_page import file_page
from lineage.policy.model import Calendar, Personal, Policy, PublicHolidays
from lineage.policy.recipients import ControllerRegistry, Recipient, RecipientRegistry, SourceEntry
from lineage.policy.rule import Rule

MODELS = (
    Policy,
    Personal,
    Calendar,
    PublicHolidays,
    RecipientRegistry,
    ControllerRegistry,
    Recipient,
    SourceEntry,
)


class Part(BaseModel):
    """Something small."""

    word: Category


class Empty(BaseModel):
    """Nothing at all."""


class Form(BaseModel):
    """One field of each form."""

    name: Id = Field(description="As ``others`` know it.")
    day: Date | None = None
    few: Literal["a", "b"] = "a"
    many: Channel | None = None
    either: int | bool = Field(False, ge=0, le=9)
    parts: tuple[Part, ...] = ()
    by_name: dict[str, Part] = Field(default_factory=dict)
    by_word: dict[Category, bool] = Field({})
    number: Annotated[int, Field(ge=0, le=MAX_INTEGER)] = 3
    odd: Annotated[str, Field(pattern="^x|y$")] = "x"


def test_every_form_of_a_field_has_words() -> None:
    """As they stand on a page."""
    assert field_table(Form, without=["either"])[1:] == [
        "| `name` | name or id | required | As `others` know it. |",
        "| `day` | date | absent |  |",
        "| `few` | `a`, `b` | `a` |  |",
        "| `many` | [Channel](#words) | absent |  |",
        "| `parts` | list: mapping of `word` (word) | empty |  |",
        "| `by_name` | mapping of names to mapping of `word` (word) | empty |  |",
        "| `by_word` | mapping of names to true or false | empty |  |",
        "| `number` | whole number | `3` |  |",
        r"| `odd` | text of the form `^x\|y$` | `x` |  |",
    ]


def test_a_page_may_say_it_otherwise() -> None:
    """Of a field by its name, of a model in a field by its class."""
    said = {"day": "the day", "Part": "a part"}
    table = "\n".join(field_table(Form, said=said))
    assert "| `day` | the day |" in table
    assert "| `parts` | list: a part |" in table


def test_only_words_that_a_page_names_are_listed() -> None:
    """Each with all of its words."""
    [_, row] = words_table("see [Channel](#words)")
    assert row.startswith("| Channel | `email`, `sms`")


def test_a_model_without_fields_has_no_table() -> None:
    """So no page shows the head of one."""
    assert field_table(Empty) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_page_of_files_has_every_field(model: type[BaseModel]) -> None:
    """With what it means."""
    page = file_page()
    of_every_rule = Rule.model_fields if issubclass(model, Rule) else ()
    for name in set(model.model_fields).difference(of_every_rule):
        assert model.model_fields[name].description
        assert f"| `{name}` |" in page


def test_the_page_of_files_has_every_word() -> None:
    """Each once."""
    words = re.findall(r"`(\w+)`", file_page().partition("## Categories")[2].partition("##")[0])
    assert sorted(words) == sorted({*CANONICAL_CATEGORIES, "categories"})
