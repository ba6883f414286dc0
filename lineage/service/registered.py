"""The recipients of the registry: what is known of each, and whether it can be told now.

No store is opened: nothing that is done here is recorded, a test notice least of all.
"""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime
from typing import Final

from lineage.channels.keys import UnusableSecret, public_key_of
from lineage.channels.port import Answer, Channel, Delivery
from lineage.channels.secrets import SecretUnavailable, resolve_all
from lineage.events.times import format_time
from lineage.policy.recipients import Recipient, RecipientRegistry
from lineage.service.errors import Ambiguous, InvalidInput, NotFound
from lineage.service.registry_answers import AnswerShown, RecipientRow, RecipientTest, SecretRow

TEST_TYPE: Final = "lineage.test.v1"
NOTHING_TO_DO: Final = "This tests the connection. It is about nobody: any success will do."


class Registered:
    """Answers from one registry."""

    def __init__(self, registry: RecipientRegistry) -> None:
        """Take the registry as it was read."""
        self._registry = registry

    def rows(self, controller: str | None = None) -> list[RecipientRow]:
        """Every recipient, or those of one controller, by name. Raises ``NotFound``."""
        known = self._registry.controllers
        if controller is not None and controller not in known:
            raise NotFound(
                f"the registry has nothing of {controller}", do=f"name one of {', '.join(known)}"
            )
        return [
            _row(slug, name, entry)
            for slug in sorted(known)
            if controller in (None, slug)
            for name, entry in sorted(known[slug].recipients.items())
        ]

    def show(self, recipient: str, controller: str | None = None) -> RecipientRow:
        """One recipient. Raises ``NotFound`` and ``Ambiguous``."""
        slug, entry = self._one(recipient, controller)
        return _row(slug, recipient, entry)

    def test(
        self, recipient: str, controller: str | None = None, *, channel: Channel
    ) -> RecipientTest:
        """Send one signed notice about nobody, and say what came of it and how long it took.

        Raises ``NotFound``, ``Ambiguous``, and ``InvalidInput`` where there is no webhook.
        """
        slug, entry = self._one(recipient, controller)
        if entry.url is None or entry.secret is None:
            raise InvalidInput(
                f"{recipient} has no webhook to be tested: its channel is {entry.channel}",
                do="lineage request letter writes what a person tells it",
            )
        notice_id = f"test_{secrets.token_hex(12)}"
        delivery = Delivery(
            notice_id=notice_id,
            recipient=recipient,
            body=_test_body(notice_id, slug, recipient, datetime.now(UTC)),
            url=entry.url,
            secrets=entry.secret,
            allow_loopback_http=entry.allow_loopback_http,
        )
        began = time.monotonic()
        outcome = channel.send(delivery)
        return RecipientTest(
            controller=slug,
            recipient=recipient,
            notice_id=notice_id,
            ok=outcome.kind == "delivered",
            status=outcome.status,
            error=outcome.error,
            seconds=time.monotonic() - began,
            answer=None if outcome.answer is None else _shown(outcome.answer),
        )

    def _one(self, recipient: str, controller: str | None) -> tuple[str, Recipient]:
        found = [
            (slug, entries.recipients[recipient])
            for slug, entries in sorted(self._registry.controllers.items())
            if controller in (None, slug) and recipient in entries.recipients
        ]
        if not found:
            raise NotFound(
                f"the registry does not name {recipient}",
                do="lineage recipient list shows whom it names",
            )
        if len(found) > 1:
            raise Ambiguous(
                f"{recipient} is a recipient of {', '.join(slug for slug, _ in found)}",
                do="say of which with --controller",
            )
        return found[0]


def _row(controller: str, name: str, entry: Recipient) -> RecipientRow:
    return RecipientRow(
        controller=controller,
        recipient=name,
        kind=entry.kind,
        channel=entry.channel,
        url=entry.url,
        secrets=[_secret(reference) for reference in entry.secret or ()],
        accepts=list(entry.accepts),
        agreement=entry.agreement,
        region=entry.region,
        forward_duty=entry.forward_duty,
        contact=entry.contact,
        answer_within_days=entry.answer_within.days,
        allow_loopback_http=entry.allow_loopback_http,
    )


def _secret(reference: str) -> SecretRow:
    try:
        public = [public_key_of(secret) for secret in resolve_all([reference])]
    except SecretUnavailable as missing:
        problem = str(missing).removeprefix(f"{reference}: ")
    except UnusableSecret as unusable:
        problem = str(unusable)
    else:
        return SecretRow(
            reference=reference,
            versions=["v1" if key is None else "v1a" for key in public],
            public_keys=[key for key in public if key is not None],
            problem=None,
        )
    return SecretRow(reference=reference, versions=[], public_keys=[], problem=problem)


def _test_body(notice_id: str, controller: str, recipient: str, now: datetime) -> bytes:
    """Shaped as a notice, but of nobody and nothing: who reads no type does no harm by it."""
    payload = {
        "type": TEST_TYPE,
        "timestamp": format_time(now),
        "data": {
            "notice_id": notice_id,
            "controller": controller,
            "recipient": recipient,
            "action": "test",
            "person": [],
            "categories": [],
            "answer": NOTHING_TO_DO,
        },
    }
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def _shown(answer: Answer) -> AnswerShown:
    return AnswerShown(
        status=answer.status,
        categories=None if answer.categories is None else list(answer.categories),
        reason=answer.reason,
        until=answer.until,
        evidence=answer.evidence,
    )
