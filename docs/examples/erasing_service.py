# ruff: noqa: INP001, T201 - a script of its own that prints
"""A service that takes part in erasure: its own customers, its own archive, orders over HTTP.

Usage: erasing_service.py serve PORT      takes orders; the secret is read from EXAMPLE_SECRET
       erasing_service.py finish FILE     the nightly job: empties the archive and says so

Customers are erased at once. Who has labels in the archive is "working" until the job has run;
then its answer is written to FILE, which stands for the reply topic.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lineage.client import Emitter
from lineage.client.orders import (
    Answer,
    ErasureOrder,
    SqliteAnswers,
    WebhookOrders,
    answer_later,
    erased,
    refused,
    working,
)
from lineage.events import EventClass

TABLES = """
CREATE TABLE IF NOT EXISTS customers (subject TEXT PRIMARY KEY, name TEXT, address TEXT);
CREATE TABLE IF NOT EXISTS archive (subject TEXT, label TEXT);
CREATE TABLE IF NOT EXISTS waiting (notice_id TEXT PRIMARY KEY, body TEXT);
"""
COLUMNS = {"consignee_name": "name", "consignee_address": "address"}


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    """The service's own data, in one transaction."""
    connection = sqlite3.connect("customers.db", timeout=30)
    connection.executescript(TABLES)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def erase(order: ErasureOrder) -> Answer:
    """Erase what the order names. To erase again what is erased does no harm.

    What has no column here is not held here.
    """
    if order.subject is None:
        return refused()  # an officer will see it: nobody here is known by anything else
    with database() as mine:
        for column in (COLUMNS[c] for c in order.categories if c in COLUMNS):
            mine.execute(
                f"UPDATE customers SET {column} = NULL WHERE subject = ?",  # noqa: S608 - from above
                (order.subject,),
            )
        query = "SELECT count(*) FROM archive WHERE subject = ?"
        if mine.execute(query, (order.subject,)).fetchone() == (0,):
            return erased()
        mine.execute(
            "INSERT OR IGNORE INTO waiting VALUES (?, ?)",
            (order.notice_id, order.model_dump_json()),
        )
        return working()


class Service(BaseHTTPRequestHandler):
    """Gives every POST to ``orders``."""

    orders: WebhookOrders

    def do_POST(self) -> None:
        """Reply as ``orders`` says."""
        size = self.headers.get("content-length", "")
        limit = self.orders.body_bytes_max + 1
        body = self.rfile.read(min(int(size), limit) if size.isdecimal() else 0)
        response = self.orders.handle(dict(self.headers.items()), body)
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, *_: object) -> None:
        """Say nothing of the requests themselves."""


def serve(port: int) -> None:
    """Take orders until the process is ended; answers outlast it."""
    answers = SqliteAnswers("answers.db")
    Service.orders = WebhookOrders(os.environ["EXAMPLE_SECRET"], erase, answers=answers)
    ThreadingHTTPServer(("127.0.0.1", port), Service).serve_forever()


def finish(file: str) -> None:
    """Empty the archive of who is waiting. An order is forgotten when its answer is delivered."""
    with database() as mine:
        waiting = mine.execute("SELECT body FROM waiting ORDER BY notice_id").fetchall()
    for (body,) in waiting:
        order = ErasureOrder.model_validate_json(body)
        with database() as mine:
            mine.execute("DELETE FROM archive WHERE subject = ?", (order.subject,))
        with Emitter.to_file(
            file, source="/services/parcels", controller=order.controller, says=EventClass.ANSWER
        ) as emitter:
            answer_later(emitter, order, erased())
        with database() as mine:
            mine.execute("DELETE FROM waiting WHERE notice_id = ?", (order.notice_id,))
        print("finished", ", ".join(order.categories))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        finish(sys.argv[2])
