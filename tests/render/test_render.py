"""What every picture promises: it shows all holders, and no name can break out of it."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from lineage.render import FORMATS, render
from lineage.render.graph import build
from lineage.render.svg_text import width_of, wrap
from lineage.render.text import plain
from lineage.service.answers import Lineage
from tests.render.examples import HOSTILE, edge, holder, hostile, lineage, typical

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_every_party_and_category(form: str) -> None:
    """Nobody who ever had the data is left out of any picture."""
    shown = render(typical(), form=form)
    for name in ("FastParcel", "LocalVan", "MailBlast", "AdNet", "AdNetEast", "ListMaker"):
        assert name in shown
    for word in ("buyer_address", "phone", "email", "interests", "/services/checkout"):
        assert word in shown.replace("#95;", "_")


@pytest.mark.parametrize("form", ["tree", "mermaid", "dot", "svg"])
def test_the_order_of_rows_does_not_change_the_picture(form: str) -> None:
    """Two answers that say the same are drawn the same."""
    answer = typical()
    turned = answer.model_copy(
        update={
            "edges": answer.edges[::-1],
            "holders": answer.holders[::-1],
            "collections": answer.collections[::-1],
        }
    )
    assert render(turned, form=form) == render(answer, form=form)


def test_json_is_the_answer() -> None:
    """A script reads back exactly the model, under its published names."""
    shown = render(typical(), form="json")
    assert Lineage.model_validate_json(shown) == typical()
    assert json.loads(shown)["edges"][0]["from"] == "sesiiduo"


def test_tree_nests_onward_hops_and_ends_circles() -> None:
    """An onward recipient stands under the one that passed the data on; a circle ends."""
    lines = render(typical(), form="tree").splitlines()
    depth = {line.split("● ")[-1].strip(): line.index("●") for line in lines if "● " in line}
    carrier = next(line.index("◐") for line in lines if "◐ FastParcel" in line)
    assert depth["LocalVan  logistics"] == carrier + 4
    assert sum("shown at its other place" in line for line in lines) == 1


def test_tree_tells_held_from_erased_without_colour() -> None:
    """Somebody who prints the tree still sees what was erased and when."""
    shown = render(typical(), form="tree")
    assert "● holds buyer_address, buyer_name" in shown
    assert "○ erased 2026-03-09: phone" in shown
    assert "for delivery · basis contract · in US · since 2026-03-04 10:30" in shown


def test_svg_is_well_formed_named_and_described() -> None:
    """The picture opens in any viewer and can be read aloud."""
    root = ET.fromstring(render(typical(), form="svg"))  # noqa: S314 our own text
    assert root.find(f"{SVG}title") is not None
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert "2 own systems and 3 recipients hold data" in (description.text or "")
    labels = {group.get("aria-label") for group in root.iter(f"{SVG}g")}
    assert "FastParcel: holds some, erased some" in labels
    assert "MailBlast: erased" in labels


def test_svg_boxes_do_not_overlap() -> None:
    """Every card can be read: no two of them cover each other, and all are inside the picture."""
    root = ET.fromstring(render(typical(), form="svg"))  # noqa: S314 our own text
    rects = [
        [float(rect.get(name, "")) for name in ("x", "y", "width", "height")]
        for group in root.iter(f"{SVG}g")
        if group.get("role") == "group"
        for rect in group.iter(f"{SVG}rect")
    ]
    assert len(rects) == len(build(typical()).recipients) + 2 + 2
    for number, (x, y, width, height) in enumerate(rects):
        assert x + width <= float(root.get("width", ""))
        assert y + height <= float(root.get("height", ""))
        for other_x, other_y, other_width, other_height in rects[:number]:
            apart = x >= other_x + other_width or other_x >= x + width
            assert apart or y >= other_y + other_height or other_y >= y + height


def test_svg_keeps_hostile_names_as_text() -> None:
    """A party named like markup adds no element, attribute, script or link."""
    shown = render(hostile(), form="svg")
    root = ET.fromstring(shown)  # noqa: S314 our own text
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {
        *("svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text")
    }
    names = {name for element in root.iter() for name in element.keys()}  # noqa: SIM118 not a dict
    assert not {name for name in names if "href" in name or name.startswith("on")}
    texts = " ".join("".join(element.itertext()) for element in root.iter(f"{SVG}g"))
    assert "<script>alert(1)</script>" in texts


@pytest.mark.parametrize("form", ["tree", "mermaid", "dot", "svg"])
def test_no_control_character_reaches_the_reader(form: str) -> None:
    """A name cannot colour a terminal, turn a line round or begin a new one."""
    shown = render(hostile(), form=form)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\r" not in shown
    assert "\\x1b[31mred" in shown or "x1b" in shown
    assert "\nlines" not in shown


def test_mermaid_labels_hold_only_safe_characters() -> None:
    """Between two quotes stands nothing that could end a label, begin a tag or a directive."""
    for line in render(hostile(), form="mermaid").splitlines():
        for label in re.findall(r'"([^"]*)"', line):
            assert not set(label.replace("<br/>", "")) & set("<>[]{}|`\\&%")
        assert line.count('"') % 2 == 0
        assert "<script" not in line


def test_dot_quotes_are_balanced() -> None:
    """Every label is one quoted string, whatever the names hold."""
    token = re.compile(r'"(?:[^"\\]|\\.)*"')
    for line in render(hostile(), form="dot").splitlines():
        outside = token.sub("", line)
        assert '"' not in outside
        assert "script" not in outside


def test_tree_shows_square_brackets_as_they_are() -> None:
    """The terminal library's own markup is not run on names."""
    assert "[bold]markup[/bold]" in render(hostile(), form="tree")


def test_a_circle_nothing_leads_into_is_still_drawn() -> None:
    """Onward shares whose beginning is not on record are shown, not lost and not looped over."""
    answer = lineage(
        edges=[edge("A", "B", "email"), edge("B", "A", "email")],
        holders=[holder("A", "email"), holder("B", "email")],
    )
    for form in FORMATS:
        shown = render(answer, form=form)
        assert "A" in shown
        assert "B" in shown


def test_a_recipient_named_like_the_controller_keeps_its_own_card() -> None:
    """Data that comes back under the controller's name is a hop, not a loop on the controller."""
    graph = build(
        lineage(
            edges=[edge("sesiiduo", "Carrier", "email"), edge("Carrier", "sesiiduo", "email")],
            holders=[holder("Carrier", "email"), holder("sesiiduo", "email")],
        )
    )
    columns = {recipient.name: recipient.column for recipient in graph.recipients}
    assert columns == {"Carrier": 1, "sesiiduo": 2}


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_answer_says_so(form: str) -> None:
    """Nothing on record is drawn as such and does not fail."""
    shown = render(lineage(edges=[], holders=[]), form=form)
    assert "m1" in shown
    if form == "tree":
        assert "none on record" in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_plain_leaves_one_short_line(name: str) -> None:
    """Whatever a name holds, it is one line of at most 200 characters."""
    shown = plain(name)
    assert len(shown) <= 200
    assert shown.isprintable()


def test_wrap_fits_and_loses_nothing_until_the_limit() -> None:
    """Wrapped lines stay within the width and hold every word."""
    text = ", ".join(f"category_{number}" for number in range(12))
    lines = wrap(text, size_px=12, width_px=200, lines_max=50)
    assert " ".join(lines) == text
    assert max(width_of(line, size_px=12) for line in lines) <= 200
    assert wrap("W" * 500, size_px=12, width_px=100, lines_max=2)[-1].endswith("…")
