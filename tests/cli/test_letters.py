"""``lineage request letter`` on a real store: what it prints, where it writes, how it ends."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from lineage.service.letter_answers import Letter
from tests.cli.test_real import CONTROLLER, EVENTS, Shop

OPEN = ("request", "open", "m1", "-c", CONTROLLER, "--id", "r1")
LETTER = ("request", "letter", "r1", "--recipient", "FastParcel")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose request r1 is accepted, and a registry with a recipient that has no webhook."""
    registry = tmp_path / "recipients.yaml"
    entries = {"FastParcel": {"channel": "manual"}}
    registry.write_text(yaml.safe_dump({"controllers": {CONTROLLER: {"recipients": entries}}}))
    monkeypatch.setenv("LINEAGE_RECIPIENTS", str(registry))
    made = Shop(tmp_path)
    for result in (
        made.record(*EVENTS),
        made.run(*OPEN),
        made.run("request", "decide", "r1", "accepted"),
    ):
        assert result.exit_code == 0, result.output
    return made


def test_text_on_standard_output(shop: Shop) -> None:
    """The letter and nothing else, so that it can be piped."""
    result = shop.run(*LETTER, "--reply-to", "privacy@shop.example")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Notice to erase personal data\n====")
    assert "privacy@shop.example" in result.stdout
    assert "value: m1" in result.stdout


def test_html_in_a_file(shop: Shop) -> None:
    """A whole page that its owner alone may read; a file that is there is left as it is."""
    file = shop.folder / "letter.html"
    result = shop.run(*LETTER, "--html", "--to", str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Nothing was sent." in result.stdout
    assert "m1" not in result.stdout
    assert file.read_text().startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = shop.run(*LETTER, "--to", str(file))
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert file.read_text().startswith("<!DOCTYPE html>")


def test_json_is_what_the_letter_says(shop: Shop) -> None:
    """The model that Python returns, also beside a file; the letter itself is not in it."""
    alone = shop.answer(*LETTER)
    assert Letter.model_validate(alone).notices[0].categories == ["email"]
    file = shop.folder / "letter.txt"
    beside = shop.run(*LETTER, "--to", str(file), "--json")
    assert json.loads(beside.stdout)["person"] == [{"type": "subject", "value": "m1"}]
    assert file.read_text().startswith("Notice to erase")


def test_a_letter_leaves_the_request_as_it_was(shop: Shop) -> None:
    """Its notice is planned before and after: only an answer or a dispatch changes that."""
    before = shop.answer("request", "status", "r1")["notices"]
    shop.run(*LETTER)
    after = shop.answer("request", "status", "r1")["notices"]
    assert [row["state"] for row in after] == ["planned", "planned"]
    assert after == before


@pytest.mark.parametrize(
    ("recipient", "says"),
    [
        ("PayWay", "no notice of request 'r1' to PayWay is open"),
        ("LocalVan", "the registry does not name LocalVan"),
    ],
)
def test_no_letter(shop: Shop, recipient: str, says: str) -> None:
    """Exit code 2, what is wrong, and what to do."""
    result = shop.run("request", "letter", "r1", "--recipient", recipient)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 2
