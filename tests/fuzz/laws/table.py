"""Every law in one place. A law is a function that says what breaks it; its docstring says why it
holds, and by which rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tests.fuzz.asking import Asked
from tests.fuzz.laws import dates, findings, own_data, plans, policy_changed, record_changed

Law = Callable[[Asked], Iterable[str]]


def every_question_is_answered(asked: Asked) -> Iterable[str]:
    """A valid policy and valid events have an answer to every question: none raises."""
    assert asked.everything
    return ()


OF_ANSWERS: Final[tuple[Law, ...]] = (
    every_question_is_answered,
    *plans.LAWS,
    *dates.LAWS,
    *own_data.LAWS,
    *findings.LAWS,
)
"""What holds of the answers to one asking"""

OF_CHANGES: Final[tuple[Law, ...]] = (*policy_changed.LAWS, *record_changed.LAWS)
"""What holds between two askings; each asks a second time, so that they take the longest"""
