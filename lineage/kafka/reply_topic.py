"""The name of a recipient's reply topic, and the recipient's name read back from it."""

from __future__ import annotations

import re
from typing import Final

PREFIX_DEFAULT: Final = "lineage"
"""First part of every topic's name; two trackers on one cluster have different ones."""

_PLAIN = re.compile(r"[A-Za-z0-9-]")
_ESCAPED = re.compile(r"_([0-9a-f]{2})")
_NAME_MAX: Final = 249


class TopicName(ValueError):
    """A name that no topic can have."""


def reply_topic(recipient: str, *, prefix: str = PREFIX_DEFAULT) -> str:
    """Return the topic of a recipient's answers. Raises ``TopicName`` where it is too long."""
    name = f"{prefix}.answers.{_spelled(recipient)}"
    if len(name) > _NAME_MAX:
        raise TopicName(f"the name of a recipient makes a topic of over {_NAME_MAX} letters")
    return name


def recipient_of(name: str, *, prefix: str = PREFIX_DEFAULT) -> str | None:
    """Return whose reply topic it is; None where it is no reply topic of this tracker."""
    before = f"{prefix}.answers."
    if not name.startswith(before):
        return None
    try:
        recipient = _read(name.removeprefix(before))
    except ValueError:
        return None
    return recipient if recipient and _spelled(recipient) == name.removeprefix(before) else None


def _read(spelled: str) -> str:
    """A recipient's name from the letters that topics may have. Raises ``ValueError``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), spelled).encode("latin-1").decode()


def _spelled(recipient: str) -> str:
    """A recipient's name in the letters that topics may have; no two get the same."""
    return "".join(
        letter if _PLAIN.fullmatch(letter) else "".join(f"_{byte:02x}" for byte in letter.encode())
        for letter in recipient
    )
