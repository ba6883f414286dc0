"""The page of the scenario file: fresh, and with everything that may stand in one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, RootModel, ValidationError

from lineage.domain.planning.exemptions import REASONS as PLANNED
from lineage.events.catalogue import MODELS
from lineage.events.model import EventClass
from lineage.scenarios import expected as ex
from lineage.scenarios.files import FileForm, Given, ScenarioForm, When
from lineage.scenarios.page import REASONS, main, scenario_page

PAGE = scenario_page()
FORMS = [
    model
    for model in (FileForm, ScenarioForm, Given, When, *vars(ex).values())
    if isinstance(model, type) and model.__module__.startswith("lineage.scenarios")
    if issubclass(model, BaseModel) and not issubclass(model, RootModel)
]


def test_the_page_is_fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stale or missing page fails the check, writing mends it."""
    assert main(["--check"]) == 0
    page = tmp_path / "scenario-file.md"
    assert main(["--check", "--page", str(page)]) == 1
    assert main(["--page", str(page)]) == 0
    assert main(["--check", "--page", str(page)]) == 0
    page.write_text("old\n", encoding="utf-8")
    assert main(["--check", "--page", str(page)]) == 1
    assert "stale: scenario-file.md" in capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_key_is_on_the_page(form: type[BaseModel]) -> None:
    """With what it means."""
    for name, field in form.model_fields.items():
        [row, *_] = re.findall(rf"^\| `{name}` \|.*$", PAGE, re.MULTILINE)
        assert field.description, name
        assert not row.endswith("|  |")


def test_every_question_and_event_has_a_section() -> None:
    """But events that only the tracker itself says."""
    headings = re.findall(r"^###+ (\w+)$", PAGE, re.MULTILINE)
    assert set(ex.GROUPS) <= set(headings)
    said = {model.event_name for model in MODELS if model.event_class is not EventClass.SYSTEM}
    assert said | {"recipient_notified"} <= set(headings)
    assert "notice_planned" not in headings


def test_every_reason_is_explained() -> None:
    """In the order in which they are looked at."""
    assert tuple(REASONS) == PLANNED


def test_a_question_is_one_of_the_list() -> None:
    """What the page lists is what the form takes."""
    with pytest.raises(ValidationError):
        When.model_validate({"at": "2026-03-04T00:00:00Z", "ask": ["fortune"]})
