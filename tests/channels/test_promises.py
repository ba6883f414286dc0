"""Every channel keeps every promise, and each promise is broken by a channel that is wrong so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lineage.channels.port import Answer, Delivery, Outcome
from lineage.channels.webhook import WebhookChannel
from tests.channels import promises
from tests.channels.promises import PROMISES, Bench, Promise
from tests.channels.webhook_bench import webhook_bench

BENCHES: dict[str, Callable[[Path], AbstractContextManager[Bench]]] = {"webhook": webhook_bench}


@pytest.mark.parametrize("channel", BENCHES)
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_a_channel_keeps_its_promise(channel: str, promise: Promise, tmp_path: Path) -> None:
    """What the promise's own words say."""
    with BENCHES[channel](tmp_path) as bench:
        promise(bench)


def test_no_promise_is_forgotten() -> None:
    """Each public function of the module is in its list."""
    written = {
        made
        for name, made in vars(promises).items()
        if callable(made)
        and getattr(made, "__module__", "") == promises.__name__
        and not name.startswith("_")
        and not isinstance(made, type)
    }
    assert written == set(PROMISES)


class Rewrites(WebhookChannel):
    """Writes the body anew."""

    def send(self, delivery: Delivery) -> Outcome:
        return super().send(replace(delivery, body=delivery.body.replace(b'"', b' "')))


class NewIds(WebhookChannel):
    """Gives each attempt an id of its own."""

    attempts = 0

    def send(self, delivery: Delivery) -> Outcome:
        self.attempts += 1
        return super().send(replace(delivery, notice_id=f"{delivery.notice_id}-{self.attempts}"))


class TakesSuccessForErasure(WebhookChannel):
    """Says erased where the recipient said nothing."""

    def send(self, delivery: Delivery) -> Outcome:
        outcome = super().send(delivery)
        return replace(outcome, answer=outcome.answer or Answer(status="erased"))


class Deaf(WebhookChannel):
    """Drops every answer."""

    def send(self, delivery: Delivery) -> Outcome:
        return replace(super().send(delivery), answer=None)


class SendsAgain(WebhookChannel):
    """Takes an answer that it cannot read for a failure."""

    def send(self, delivery: Delivery) -> Outcome:
        outcome = super().send(delivery)
        unread = outcome.error == "answer_unreadable"
        return replace(outcome, kind="failed") if unread else outcome


class Raises(WebhookChannel):
    """Lets trouble out as an exception."""

    def send(self, delivery: Delivery) -> Outcome:
        outcome = super().send(delivery)
        assert outcome.kind != "failed"
        return outcome


class Waits(WebhookChannel):
    """Has no end of its own."""

    def __init__(self, *, timeout_seconds: float) -> None:
        super().__init__(timeout_seconds=timeout_seconds * 10)


class TriesWhatIsGone(WebhookChannel):
    """Takes the end of an endpoint for a fault."""

    def send(self, delivery: Delivery) -> Outcome:
        outcome = super().send(delivery)
        return replace(outcome, kind="failed") if outcome.kind == "gone" else outcome


class SignsWithAnything(WebhookChannel):
    """Signs with another secret where its own is missing."""

    def send(self, delivery: Delivery) -> Outcome:
        outcome = super().send(delivery)
        if outcome.error != "secret_unavailable":
            return outcome
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ANYTHING", "whsec_" + "A" * 40)
            return super().send(replace(delivery, secrets=("env:ANYTHING",)))


class OneForAll(WebhookChannel):
    """Keeps the notice that it is at in one place for all threads."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._together = threading.Barrier(2)

    def send(self, delivery: Delivery) -> Outcome:
        self._delivery = delivery
        try:
            self._together.wait(0.3)
        except threading.BrokenBarrierError:
            self._together.reset()
        return super().send(self._delivery)


class Logs(WebhookChannel):
    """Writes what it sends into the log."""

    def send(self, delivery: Delivery) -> Outcome:
        logging.getLogger("lineage.channels").debug("sending %s", delivery.body.decode())
        return super().send(delivery)


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (Rewrites, promises.a_notice_arrives_as_it_is),
        (NewIds, promises.every_attempt_is_the_same_notice),
        (TakesSuccessForErasure, promises.delivered_is_not_erased),
        (Deaf, promises.an_answer_is_what_was_said),
        (SendsAgain, promises.what_cannot_be_read_is_no_answer),
        (Raises, promises.trouble_is_an_outcome),
        (Waits, promises.an_attempt_ends),
        (TriesWhatIsGone, promises.a_closed_endpoint_is_told_from_a_fault),
        (SignsWithAnything, promises.nothing_leaves_unsigned),
        (OneForAll, promises.many_at_once_are_not_mixed_up),
        (Logs, promises.nobody_is_named_in_a_log),
    ],
    ids=lambda one: one.__name__,
)
def test_a_wrong_channel_is_found(
    wrong: type[WebhookChannel], promise: Promise, tmp_path: Path
) -> None:
    """Each promise fails for a channel that does not keep it."""
    with webhook_bench(tmp_path, wrong) as bench, pytest.raises(AssertionError):
        promise(bench)
