"""Notices delivered and recorded, against a bare loop of the same channel and bodies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bench.harness import ENGINES, NAMES, Engine, Row, rate, seconds
from bench.stores import Stores
from bench.streams import controllers
from lineage.channels.port import Delivery, Outcome
from lineage.channels.webhook import WebhookChannel
from lineage.tracker import Tracker

RECIPIENTS = tuple(f"Recipient{n}" for n in range(10))
CONCURRENCY = 8


class Noting(WebhookChannel):
    """The channel, keeping what it sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Delivery] = []

    def send(self, delivery: Delivery) -> Outcome:
        self.sent.append(delivery)
        return super().send(delivery)


def measure(stores: Stores) -> Iterator[Row]:
    with _endpoint() as port:
        registry = _registry(stores.folder, port)
        for engine in ENGINES:
            yield _on(stores, engine, registry)


def _on(stores: Stores, engine: Engine, registry: Path) -> Row:
    with stores.fresh(engine) as place, place.open(recipients=registry) as tracker:
        count = _accept(tracker, stores.size.people_told)
        channel = Noting()
        dispatcher = tracker.dispatcher(channel)
        reports = []

        def dispatch() -> None:
            reports.append(
                dispatcher.dispatch(limit=500, concurrency=CONCURRENCY, lease_seconds=60)
            )

        ours = seconds(dispatch)
        assert (reports[0].delivered, reports[0].answered, reports[0].left) == (count, count, 0)
        assert len(channel.sent) == count
        bare = WebhookChannel()
        outcomes: list[Outcome] = []

        def loop() -> None:
            with ThreadPoolExecutor(CONCURRENCY) as pool:
                outcomes.extend(pool.map(bare.send, channel.sent))

        floor = seconds(loop)
        assert [o.kind for o in outcomes] == ["delivered"] * count
    name = f"notices dispatched, {CONCURRENCY} at once, {NAMES[engine]}"
    return Row(name, rate(count, ours), rate(count, floor), floor / ours, 0.5, 0.8)


def _accept(tracker: Tracker, people: int) -> int:
    controller = tracker.controllers[0]
    day = datetime(2026, 3, 2, tzinfo=UTC).isoformat()
    events: list[dict[str, Any]] = []
    for person in range(people):
        envelope = {
            "specversion": "1.0",
            "source": "/bench",
            "time": day,
            "subject": f"m{person}",
            "controller": controller,
        }
        for n, name in enumerate(RECIPIENTS):
            share = {"recipient": name, "recipient_kind": "logistics", "categories": ["email"]}
            events.append(
                envelope | {"id": f"s{n}", "type": "lineage.data_shared.v1", "data": share}
            )
        request = {"request_id": f"r{person}"}
        for name, extra in (
            ("request_received", {"right": "deletion"}),
            ("request_decided", {"outcome": "accepted"}),
        ):
            kind = {"id": name, "type": f"lineage.{name}.v1", "data": request | extra}
            events.append(envelope | kind)
    receipt = tracker.record(events)
    assert receipt.recorded == len(events)
    return people * len(RECIPIENTS)


def _registry(place: Path, port: int) -> Path:
    secret = place / "secret"
    secret.write_text("whsec_" + "bGluZWFnZS1iZW5jaC1zZWNyZXQtbm90aGluZy1yZWFs")
    entry = {
        "channel": "webhook",
        "url": f"http://127.0.0.1:{port}/notices",
        "secret": f"file:{secret}",
        "allow_loopback_http": True,
    }
    controller = controllers()[0]
    document = {"controllers": {controller: {"recipients": dict.fromkeys(RECIPIENTS, entry)}}}
    path = place / "recipients.yaml"
    path.write_text(yaml.dump(document, Dumper=_NoAliases))
    return path


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


@contextmanager
def _endpoint() -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.endpoint"],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
