"""Checks of a recipient registry, on what the file says before its form is looked at.

So an entry that cannot be used is told in the words of the issue it has, and every one of them is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.policy.lint.flaw import Flaw
from lineage.policy.yamlfile import Place

Said = Mapping[str, Any]


def entries(registry: Said, of: str) -> Iterator[tuple[Place, Said]]:
    """The entries under ``recipients`` or ``sources``, each with its place: what is a mapping."""
    for controller, found in _mapping(registry.get("controllers")).items():
        for name, entry in _mapping(_mapping(found).get(of)).items():
            if entry is None or isinstance(entry, Mapping):
                yield ("controllers", controller, of, name), _mapping(entry)


def _mapping(value: object) -> Said:
    return value if isinstance(value, Mapping) else {}


def recipient_without_channel(registry: Said) -> Iterator[Flaw]:
    """A recipient without a channel: nothing says how it is told."""
    for path, entry in entries(registry, "recipients"):
        if entry.get("channel") is None:
            yield Flaw(
                (*path, "channel"),
                "nothing says how this recipient is told",
                "add channel: webhook with url and secret, or channel: manual",
            )


def recipient_without_address(registry: Said) -> Iterator[Flaw]:
    """A webhook without a `url`: there is nowhere to send a notice to."""
    for path, entry in entries(registry, "recipients"):
        if entry.get("channel") == "webhook" and entry.get("url") is None:
            yield Flaw((*path, "url"), "a webhook without an address", "add its url")


def secret_missing(registry: Said) -> Iterator[Flaw]:
    """A webhook without a `secret`: its notices cannot be signed."""
    for path, entry in entries(registry, "recipients"):
        if entry.get("channel") == "webhook" and entry.get("secret") is None:
            yield Flaw(
                (*path, "secret"),
                "a webhook without the secret that its notices are signed with",
                "add secret: env:NAME or file:PATH, never the secret itself",
            )


def forward_without_contact(registry: Said) -> Iterator[Flaw]:
    """A recipient has a `forward_duty` and no `contact`: nobody can be asked whether it passed a
    notice on to whom it gave the data.
    """
    for path, entry in entries(registry, "recipients"):
        if entry.get("forward_duty") is True and entry.get("contact") is None:
            yield Flaw(
                (*path, "forward_duty"),
                "it must pass notices on, and nobody is named who can say whether it did",
                "add a contact: the mailbox or telephone number of the office that answers",
            )


def source_without_silence(registry: Said) -> Iterator[Flaw]:
    """A source without `silent_after`: however long it sends nothing, answers do not say so."""
    for path, entry in entries(registry, "sources"):
        if entry.get("silent_after") is None:
            yield Flaw(
                (*path, "silent_after"),
                "nothing says for how long this source may send nothing",
                "add silent_after: {days: N} or {hours: N}",
            )
