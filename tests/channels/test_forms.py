"""A notice says the same in each of its forms: the signed body, the letter, the printed page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lineage.render.letters.as_html import letter_html
from lineage.render.letters.as_text import letter_text
from tests.service.propagation import Shop, running_shop, share_data
from tests.support.places import StorePlace

MINE = [{"type": "email", "value": "ann@home.example"}, {"type": "phone", "value": "555-0100"}]
OTHERS = [{"type": "email", "value": "ann@work.example"}]


def body(shop: Shop) -> str:
    """The webhook's body, as it arrives."""
    shop.tracker.dispatch()
    (told,) = shop.endpoints.to("FastParcel")
    return json.dumps(json.loads(told.body), ensure_ascii=False)


def text(shop: Shop) -> str:
    """The letter as text."""
    return letter_text(shop.tracker.letter("r1", recipient="FastParcel"))


def page(shop: Shop) -> str:
    """The letter as a page."""
    return letter_html(shop.tracker.letter("r1", recipient="FastParcel"))


FORMS = pytest.mark.parametrize("form", [body, text, page], ids=lambda form: form.__name__)
Form = Callable[[Shop], str]


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with a recipient that knows people by their e-mail address, and by nothing else."""
    with running_shop(tmp_path, store_place) as found:
        found.register("FastParcel", accepts=["email"])
        categories: list[Any] = [["email", "bank_card"], ["phone"]]
        for (name, identifiers), words in zip(
            [("FastParcel", MINE), ("PayWay", OTHERS)], categories, strict=True
        ):
            found.record("data_shared", share_data(name, *words, identifiers=identifiers))
        found.accept()
        yield found


@FORMS
def test_what_every_form_says(shop: Shop, form: Form) -> None:
    """Which notice, about whom, what to erase, and by when."""
    notice = shop.notice("FastParcel")
    said = form(shop)
    assert notice.notice_id in said
    assert "ann@home.example" in said
    for category in notice.categories:
        assert category in said.replace(" ", "_")
    if notice.erase_by is not None:
        assert notice.erase_by.isoformat() in said


@FORMS
def test_what_no_form_says(shop: Shop, form: Form) -> None:
    """Not our own id, no identifier that it does not accept, none that another was given, and
    nothing of what another has. Only the body names the request: a later answer must.
    """
    said = form(shop).replace(shop.notice("FastParcel").notice_id, "")
    if form is body:
        said = said.replace('"request_id": "r1"', "", 1)
    for hidden in ("555-0100", "ann@work.example", "PayWay", '"phone"', ">phone<", "m1", "r1"):
        assert hidden not in said
