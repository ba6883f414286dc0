"""A network between a program and PostgreSQL, which fails where a test says; knows no store.

It passes bytes on. A writing transaction is known by what our program begins it with, its end by
COMMIT; nothing else of the protocol is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

import sqlalchemy as sa

HOST = "127.0.0.1"
PORT = 5432
CHUNK = 1 << 16
BEGINS = b"idle_in_transaction_session_timeout"
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
"""The whole message, as the protocol has it; whoever sends it waits for the answer."""


@dataclass(frozen=True)
class Failure:
    """Where the network fails, and how.

    In the ``transaction``-th writing transaction from now on, at what is sent as ``sent``-th after
    its beginning, or at its COMMIT if that comes first (None: at the COMMIT). What is sent there is
    ``taken`` by the server, or not; nobody hears the answer. Who is ``silent`` does not hang up.
    """

    transaction: int
    sent: int | None
    taken: bool
    silent: bool = False


class Network:
    """A port in front of a server. All but ``fail`` runs in a thread of its own."""

    def __init__(self, database: sa.URL) -> None:
        """Stand before the server of this database."""
        self.failed = Event()
        self._database = database
        self._failure: Failure | None = None
        self._begun = 0

    def fail(self, failure: Failure) -> None:
        """Fail once, there; ``failed`` says when it has happened."""
        self.failed.clear()
        self._begun = 0
        self._failure = failure

    async def serve(self, opened: asyncio.Future[str], ends: asyncio.Event) -> None:
        """Pass on until it shall end; ``opened`` is told the URL of the database through here."""
        tasks: set[asyncio.Task[None]] = set()

        def connected(program: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._pass(program, back))
            tasks.add(task)

        server = await asyncio.start_server(connected, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        query = {k: v for k, v in self._database.query.items() if k not in {"host", "port"}}
        url = self._database.set(host=HOST, port=port, query={**query, "sslmode": "disable"})
        opened.set_result(url.render_as_string(hide_password=False))
        await ends.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._database.host, self._database.port or PORT
        folder = self._database.query.get("host")
        if host or not isinstance(folder, str):
            return await asyncio.open_connection(host or HOST, port)
        return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")

    async def _pass(self, program: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Pass on what one connection says until an end hangs up, or the network fails."""
        answers, server = await self._connect()
        line = _Line()
        ways = [
            asyncio.create_task(self._there(program, server, line)),
            asyncio.create_task(self._back(answers, back, line)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if line.silent:
                await asyncio.Event().wait()  # neither end hears of it
        finally:
            for way in ways:
                way.cancel()
            for end in (back, server):
                end.transport.abort()

    async def _there(
        self, program: asyncio.StreamReader, server: asyncio.StreamWriter, line: _Line
    ) -> None:
        with suppress(ConnectionError):
            while said := await program.read(CHUNK):
                failure = self._failure_at(said, line)
                if failure is None or failure.taken:
                    server.write(said)
                    await server.drain()
                if failure is None:
                    continue
                line.silent = failure.silent
                if failure.taken:
                    await line.answered.wait()
                self.failed.set()
                return

    async def _back(
        self, answers: asyncio.StreamReader, back: asyncio.StreamWriter, line: _Line
    ) -> None:
        with suppress(ConnectionError):
            while said := await answers.read(CHUNK):
                if line.deaf:
                    line.answered.set()
                    continue
                back.write(said)
                await back.drain()

    def _failure_at(self, said: bytes, line: _Line) -> Failure | None:
        """How the network fails at what is said now, if it does."""
        failure = self._failure
        if failure is None:
            return None
        if BEGINS in said:
            self._begun += 1
            line.sent, line.is_it = 0, self._begun == failure.transaction
            return None
        line.sent += 1
        line.tail = (line.tail + said)[-len(COMMIT) :]
        if not line.is_it or (line.sent != failure.sent and line.tail != COMMIT):
            return None
        self._failure = None
        line.deaf = failure.taken
        return failure


class _Line:
    """What is known of one connection."""

    def __init__(self) -> None:
        self.sent = 0
        self.is_it = False
        self.tail = b""
        self.deaf = False
        self.silent = False
        self.answered = asyncio.Event()


@contextmanager
def network_to(url: str) -> Iterator[tuple[str, Network]]:
    """A network before a database, and the URL of the database through it."""
    network = Network(sa.make_url(url))
    ready, told = Event(), list[str]()
    loop, ends = asyncio.new_event_loop(), asyncio.Event()

    async def run() -> None:
        opened: asyncio.Future[str] = loop.create_future()
        serving = asyncio.create_task(network.serve(opened, ends))
        told.append(await opened)
        ready.set()
        await serving

    thread = Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield told[0], network
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join()
        loop.close()
