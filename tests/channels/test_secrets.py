"""References to secrets: found at the time of use, and never repeated in an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage.channels.secrets import SecretUnavailable, resolve, resolve_all


def test_env() -> None:
    """`env:` reads the environment."""
    assert resolve("env:HOOK", environ={"HOOK": "whsec_abc\n"}) == "whsec_abc"


def test_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mapping it is the environment of the process, as it is now."""
    monkeypatch.setenv("LINEAGE_TEST_HOOK", "first")
    assert resolve("env:LINEAGE_TEST_HOOK") == "first"
    monkeypatch.setenv("LINEAGE_TEST_HOOK", "second")
    assert resolve("env:LINEAGE_TEST_HOOK") == "second"


def test_file(tmp_path: Path) -> None:
    """`file:` reads the file at every use, so that a rotation needs no restart."""
    path = tmp_path / "hook"
    path.write_text("whsec_abc\n")
    assert resolve(f"file:{path}") == "whsec_abc"
    path.write_text("whsec_new\nwhsec_abc\n")
    assert resolve(f"file:{path}").split() == ["whsec_new", "whsec_abc"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b" \n", "empty"),
        (b"hunter2" * 600, "more than 4096 bytes"),
        (b"\xff\xfehunter2", "not UTF-8"),
    ],
)
def test_files_that_hold_no_secret(tmp_path: Path, content: bytes, message: str) -> None:
    """An empty, huge or binary file is an error that names the reference only."""
    path = tmp_path / "hook"
    path.write_bytes(content)
    with pytest.raises(SecretUnavailable, match=message) as error:
        resolve(f"file:{path}")
    assert str(path) in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("reference", ["env:MISSING", "file:/nowhere/at/all", "file:/", "file:\0"])
def test_missing(reference: str) -> None:
    """What is not there is named."""
    with pytest.raises(SecretUnavailable) as error:
        resolve(reference, environ={})
    assert str(error.value).startswith(reference)


@pytest.mark.parametrize(
    "reference", ["whsec_abcdef", "env:abc+def/=", "vault:abcdef", "file:", ""]
)
def test_a_secret_in_place_of_its_reference(reference: str) -> None:
    """A secret put where its reference belongs does not come back in the error."""
    with pytest.raises(SecretUnavailable) as error:
        resolve(reference, environ={})
    assert str(error.value) == "a secret is given as env:NAME or file:PATH"


def test_several_references(tmp_path: Path) -> None:
    """All that lives behind several references, in their order; one that is missing fails all."""
    path = tmp_path / "hook"
    path.write_text("whsec_b\nwhsec_c\n")
    found = resolve_all(["env:NEW", f"file:{path}"], environ={"NEW": "whsec_a"})
    assert found == ("whsec_a", "whsec_b", "whsec_c")
    with pytest.raises(SecretUnavailable, match="env:OLD: not set"):
        resolve_all(["env:NEW", "env:OLD"], environ={"NEW": "whsec_a"})
