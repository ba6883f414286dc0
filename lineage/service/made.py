"""Answers made of our own values, past the validation that takes longer. No shape lives here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

from lineage.service.answers import Answer

Made = TypeVar("Made", bound=Answer)


def made(model: type[Made], **values: Any) -> Made:
    """An answer of our own values, as by validating them, which takes longer.

    All fields are given, in the order of the model: it is that of the JSON.
    """
    return made_each(model, [values])[0]


def made_each(model: type[Made], rows: Iterable[dict[str, Any]]) -> list[Made]:
    """``made`` for each of these; a dict becomes its answer's own."""
    fields, answers = _fields_of(model), []
    for values in rows:
        answer = _new(model)
        _put_values(answer, values)
        _put_fields(answer, fields)
        _put_extra(answer, None)
        _put_private(answer, None)
        answers.append(answer)
    return answers


_new = object.__new__
_put_values, _put_fields, _put_extra, _put_private = (
    vars(BaseModel)[slot].__set__
    for slot in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)
"""How a model that nobody has validated is filled: the slots' own setters, past the frozen class"""


@cache
def _fields_of(model: type[Answer]) -> set[str]:
    """All of them; one set for all answers of a model, for nobody writes into it."""
    return set(model.model_fields)
