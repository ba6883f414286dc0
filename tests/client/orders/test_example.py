"""The example service takes part: a real tracker tells it, and it is a process of its own."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.service.answers import NoticeRow
from lineage.tracker import Tracker
from tests.client.orders.sending import OTHER_SECRET, SECRET, signed, written
from tests.support.places import StorePlace

ROOT = Path(__file__).parents[3]
SERVICE = ROOT / "docs/examples/erasing_service.py"
SECONDS_MAX = 60


@dataclass
class Parcels:
    """The service: its folder, its address, and the process while it runs."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self, *, secret: str = SECRET) -> None:
        """Start the process; it takes orders when this returns."""
        self.process = subprocess.Popen(
            [sys.executable, str(SERVICE), "serve", str(self.port)],
            cwd=self.folder,
            env=self._environment(secret),
        )
        ends_at = time.monotonic() + SECONDS_MAX
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self.process.poll() is None, "the service has ended"
                assert time.monotonic() < ends_at, "the service takes no orders"
                time.sleep(0.05)

    def kill(self) -> None:
        """End the process as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(SECONDS_MAX)
        self.process = None

    def finish(self) -> str:
        """Run the nightly job; gives what it printed."""
        done = subprocess.run(
            [sys.executable, str(SERVICE), "finish", "answers.jsonl"],
            cwd=self.folder,
            env=self._environment(SECRET),
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
        return done.stdout

    def _environment(self, secret: str) -> dict[str, str]:
        return os.environ | {"EXAMPLE_SECRET": secret, "PYTHONPATH": str(ROOT)}

    def sql(self, statement: str) -> list[Any]:
        """Do something to its data."""
        with closing(sqlite3.connect(self.folder / "customers.db", timeout=30)) as database:
            rows = database.execute(statement).fetchall()
            database.commit()
        return rows

    def customers(self) -> list[Any]:
        """Who is on its books, with name and address."""
        return self.sql("SELECT subject, name, address FROM customers ORDER BY subject")

    def told(self, body: bytes) -> Any:
        """Send it an order as a tracker would, and give what it answers."""
        headers = signed(body, at=int(time.time())) | {"Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}/orders"
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=SECONDS_MAX) as response:  # noqa: S310
            return json.loads(response.read())


@pytest.fixture
def parcels(tmp_path: Path) -> Iterator[Parcels]:
    """The service with two customers, not running yet; it is gone after the test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = Parcels(tmp_path, port)
    service.sql("CREATE TABLE customers (subject TEXT PRIMARY KEY, name TEXT, address TEXT)")
    service.sql("CREATE TABLE archive (subject TEXT, label TEXT)")
    service.sql(
        "INSERT INTO customers VALUES ('m1', 'Ada', '1 Elm Row'), ('m9', 'Bo', '2 Elm Row')"
    )
    yield service
    service.kill()


@dataclass
class Clock:
    """The tracker's time."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Now, and later as the test says."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def tracker(
    parcels: Parcels, store_place: StorePlace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tracker]:
    """A tracker with an accepted request of m1, and the example's registry."""
    monkeypatch.setenv("EXAMPLE_SECRET", SECRET)
    registry = yaml.safe_load((ROOT / "docs/examples/erasing.yaml").read_text())
    entry = registry["controllers"]["senro"]["recipients"]["FastParcel"]
    entry["url"] = f"http://127.0.0.1:{parcels.port}/orders"
    path = parcels.folder / "recipients.yaml"
    path.write_text(yaml.safe_dump(registry))
    with store_place.open(recipients=path, clock=clock) as opened:
        opened.record_file(ROOT / "docs/examples/events.jsonl")
        opened.open_request("m1", controller="senro", request_id="r1")
        opened.decide_request("r1", outcome="accepted")
        yield opened


def notice_of(tracker: Tracker) -> NoticeRow:
    """How far the service's notice is."""
    rows = tracker.request_status("r1", controller="senro").notices
    return next(row for row in rows if row.recipient == "FastParcel")


def test_the_service_erases_and_the_tracker_knows(parcels: Parcels, tracker: Tracker) -> None:
    """The person's columns are empty, another's are not; the tracker does not ask again."""
    parcels.start()
    tracker.dispatch()
    notice = notice_of(tracker)
    assert (notice.state, notice.strength, notice.attempts) == ("erased", "authenticated", 1)
    assert parcels.customers() == [("m1", None, None), ("m9", "Bo", "2 Elm Row")]
    tracker.dispatch()
    assert notice_of(tracker).attempts == 1


def test_what_takes_longer_is_said_later(parcels: Parcels, tracker: Tracker, clock: Clock) -> None:
    """Working now, erased when the job has run; the job run again changes nothing."""
    parcels.sql("INSERT INTO archive VALUES ('m1', 'label 17'), ('m9', 'label 18')")
    parcels.start()
    tracker.dispatch()
    assert notice_of(tracker).state == "working"
    parcels.sql("CREATE TABLE before AS SELECT * FROM waiting")
    assert parcels.finish() == "finished consignee_address, consignee_name\n"
    receipt = tracker.record_file(parcels.folder / "answers.jsonl")
    assert (receipt.recorded, receipt.refused) == (1, 0)
    clock.now += timedelta(hours=1)
    notice = notice_of(tracker)
    assert (notice.state, notice.strength) == ("erased", "claimed")
    assert parcels.sql("SELECT * FROM archive") == [("m9", "label 18")]
    assert parcels.finish() == ""
    parcels.sql("INSERT INTO waiting SELECT * FROM before")  # as if it had died before the end
    assert parcels.finish() != ""
    receipt = tracker.record_file(parcels.folder / "answers.jsonl")
    assert (receipt.read, receipt.recorded, receipt.refused) == (2, 1, 0)
    clock.now += timedelta(hours=1)
    assert notice_of(tracker).state == "erased"


def test_a_service_that_was_down_is_told_when_it_is_up(
    parcels: Parcels, tracker: Tracker, clock: Clock
) -> None:
    """With the wrong secret it refuses, without a process it is silent; then it erases."""
    parcels.start(secret=OTHER_SECRET)
    tracker.dispatch()
    refused = notice_of(tracker)
    assert (refused.state, refused.last_error) == ("planned", "http_error")
    assert parcels.customers()[0] == ("m1", "Ada", "1 Elm Row")
    parcels.kill()
    clock.now += timedelta(hours=1)
    tracker.dispatch()
    assert notice_of(tracker).last_error == "connection_refused"
    parcels.start()
    clock.now += timedelta(hours=6)
    tracker.dispatch()
    assert (notice_of(tracker).state, notice_of(tracker).attempts) == ("erased", 3)


def test_an_order_that_comes_again_after_a_crash_is_not_done_again(parcels: Parcels) -> None:
    """The answer is the one that was given, and what was entered meanwhile stays."""
    parcels.start()
    assert parcels.told(written()) == {"status": "erased"}
    parcels.sql("UPDATE customers SET name = 'Ada', address = '3 Elm Row' WHERE subject = 'm1'")
    parcels.kill()
    parcels.start()
    assert parcels.told(written()) == {"status": "erased"}
    assert parcels.customers()[0] == ("m1", "Ada", "3 Elm Row")


def test_an_order_without_a_subject_goes_to_an_officer(parcels: Parcels) -> None:
    """The service never says "erased" of somebody it cannot look up."""
    parcels.start()
    order = written(person=[{"type": "email", "value": "ada@shop.example"}])
    assert parcels.told(order) == {"status": "refused", "reason": "other"}
