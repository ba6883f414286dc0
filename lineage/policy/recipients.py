"""The recipient registry: how each recipient is reached, and when a source counts as silent.

Nothing is sent from here and no secret is read: the registry holds references to secrets only.
"""

import ipaddress
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from lineage.events.enums import Agreement, RecipientKind
from lineage.events.types import ControllerId, Party, Region, UriReference
from lineage.policy.categories import CANONICAL_CATEGORIES
from lineage.policy.rule import Closed
from lineage.policy.yamlfile import read_document, validate

ANSWER_DAYS: Final = 30
SUBJECT: Final = "subject"
SECRETS_MAX: Final = 4
_URL_MAX: Final = 2048


def _reference(value: str) -> str:
    scheme, _, rest = value.partition(":")
    if scheme not in {"env", "file"} or not rest:
        raise ValueError("env:NAME or file:PATH, never the secret itself")
    return value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _each_once(references: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(references)) != len(references):
        raise ValueError("each reference once")
    return references


def _identifiers(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values) or not (CANONICAL_CATEGORIES | {SUBJECT}).issuperset(values):
        raise ValueError("'subject' and categories such as 'email' or 'phone', each once")
    return values


SecretReference = Annotated[str, Field(max_length=1024), AfterValidator(_reference)]
SecretReferences = Annotated[
    tuple[SecretReference, ...], Field(min_length=1, max_length=SECRETS_MAX)
]
Secret = Annotated[
    SecretReferences,
    AfterValidator(_each_once),
    BeforeValidator(_listed, json_schema_input_type=SecretReference | SecretReferences),
]
"""One reference, or a list of them while a secret is rotated."""

Accepted = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_identifiers)]
Count = Annotated[int, Field(ge=1, le=3660, strict=True)]
Contact = Annotated[str, Field(min_length=1, max_length=200)]


class AnswerWithin(Closed):
    """How long a recipient has where the policy has no word for it, in calendar days."""

    days: Count = ANSWER_DAYS


class SilentAfter(Closed):
    """A length of time, in days or in hours."""

    days: Count | None = Field(None, description="Whole days; either these or hours.")
    hours: Count | None = Field(None, description="Whole hours.")

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.days is None) == (self.hours is None):
            raise ValueError("either days or hours")
        return self

    @property
    def delta(self) -> timedelta:
        """The length as the standard library writes it."""
        return timedelta(days=self.days or 0, hours=self.hours or 0)


class SourceEntry(Closed):
    """One service that emits events; silent for longer than ``silent_after``, it is stale."""

    silent_after: SilentAfter = Field(
        description="For how long it may send nothing before answers count it as silent."
    )


class Recipient(Closed):
    """How one recipient is told, and what it needs to know whose data is meant."""

    kind: RecipientKind | None = Field(
        None, description="What it is to the controller, where no share has said so."
    )
    channel: Literal["webhook", "manual"] = Field(
        description="How it is told: a signed webhook, or a person who tells it."
    )
    url: Annotated[str, Field(max_length=_URL_MAX)] | None = Field(
        None, description="Where its notices go: https, or http to loopback where that is allowed."
    )
    secret: Secret | None = Field(
        None,
        description="Where the signing secret is found: env:NAME or file:PATH. A list while it is "
        "rotated, the new one first: a notice carries a signature of each.",
    )
    accepts: Accepted = Field(
        (SUBJECT,),
        description="By what it knows a person: our subject id, or categories of identifiers.",
    )
    agreement: Agreement | None = Field(
        None, description="Whether it has signed an agreement; absent: not on record."
    )
    region: Region | None = Field(None, description="Where it keeps the data.")
    forward_duty: Annotated[bool, Field(strict=True)] = Field(
        False, description="It must pass a notice on to whom it gave the data itself."
    )
    contact: Contact | None = Field(
        None,
        description="The office that answers for it, such as a mailbox or a telephone number: whom "
        "a person asks where the channel is manual, or whether a notice was passed on.",
    )
    answer_within: AnswerWithin = Field(
        AnswerWithin(), description="Its time to answer where the policy has no word for it."
    )
    allow_loopback_http: Annotated[bool, Field(strict=True)] = Field(
        False, description="Allow plain http to a loopback host: for demo and tests."
    )

    @model_validator(mode="after")
    def _channel_has_what_it_needs(self) -> Self:
        if self.channel == "webhook" and (self.url is None or self.secret is None):
            raise ValueError("url and secret for the channel webhook")
        if self.channel == "manual" and (self.url is not None or self.secret is not None):
            raise ValueError("neither url nor secret for the channel manual")
        if self.url is not None:
            _check_url(self.url, loopback_http=self.allow_loopback_http)
        return self


class ControllerRegistry(Closed):
    """The recipients and sources of one controller."""

    recipients: dict[Party, Recipient] = Field(
        default_factory=dict, description="By the name that events use."
    )
    sources: dict[UriReference, SourceEntry] = Field(
        default_factory=dict, description="By the `source` of its events."
    )


class RecipientRegistry(Closed):
    """All recipients and sources; an empty one where no file is given."""

    controllers: dict[ControllerId, ControllerRegistry] = Field(
        default_factory=dict, description="By the id of the controller."
    )

    def recipient(self, controller: str, name: str) -> Recipient | None:
        """Return the recipient's entry, or None where it is not in the registry."""
        entry = self.controllers.get(controller)
        return entry.recipients.get(name) if entry else None

    def answer_days(self, controller: str, names: Iterable[str]) -> dict[str, int]:
        """Days that each of these recipients has to answer; who is not in the registry is not in
        the answer.
        """
        entries = ((name, self.recipient(controller, name)) for name in names)
        return {name: entry.answer_within.days for name, entry in entries if entry is not None}

    def source(self, controller: str, source: str) -> SourceEntry | None:
        """Return the source's entry, or None: then it never counts as silent."""
        entry = self.controllers.get(controller)
        return entry.sources.get(source) if entry else None


def load_recipients(path: Path) -> RecipientRegistry:
    """Load the registry file; raises ``PolicyError`` as ``load_library`` does."""
    document = read_document(path)
    return validate(RecipientRegistry, document)


def _check_url(url: str, *, loopback_http: bool) -> None:
    """Refuse what a notice must never be posted to; names are resolved and judged on sending."""
    expected = "url of the form https://host/path, without user, password or fragment"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(expected) from error
    if not host or "@" in parts.netloc or "#" in url or not url.isascii() or not url.isprintable():
        raise ValueError(expected)
    if parts.scheme == "https":
        return
    if parts.scheme != "http" or not (loopback_http and _is_loopback(host)):
        raise ValueError(f"{expected}; http only to a loopback host with allow_loopback_http: true")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
