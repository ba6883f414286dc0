"""Which store a command works on: option before or after the command, environment, default."""

from __future__ import annotations

from pathlib import Path

from lineage.cli.place import Place
from tests.cli.conftest import Run
from tests.cli.fake import Opened

OTHER = "sqlite:///other.db"


def test_the_store_can_stand_after_the_command(run: Run, opened: Opened) -> None:
    """``lineage holders m1 --store URL``."""
    run(
        "holders",
        "m1",
        "--store",
        OTHER,
        "--keys",
        "k",
        "--policies",
        "p",
        "--recipients",
        "r.yaml",
    )
    assert opened.places == [Place(OTHER, Path("k"), Path("p"), Path("r.yaml"))]


def test_the_store_can_stand_before_the_command(run: Run, opened: Opened) -> None:
    """``lineage --store URL request list``."""
    run("--store", OTHER, "--keys", "k", "request", "list")
    assert opened.places == [Place(OTHER, Path("k"))]


def test_the_environment_names_the_store(run: Run, opened: Opened) -> None:
    """LINEAGE_STORE and its three sisters count where no option is given."""
    env = {
        "LINEAGE_STORE": OTHER,
        "LINEAGE_KEYS": "k",
        "LINEAGE_POLICIES": "p",
        "LINEAGE_RECIPIENTS": "r.yaml",
    }
    run("holders", "m1", env=env)
    assert opened.places == [Place(OTHER, Path("k"), Path("p"), Path("r.yaml"))]


def test_an_option_is_stronger_than_the_environment(run: Run, opened: Opened) -> None:
    """On either side of the command."""
    env = {"LINEAGE_STORE": "sqlite:///environment.db"}
    run("holders", "m1", "--store", OTHER, env=env)
    run("--store", OTHER, "holders", "m1", env=env)
    assert opened.places == [Place(OTHER), Place(OTHER)]


def test_the_nearer_option_wins(run: Run, opened: Opened) -> None:
    """Of two, the one after the command counts."""
    run("--store", "sqlite:///first.db", "holders", "m1", "--store", OTHER)
    assert opened.places == [Place(OTHER)]


def test_nothing_said_leaves_the_choice_to_the_default(run: Run, opened: Opened) -> None:
    """No option, no environment: the tracker's own default."""
    run("holders", "m1")
    assert opened.places == [Place()]
