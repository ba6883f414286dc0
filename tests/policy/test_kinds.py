"""The closed set of rule kinds: each documented, applied, used by the library, and tested."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.policy.kind_page import Kind, kinds_page, name_of, rule_kinds
from lineage.policy.kind_uses import kind_uses
from lineage.policy.loader import load_library
from lineage.policy.rule import Rule

TESTS = Path(__file__).parents[1]
KINDS = rule_kinds()
USES = kind_uses([kind.__name__ for kind in KINDS])
PAGE = kinds_page()
PACKAGE = "lineage.policy.kinds."
# By nature: what a text states and nothing recorded can show.
APPLIED_BY_NOTHING = {"stated"}
LIBRARY = load_library()
RULES = [
    rule
    for controller in LIBRARY.controllers
    for policy in LIBRARY.versions(controller)
    for rule in policy.rules
]
TESTED = "\n".join(
    path.read_text(encoding="utf-8")
    for folder, pattern in (("scenarios", "*.yaml"), ("domain", "*.py"), ("policy", "*.py"))
    for path in sorted((TESTS / folder).rglob(pattern))
    if path != Path(__file__)
)
TESTED_IDS = frozenset(re.findall(r"[0-9]{3}\.[A-S]\.[0-9]+|D-[0-9]{2,3}", TESTED))

each_kind = pytest.mark.parametrize("kind", KINDS, ids=name_of)


def below(kind: Kind) -> Iterator[Kind]:
    """The classes below one."""
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def instances(kind: Kind) -> list[Rule]:
    """The rules of the library of this kind."""
    return [rule for rule in RULES if type(rule) is kind]


def test_the_set_is_closed() -> None:
    """Every class of the package is in the union, under a word of its own."""
    assert set(KINDS) == {kind for kind in below(Rule) if kind.__module__.startswith(PACKAGE)}
    named = [name_of(kind) for kind in KINDS]
    assert len(set(named)) == len(named) > 50


@each_kind
def test_a_kind_is_documented(kind: Kind) -> None:
    """It says what it is, each field says what it means, and the page shows it with an example."""
    assert kind.__doc__ is not None
    assert kind.__doc__ != Rule.__doc__
    silent = [
        name
        for name, field in kind.model_fields.items()
        if name != "kind" and not field.description
    ]
    assert silent == []
    _, _, section = PAGE.partition(f"\n### {name_of(kind)}\n")
    section = section.partition("\n### ")[0]
    assert f"- kind: {name_of(kind)}\n" in section


@each_kind
def test_a_kind_is_applied(kind: Kind) -> None:
    """Some code of the domain judges or answers by it, but for those listed above."""
    assert bool(USES[kind.__name__]) is (name_of(kind) not in APPLIED_BY_NOTHING)


@each_kind
def test_a_kind_is_used_and_tested(kind: Kind) -> None:
    """The library has an instance, and a scenario or a unit test names one of them by its id."""
    ids = {rule.rule for rule in instances(kind)}
    assert ids
    assert ids & TESTED_IDS


def test_an_import_is_no_use(tmp_path: Path) -> None:
    """A module that only imports a kind does not apply it; one that names it does."""
    folder = tmp_path / "lineage" / "domain"
    folder.mkdir(parents=True)
    (folder / "imports.py").write_text("from kinds import FanOut\n", encoding="utf-8")
    (folder / "applies.py").write_text(
        "import kinds\nROWS = policy.of(kinds.FanOut)\n", encoding="utf-8"
    )
    assert kind_uses(["FanOut", "Stated"], folder) == {
        "FanOut": ("lineage/domain/applies.py",),
        "Stated": (),
    }
