"""A small shop for the propagation tests: one tracker, a clock to move, recipients over HTTP."""

from __future__ import annotations

import itertools
import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import yaml
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from lineage.events.times import format_time
from lineage.service import answers
from lineage.tracker import Tracker
from tests.support.places import StorePlace

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
CONTROLLER = "sesiiduo"
RECIPIENTS = ("FastParcel", "MailWing", "PayWay")
SECRET = "whsec_" + "bGluZWFnZS10ZXN0cy1zZWNyZXQtbm90aGluZy1yZWFs"


@dataclass(frozen=True)
class Reply:
    """What a recipient says to one notice; it hangs until the end of the test if it is slow."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


def says(status: str, **fields: Any) -> Reply:
    """An answer in the body of a success."""
    return Reply(body=json.dumps({"status": status, **fields}).encode())


@dataclass(frozen=True)
class Told:
    """One call that came in with a good signature."""

    recipient: str
    notice_id: str
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        """What the notice says."""
        found: dict[str, Any] = json.loads(self.body)["data"]
        return found


class Endpoints:
    """All recipients: one real HTTP server on loopback, one path each, a third party's verifier."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.unsigned: list[str] = []
        self.replies: defaultdict[str, list[Reply]] = defaultdict(list)
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def url(self, recipient: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{recipient}"

    def to(self, recipient: str) -> list[Told]:
        """The calls one recipient got."""
        return [told for told in self.told if told.recipient == recipient]

    def names(self) -> list[str]:
        """Who was called, once per call."""
        return sorted(told.recipient for told in self.told)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoints = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                reply = endpoints.take(self.path.strip("/"), dict(self.headers.items()), body)
                if reply.hangs:
                    endpoints.released.wait(30)
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("content-type", reply.content_type)
                    self.send_header("content-length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    pass  # the dispatcher had waited long enough

            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

        return Handler

    def take(self, recipient: str, headers: dict[str, str], body: bytes) -> Reply:
        """Believe nothing unsigned; then answer as scripted, the last reply for good."""
        with self._lock:
            try:
                Webhook(SECRET).verify(body, {k.lower(): v for k, v in headers.items()})
            except WebhookVerificationError:
                self.unsigned.append(recipient)
                return Reply(status=401)
            lowered = {k.lower(): v for k, v in headers.items()}
            self.told.append(Told(recipient, lowered["webhook-id"], body))
            script = self.replies[recipient]
            if not script:
                return Reply()
            return script.pop(0) if len(script) > 1 else script[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Shop:
    """One store with its clock; what is recorded goes in as a source would write it."""

    folder: Path
    place: StorePlace
    endpoints: Endpoints
    now: datetime = MONDAY
    ids: Iterator[int] = field(default_factory=itertools.count)
    open_trackers: ExitStack = field(default_factory=ExitStack)
    _tracker: Tracker | None = None

    @property
    def tracker(self) -> Tracker:
        if self._tracker is None:
            self._tracker = self.another_tracker()
        return self._tracker

    def another_tracker(self) -> Tracker:
        """A second program on the same store."""
        registry = self.folder / "recipients.yaml"
        tracker = self.place.open(recipients=registry, clock=lambda: self.now)
        return self.open_trackers.enter_context(tracker)

    def restart(self) -> None:
        """The program ends and is started again."""
        if self._tracker is not None:
            self._tracker.close()
        self._tracker = None

    def move(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def register(self, *names: str, controller: str = CONTROLLER, **entry: Any) -> None:
        """Write the registry: these names, with a webhook unless the entry says otherwise."""
        path = self.folder / "recipients.yaml"
        (self.folder / "secret").write_text(SECRET + "\n")
        document = yaml.safe_load(path.read_text()) if path.exists() else {"controllers": {}}
        known = document["controllers"].setdefault(controller, {"recipients": {}})["recipients"]
        for name in names:
            webhook = {
                "channel": "webhook",
                "url": self.endpoints.url(name),
                "secret": f"file:{self.folder / 'secret'}",
                "allow_loopback_http": True,
            }
            known[name] = {**webhook, **entry} if entry.get("channel") != "manual" else entry
        path.write_text(yaml.safe_dump(document))
        self.restart()

    def event(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        subject: str = "m1",
        controller: str = CONTROLLER,
        at: datetime | None = None,
        **attributes: Any,
    ) -> dict[str, Any]:
        """An event as a source of the shop sends it."""
        return {
            "specversion": "1.0",
            "id": f"e{next(self.ids)}",
            "source": "/services/checkout",
            "type": f"lineage.{name}.v1",
            "time": format_time(at or self.now),
            "subject": subject,
            "controller": controller,
            "data": dict(data),
            **attributes,
        }

    def record(self, name: str, data: Mapping[str, Any], **kwargs: Any) -> None:
        """Record one event, and insist that it was."""
        receipt = self.tracker.record([self.event(name, data, **kwargs)])
        assert (receipt.recorded, receipt.problems) == (1, [])

    def record_file(self, *events: Mapping[str, Any]) -> None:
        """Record events by file, as an operator does."""
        path = self.folder / "events.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        receipt = self.tracker.record_file(path)
        assert (receipt.recorded, receipt.problems) == (len(events), [])

    def share(self, recipient: str, *categories: str, **kwargs: Any) -> None:
        """Record a share."""
        self.record("data_shared", share_data(recipient, *categories), **kwargs)

    def accept(self, subject: str = "m1", request: str = "r1", **kwargs: Any) -> answers.Plan:
        """Open a deletion request of a person and accept it."""
        self.tracker.open_request(
            subject, controller=kwargs.get("controller", CONTROLLER), request_id=request
        )
        return self.tracker.decide_request(request, outcome="accepted", **kwargs)

    def status(self, request: str = "r1") -> answers.RequestStatus:
        return self.tracker.request_status(request, controller=CONTROLLER)

    def notice(self, recipient: str, *, request: str = "r1", round: int = 1) -> answers.NoticeRow:
        """One notice of a request."""
        rows = self.status(request).notices
        found = [n for n in rows if (n.recipient, n.round) == (recipient, round)]
        assert len(found) == 1
        return found[0]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """A table's rows as they are stored, sorted."""
        with self.tracker.store.engine.connect() as conn:
            found = conn.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - a test's own
        return sorted(tuple(row) for row in found)


def share_data(
    recipient: str, *categories: str, kind: str = "logistics", **fields: Any
) -> dict[str, Any]:
    """The data of a share."""
    return {
        "recipient": recipient,
        "recipient_kind": kind,
        "categories": list(categories or ("email",)),
        **fields,
    }


@contextmanager
def running_shop(folder: Path, place: StorePlace) -> Iterator[Shop]:
    """A shop whose three usual recipients can be told."""
    with Endpoints() as endpoints:
        shop = Shop(folder, place, endpoints)
        with shop.open_trackers:
            shop.register(*RECIPIENTS)
            yield shop
    assert endpoints.unsigned == []
