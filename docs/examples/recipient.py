# ruff: noqa: INP001 - a script of its own
"""A recipient in one file, with the standard library alone: takes notices, checks them, answers.

Usage: recipient.py PORT. The secret is read from EXAMPLE_SECRET (whsec_ and Base64).
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["EXAMPLE_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 1 << 20


class Recipient(BaseHTTPRequestHandler):
    """Erases at once; the one called PayWay keeps its records by law."""

    def do_POST(self) -> None:
        """Answer a signed notice; anything else gets 400."""
        size = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(min(size, BODY_BYTES_MAX))
        if not self.signed(body):
            self.reply(400, {})
            return
        notice = json.loads(body)["data"]
        if notice["action"] == "test":  # of lineage recipient test: there is nothing to erase
            self.reply(200, {"status": "acknowledged"})
            return
        told = f"{notice['recipient']} was told to erase {', '.join(notice['categories'])}\n"
        # In one go: each request has its own thread, and print writes a line's end by itself.
        sys.stdout.write(told)
        if notice["recipient"] == "PayWay":
            self.reply(200, {"status": "kept_by_law", "until": "2035-12-31"})
        else:
            self.reply(200, {"status": "erased"})

    def signed(self, body: bytes) -> bool:
        """Standard Webhooks: HMAC-SHA256 over id, time and body, and a time near ours."""
        message_id = self.headers.get("webhook-id", "")
        timestamp = self.headers.get("webhook-timestamp", "0")
        content = f"{message_id}.{timestamp}.".encode() + body
        mine = "v1," + base64.b64encode(hmac.digest(KEY, content, hashlib.sha256)).decode()
        given = self.headers.get("webhook-signature", "").split(" ")
        near = timestamp.isdigit() and abs(time.time() - int(timestamp)) <= TOLERANCE_SECONDS
        return near and any(hmac.compare_digest(mine, one) for one in given)

    def reply(self, status: int, answer: dict[str, str]) -> None:
        """Send a JSON answer."""
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of the requests themselves."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Recipient).serve_forever()
