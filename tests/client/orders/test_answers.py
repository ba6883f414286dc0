"""What a service may answer: the tracker reads each as it was meant, or it cannot be made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lineage.channels.reply import JSON, read_answer, write_answer
from lineage.client.orders import Answer, acknowledged, erased, kept_by_law, refused, working


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (erased(), b'{"status":"erased"}'),
        (erased(["email"]), b'{"status":"erased","categories":["email"]}'),
        (
            erased(c for c in ("email", "name")),
            b'{"status":"erased","categories":["email","name"]}',
        ),
        (working(evidence="ticket 7"), b'{"status":"working","evidence":"ticket 7"}'),
        (acknowledged(), b'{"status":"acknowledged"}'),
        (refused(), b'{"status":"refused","reason":"other"}'),
        (
            refused("independent_authorisation", categories=["email"]),
            b'{"status":"refused","categories":["email"],"reason":"independent_authorisation"}',
        ),
        (kept_by_law(), b'{"status":"kept_by_law","reason":"law"}'),
        (
            kept_by_law(date(2035, 12, 31), categories=["name"], evidence="§ 147 AO"),
            '{"status":"kept_by_law","categories":["name"],"reason":"law","until":"2035-12-31",'
            '"evidence":"§ 147 AO"}'.encode(),
        ),
    ],
)
def test_each_answer_is_read_as_it_was_meant(answer: Answer, body: bytes) -> None:
    """The tracker's own reader is asked."""
    assert write_answer(answer) == body
    assert read_answer(JSON, body) == answer


@pytest.mark.parametrize(
    "make",
    [
        lambda: erased([]),
        lambda: erased(["E mail"]),
        lambda: erased(["email", "email"]),
        lambda: working(evidence=""),
        lambda: working(evidence="\udcff"),
        lambda: refused("law"),
        lambda: refused("too much work"),  # type: ignore[arg-type]
    ],
)
def test_an_answer_that_would_not_be_understood_cannot_be_made(make: Callable[[], Answer]) -> None:
    """It fails where it is written, not at the tracker."""
    with pytest.raises(ValueError, match="would not understand"):
        make()
