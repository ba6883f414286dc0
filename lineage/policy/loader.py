"""The policy library: all versions of all controllers' policies, and which is in force on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from lineage.events.times import from_micros
from lineage.policy.errors import PolicyError
from lineage.policy.model import Policy
from lineage.policy.refused import (
    Refused,
    begins,
    colliding_versions,
    repeated_rules,
    taken_prefix,
    unknown_categories,
)
from lineage.policy.yamlfile import Document, read_document, validate

LIBRARY: Final = Path(__file__).parent / "library"
_HASH_DIGITS: Final = 12
_DIGEST_BYTES: Final = 16
_SUFFIXES: Final = {".yaml", ".yml"}


class Library:
    """The policies in use. A controller that is not in it raises ``KeyError``."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        """Take policies whose versions do not contradict one another (see ``load_library``)."""
        found: dict[str, list[Policy]] = {}
        for policy in policies:
            found.setdefault(policy.id, []).append(policy)
        self._versions: Mapping[str, tuple[Policy, ...]] = {
            controller: tuple(sorted(found[controller], key=begins)) for controller in sorted(found)
        }
        self._digests: dict[str, bytes] = {}
        self._categories: dict[str, frozenset[str]] = {}

    @classmethod
    def of_files(cls, files: Mapping[str, Path]) -> Library:
        """One file for each controller, read when it is first asked about."""
        library = cls(())
        library._versions = _WhenAsked(files)
        return library

    @property
    def controllers(self) -> tuple[str, ...]:
        """Every controller that has a policy, sorted."""
        return tuple(self._versions)

    def versions(self, controller: str) -> tuple[Policy, ...]:
        """Return the versions of one controller, the oldest first."""
        return self._versions[controller]

    def digest(self, controller: str) -> bytes | None:
        """16 bytes that tell these policies of a controller from any others; None without one."""
        if controller not in self._versions:
            return None
        digest = self._digests.get(controller)
        if digest is None:
            said = b"".join(p.model_dump_json().encode() for p in self._versions[controller])
            digest = blake2b(said, digest_size=_DIGEST_BYTES).digest()
            self._digests[controller] = digest
        return digest

    def version_at(self, controller: str) -> Callable[[int], str]:
        """Gives the version in force at a time (microseconds); none without a policy."""
        if controller not in self.controllers:
            return lambda _: ""
        policy_at = self.policy_at(controller)
        return lambda at: policy_at(at).version

    def policy_at(self, controller: str) -> Callable[[int], Policy]:
        """Gives the policy in force at a time (microseconds)."""
        only = self.versions(controller)
        if len(only) == 1:
            return lambda _: only[0]
        return lambda at: self.in_force(controller, from_micros(at).date())

    def in_force(self, controller: str, day: date) -> Policy:
        """Return the version in force on a day; the first is in force from the beginning (D-31)."""
        versions = self._versions[controller]
        for policy in reversed(versions[1:]):
            if begins(policy) <= day:
                return policy
        return versions[0]

    def with_policy(self, policy: Policy, *, controller: str, since: date | None) -> Library:
        """The same, but a controller has this policy from a day on; None: and never had another.

        The policy may be another controller's, and its own first day does not count.
        """
        before = (
            [] if since is None else [p for p in self.versions(controller) if begins(p) < since]
        )
        head = {"id": controller, "effective_from": since if before else None}
        others = [p for name in self.controllers if name != controller for p in self.versions(name)]
        return Library([*others, *before, policy.model_copy(update=head)])

    def categories(self, controller: str) -> frozenset[str]:
        """Return every category word that any version of the controller's policy knows."""
        found = self._categories.get(controller)
        if found is None:
            words = (policy.all_categories for policy in self._versions[controller])
            found = self._categories[controller] = frozenset[str]().union(*words)
        return found


class _WhenAsked(Mapping[str, tuple[Policy, ...]]):
    """The only version of each controller's policy, by its file."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._read: dict[str, tuple[Policy, ...]] = {}

    def __getitem__(self, controller: str) -> tuple[Policy, ...]:
        found = self._read.get(controller)
        if found is None:
            policy = _policy(read_document(self._files[controller]))
            found = self._read[controller] = (policy,)
        return found

    def __contains__(self, controller: object) -> bool:
        return controller in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def load_library(path: Path | None = None) -> Library:
    """Load one policy file, or all of a folder (``*.yaml``, ``*.yml``).

    Without a path these are the five policies that come with the package, each in a file of its
    controller's name; one is read when it is first asked about, and once. Raises ``PolicyError``
    that names file, line, key and what was expected.
    """
    return _own_library() if path is None else _load(path)


@cache
def _own_library() -> Library:
    return Library.of_files({file.stem: file for file in policy_files(LIBRARY)})


def _load(place: Path) -> Library:
    loaded: list[tuple[Document, Policy]] = []
    for file in policy_files(place):
        document = read_document(file)
        policy = _policy(document)
        for _, other in loaded:
            _first(document, (*colliding_versions(policy, other), *taken_prefix(policy, other)))
        loaded.append((document, policy))
    return Library(policy for _, policy in loaded)


def policy_files(place: Path) -> list[Path]:
    """The file itself, or all policy files of a folder; raises ``PolicyError`` where none is."""
    files = [place]
    if place.is_dir():
        files = sorted(file for file in place.iterdir() if file.suffix in _SUFFIXES)
    if not files:
        raise PolicyError(place, line=0, key="", expected="at least one policy file (*.yaml)")
    return files


def versioned(document: Document) -> Mapping[str, Any]:
    """What a file says; one without a version is known by its own name and its hash (D-31)."""
    version = f"{document.file.stem}@{document.sha256[:_HASH_DIGITS]}"
    return {"version": version} | dict(document.value)


def _policy(document: Document) -> Policy:
    policy = validate(Policy, document, versioned(document))
    _first(document, (*unknown_categories(policy), *repeated_rules(policy)))
    return policy


def _first(document: Document, faults: Iterable[Refused]) -> None:
    """Raise for the first fault, if there is one."""
    for fault in faults:
        raise document.error(fault.path, expected=fault.expected)
