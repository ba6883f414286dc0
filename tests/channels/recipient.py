"""A recipient for the tests: a real HTTP server on loopback that answers as it is told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Recipient:
    """A running recipient: what it got, and how it answers."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    misbehave: Callable[[BaseHTTPRequestHandler, threading.Event], None] | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    server_names: list[str] = field(default_factory=list)

    def url(self, path: str = "/notices", *, scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Return where to send."""
        return f"{scheme}://{host}:{self.port}{path}"


def _handler(recipient: Recipient) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            recipient.received.append(Received(self.path, dict(self.headers.items()), body))
            try:
                if recipient.misbehave:
                    recipient.misbehave(self, recipient.stopped)
                else:
                    self._answer()
            except OSError:
                pass  # the other side had enough of us: the point of several tests

        def _answer(self) -> None:
            self.send_response(recipient.status)
            for name, value in recipient.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(recipient.body)))
            self.end_headers()
            self.wfile.write(recipient.body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    return Handler


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Recipient]:
    """Run a recipient, with TLS where a context is given, until the block ends."""
    recipient = Recipient()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recipient))
    recipient.port = server.server_port
    if context:
        context.sni_callback = lambda _socket, name, _context: recipient.server_names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield recipient
    finally:
        recipient.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
