"""A recipient on the loopback address that remembers every notice it gets, id and body."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Self

import yaml

ANSWERS = {
    "Cart": {"status": "erased"},
    "Bike": {"status": "kept_by_law", "reason": "law", "until": "2036-12-31"},
    "Post": {"status": "acknowledged"},
    "Hoard": {"status": "refused", "reason": "independent_authorisation"},
}
STATES = {"Cart": "erased", "Bike": "kept_by_law", "Post": "acknowledged", "Hoard": "refused"}
SECRET_NAME, SECRET = "LINEAGE_TEST_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SLOWEST_SECONDS = 0.02


class Book:
    """The server; ``bodies`` are by webhook-id, every delivery of it in order."""

    def __init__(self, rng: Random) -> None:
        """Bind a free port."""
        self.bodies: dict[str, list[bytes]] = defaultdict(list)
        self.changed = threading.Condition()
        self._rng = rng
        book = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:  # whoever called was killed while sending: nothing was told
                    self.close_connection = True
                    return
                answer = json.dumps(book.take(self.headers["webhook-id"], self.path, body)).encode()
                try:
                    self.send_response(200)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer)))
                    self.send_header("connection", "close")
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:  # whoever called was killed
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, notice_id: str, path: str, body: bytes) -> dict[str, str]:
        """Remember one delivery and take a while to answer it."""
        with self.changed:
            self.bodies[notice_id].append(body)
            self.changed.notify_all()
            seconds = self._rng.random() * SLOWEST_SECONDS
        threading.Event().wait(seconds)
        return ANSWERS[path.strip("/")]

    @property
    def deliveries(self) -> int:
        """How many notices came, repeated ones each time."""
        return sum(map(len, self.bodies.values()))

    def wait_for(self, deliveries: int, seconds: float) -> bool:
        """Wait until so many have come; whether they did."""
        with self.changed:
            return self.changed.wait_for(lambda: self.deliveries >= deliveries, seconds)

    def write_registry(self, path: Path) -> None:
        """Write the registry in which this server is every recipient."""
        port = self._server.server_address[1]
        entries = {
            name: {
                "channel": "webhook",
                "url": f"http://127.0.0.1:{port}/{name}",
                "secret": f"env:{SECRET_NAME}",
                "allow_loopback_http": True,
            }
            for name in ANSWERS
        }
        path.write_text(yaml.safe_dump({"controllers": {"sesiiduo": {"recipients": entries}}}))
