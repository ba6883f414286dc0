"""The demo replaces its own folder and nothing else."""

from pathlib import Path

import pytest

from lineage.demo.folder import fresh_folder
from lineage.service.errors import InvalidInput


def test_a_demo_folder_is_replaced(tmp_path: Path) -> None:
    """The second run starts from nothing."""
    out = fresh_folder(tmp_path / "new" / "demo-out")
    (out / "lineage.db").write_text("old")
    fresh_folder(out)
    assert [path.name for path in out.iterdir()] == [".lineage-demo"]


def test_anything_else_is_left_alone(tmp_path: Path) -> None:
    """A folder with other people's files, a file and a link are refused and stay as they are."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    file = tmp_path / "file"
    file.write_text("x")
    link = tmp_path / "link"
    link.symlink_to(fresh_folder(tmp_path / "demo-out"))
    for place in (mine, file, link):
        with pytest.raises(InvalidInput):
            fresh_folder(place)
    assert (mine / "letter.txt").read_text() == "dear"
    assert file.read_text() == "x"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """There is nothing in it to lose."""
    assert (fresh_folder(tmp_path) / ".lineage-demo").is_file()
