"""The page about erasure orders names every field and every answer, and no other."""

from __future__ import annotations

from typing import get_args

from lineage.channels.port import AnswerStatus
from lineage.client.orders import ErasureOrder
from tests.docs.test_pages import first_column, page, section


def test_every_field_of_an_order_is_explained() -> None:
    """Whoever adds one says what it is."""
    named = first_column(section(page("erasing.md"), "## What an order says"))
    assert sorted(named) == sorted(ErasureOrder.model_fields)


def test_every_answer_is_explained() -> None:
    """Each by the function that makes it."""
    named = first_column(section(page("erasing.md"), "## What a service answers"))
    assert {word.partition("(")[0] for word in named} == set(get_args(AnswerStatus))
