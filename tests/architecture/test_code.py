"""The shape of the code: how long, how named, and whose rules it must not know."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, functions, product_modules, shown, text_of

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
NO_PLACE_FOR_ANYTHING = {"base", "common", "helpers", "misc", "utils"}
RULE_ID = re.compile(r"(?<![0-9])[0-9]{3}\.[A-S]\.[0-9]")
DEFAULT_ID = re.compile(r"D-[0-9]{2,3}")
ENGINE = ("lineage/domain", "lineage/service", "lineage/policy")
CONTROLLERS = re.compile(r"sesiiduo|seestar|store[-_]?002|senro|easydser", re.IGNORECASE)


def long_functions(source: str) -> list[str]:
    """The names of the functions over the cap."""
    return [
        node.name
        for node in functions(ast.parse(source))
        if (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_MAX
    ]


def controllers_named(source: str) -> list[int]:
    """The lines whose code names a controller; comments and docstrings may, as examples."""
    prose = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return [
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type != tokenize.COMMENT
        and token.start[0] not in prose
        and CONTROLLERS.search(token.string)
    ]


def policies_named(source: str) -> list[int]:
    """The lines that name a controller or a rule of a policy, comments and docstrings too; and
    those whose code knows a default by its id.
    """
    named = {
        number
        for number, line in enumerate(source.splitlines(), start=1)
        if CONTROLLERS.search(line) or RULE_ID.search(line)
    }
    known = {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and DEFAULT_ID.fullmatch(node.value)
    }
    return sorted(named | known)


def read(path: Path) -> str:
    """The source of a module."""
    source = text_of(path)
    assert source is not None, shown(path)
    return source


def test_files_stay_short() -> None:
    """A file of the product can be read in one sitting."""
    long = [
        f"{shown(path)}: {lines}"
        for path in product_modules()
        if (lines := read(path).count("\n")) > FILE_LINES_MAX
    ]
    assert long == []


def test_functions_stay_short() -> None:
    """A function of the product fits on a screen."""
    long = [
        f"{shown(path)}: {name}"
        for path in product_modules()
        for name in long_functions(read(path))
    ]
    assert long == []


def test_modules_say_what_they_hold() -> None:
    """No module is named so that anything fits into it."""
    assert [shown(p) for p in product_modules() if p.stem in NO_PLACE_FOR_ANYTHING] == []


def test_no_controller_in_code() -> None:
    """A rule of a policy lives in a policy file: no code but the demo names a controller."""
    named = [
        f"{shown(path)}:{line}"
        for path in product_modules()
        if (ROOT / "lineage" / "demo") not in path.parents
        for line in controllers_named(read(path))
    ]
    assert named == []


def test_the_engine_knows_no_policy() -> None:
    """What applies the rules names no controller and no rule id, not even in prose."""
    named = [
        f"{shown(path)}:{line}"
        for path in product_modules()
        if shown(path).startswith(ENGINE)
        for line in policies_named(read(path))
    ]
    assert named == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('"""As in senro."""\n', [1]),
        ("x = 1  # by 004.F.3\n", [1]),
        ('RULE = "D-05"\n', [1]),
        ('"""Counted by D-01."""\nVERSION = "3.11.0"\n', []),
    ],
)
def test_policies_are_seen(source: str, lines: list[int]) -> None:
    """The search sees names, rule ids and defaults in code; prose may name a default."""
    assert policies_named(source) == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('IDS = ["senro"]\n', [1]),
        ("def store_002() -> None: ...\n", [1]),
        ('x = f"/v1/{1}/Sesiiduo"\n', [1]),
        ('"""As in sesiiduo."""\n# easydser\nx = 1\n', []),
    ],
)
def test_controllers_are_seen(source: str, lines: list[int]) -> None:
    """The search sees names and strings, and lets prose be."""
    assert controllers_named(source) == lines


def test_long_function_is_seen() -> None:
    """Seventy lines pass, seventy-one do not."""
    body = "    x = 1\n"
    assert long_functions("def f():\n" + body * 69) == []
    assert long_functions("def f():\n" + body * 70) == ["f"]
