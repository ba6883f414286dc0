"""References to secrets, `env:NAME` or `file:PATH`, resolved at the moment of use; never kept."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

SECRET_BYTES_MAX: Final = 4096
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SecretUnavailable(Exception):
    """A secret cannot be had. The message names the reference, never a value."""


def resolve(reference: str, *, environ: Mapping[str, str] | None = None) -> str:
    """Return the secret behind a reference, without the white space around it.

    One reference may hold several secrets, separated by white space, while a rotation lasts.
    """
    kind, _, rest = reference.partition(":")
    if kind == "env" and _NAME.fullmatch(rest):
        found = (os.environ if environ is None else environ).get(rest)
        if found is None:
            raise SecretUnavailable(f"{reference}: not set in the environment")
    elif kind == "file" and rest:
        found = _read(reference, Path(rest))
    else:
        # what stands here may be the secret itself, so it is not repeated
        raise SecretUnavailable("a secret is given as env:NAME or file:PATH")
    if not (secret := found.strip()):
        raise SecretUnavailable(f"{reference}: empty")
    return secret


def resolve_all(
    references: Iterable[str], *, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return every secret that lives behind these references, in their order.

    One that cannot be had fails them all: who still checks with it would refuse what the others
    sign. Raises `SecretUnavailable`.
    """
    return tuple(
        secret for reference in references for secret in resolve(reference, environ=environ).split()
    )


def _read(reference: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SECRET_BYTES_MAX + 1)
    except FileNotFoundError:
        raise SecretUnavailable(f"{reference}: no such file") from None
    except (OSError, ValueError):
        raise SecretUnavailable(f"{reference}: cannot be read") from None
    if len(content) > SECRET_BYTES_MAX:
        raise SecretUnavailable(f"{reference}: more than {SECRET_BYTES_MAX} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise SecretUnavailable(f"{reference}: not UTF-8 text") from None
