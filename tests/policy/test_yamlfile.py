"""Reading YAML safely: what is refused before any model sees it, and where the fault is."""

import time
from pathlib import Path

import pytest

from lineage.policy.errors import PolicyError
from lineage.policy.yamlfile import DEPTH_MAX, SIZE_MAX, dotted, read_document

_BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefghijklmnopqrstuvwx", "bcdefghijklmnopqrstuvwxy", strict=True)
)


def _read(tmp_path: Path, raw: bytes | str) -> PolicyError:
    file = tmp_path / "file.yaml"
    file.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    with pytest.raises(PolicyError) as caught:
        read_document(file)
    assert caught.value.file == str(file)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("", 1, "", "a mapping"),
        ("# only a comment\n", 1, "", "a mapping"),
        ("- a\n", 1, "", "a mapping"),
        ("text\n", 1, "", "a mapping"),
        ("a: 1\nb: 2\na: 3\n", 3, "a", "each key once"),
        ("a:\n  b: 1\n  b: 2\n", 3, "a.b", "each key once"),
        ("a:\n- b: 1\n- b: 1\n  b: 2\n", 4, "a[1].b", "each key once"),
        ("a: &x 1\nb: *x\n", 2, "", "no alias"),
        (_BOMB, 2, "", "no alias"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "", "no alias"),
        ("a:\n  <<: {b: 1}\n", 2, "a", "no merge key"),
        ("a:\n\tb: 1\n", 2, "", "spaces for indentation, not tabs"),
        ("a: 1\nb: [1, 2\n", 3, "", "valid YAML"),
        ("a: 1\nb: }\n", 2, "", "valid YAML"),
        ("a: !!python/object/apply:os.system ['true']\n", 1, "a", "without a tag"),
        ("a: !mine 1\n", 1, "a", "without a tag"),
        ("a: !!set {b}\n", 1, "a", "without a tag"),
        ("a: !!binary aGVsbG8=\n", 1, "a", "without a tag"),
        ("1: x\n", 1, "", "a key that is text"),
        ("no: x\n", 1, "", "a key that is text"),
        ("[a, b]: x\n", 1, "", "a key that is text"),
        ("? !!str {a: b}\n: x\n", 1, "", "a key that is text"),
        ("a: 2026-02-30\n", 1, "a", "a date or number that exists"),
        ("a:\n  - 2026-13-01\n", 2, "a[0]", "a date or number that exists"),
        ("a: " + "9" * 5000 + "\n", 1, "a", "a date or number that exists"),
        ("a: 1\n---\nb: 2\n", 2, "", "one document"),
        ("a: " + "[" * DEPTH_MAX + "]" * DEPTH_MAX + "\n", 1, "", "levels of nesting"),
        ("a: 1\nb: \x07\n", 0, "", "without control characters"),
    ],
)
def test_refused(tmp_path: Path, text: str, line: int, key: str, expected: str) -> None:
    """Everything but one plain mapping is refused, with the line where it goes wrong."""
    error = _read(tmp_path, text)
    assert (error.line, error.key) == (line, key)
    assert expected in error.expected


def test_not_text(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are named by line."""
    error = _read(tmp_path, b"a: 1\nb: \xff\n")
    assert (error.line, error.expected) == (2, "text in UTF-8")


def test_size(tmp_path: Path) -> None:
    """One byte more than 1 MiB is too much, and no more than that is ever read."""
    line = b"# " + b"x" * 60 + b"\n"
    most = b"a: 1\n" + line * ((SIZE_MAX - 5) // len(line))
    most += b"#" * (SIZE_MAX - len(most))
    file = tmp_path / "file.yaml"
    file.write_bytes(most)
    assert read_document(file).value == {"a": 1}
    assert _read(tmp_path, most + b"#").expected == "a file of at most 1 MiB"


def test_deep_nesting_and_bombs_are_quick(tmp_path: Path) -> None:
    """Half a million brackets end in a message, not in a full stack or a full memory."""
    start = time.perf_counter()
    assert "levels of nesting" in _read(tmp_path, "a: " + "[" * 500_000).expected
    assert "no alias" in _read(tmp_path, _BOMB).expected
    assert time.perf_counter() - start < 5


def test_aliases_where_they_are_allowed(tmp_path: Path) -> None:
    """They are written out; a bomb, or an alias of itself, ends in a message and quickly."""
    file = tmp_path / "file.yaml"
    file.write_text("a: &x [1, {c: 2}]\nb: *x\n", encoding="utf-8")
    assert read_document(file, aliased_max=9).value == {"a": [1, {"c": 2}], "b": [1, {"c": 2}]}
    start = time.perf_counter()
    for text, expected in (
        (_BOMB, "at most 1000 values"),
        ("a: &x [1, *x]\n", "levels of nesting"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "no merge key"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(PolicyError, match=expected):
            read_document(file, aliased_max=1000)
    assert time.perf_counter() - start < 5


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A path that cannot be read says why."""
    with pytest.raises(PolicyError, match=r"expected a readable file \("):
        read_document(tmp_path)


def test_deepest_allowed(tmp_path: Path) -> None:
    """As many levels as allowed are read; the mapping of the file is the first."""
    file = tmp_path / "file.yaml"
    depth = DEPTH_MAX - 1
    file.write_text("a: " + "[" * depth + "]" * depth, encoding="utf-8")
    assert list(read_document(file).value) == ["a"]


def test_lines_and_errors(tmp_path: Path) -> None:
    """Each key and item knows its line; an error about a missing key names the one above it."""
    file = tmp_path / "file.yaml"
    file.write_text("\ufeffa: 1\nb:\n  c:\n    - x\n    - y\n", encoding="utf-8")
    document = read_document(file)
    assert document.value == {"a": 1, "b": {"c": ["x", "y"]}}
    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "c", 0): 4,
        ("b", "c", 1): 5,
    }
    assert document.error(("b", "c", 1), expected="z").line == 5
    missing = document.error(("b", "d", "e"), expected="z")
    assert (missing.line, missing.key) == (2, "b.d.e")
    assert str(missing) == f"{file}:2: b.d.e: expected z"
    assert str(document.error(("q",), expected="z")) == f"{file}:1: q: expected z"


def test_dotted() -> None:
    """A path is written the way one would type it."""
    assert dotted(()) == ""
    assert dotted(("a", 0, "b", "c", 12)) == "a[0].b.c[12]"
