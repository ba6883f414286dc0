"""The producer: events onto the broker, none lost without a word; what a message is says `binding`.

kafka-python bounds neither what waits in memory nor what it writes to a log on the level of
debugging, which is keys and values; and after many a failure its producer sends nothing ever again.
All three are seen to here.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from lineage.kafka.binding import Record
from lineage.kafka.security import Security

BUFFER_BYTES_MAX: Final = 32 << 20
BLOCK_SECONDS_MAX: Final = 30.0
CLOSE_SECONDS_MAX: Final = 30.0

_RECORD_BYTES: Final = 100  # about what a waiting message takes beside its own bytes

_SAFE: Final = {"enable_idempotence": True, "acks": "all", "retries": float("inf")}
_SWIFT: Final = {
    # Large batches are what makes readers fast; flush() waits for no linger.
    "batch_size": 256 << 10,
    "linger_ms": 20,
    "max_block_ms": 15_000,  # how long a topic is looked for that no broker knows
    "bootstrap_timeout_ms": 15_000,
    "reconnect_backoff_max_ms": 2_000,
    "allow_auto_create_topics": False,  # a wrong name is an error, not a new topic
}


class DeliveryFailed(Exception):
    """Messages are not on the broker, or not known to be; says topic and kind, never a message."""


class _Waiting(NamedTuple):
    future: Any
    topic: str
    size: int


class Producer:
    """Sends messages in the background; who must know that they arrived calls ``flush``.

    Idempotent: what the client itself sends again is written once, and all messages with one key
    keep their order. Each failure is raised once, by the next call, whichever thread makes it:
    nothing sent since the last ``flush`` may then be taken for delivered; all may be sent again.
    """

    def __init__(
        self,
        servers: str | Sequence[str],
        *,
        client_id: str = "lineage",
        security: Security | None = None,
        buffer_bytes_max: int = BUFFER_BYTES_MAX,
        block_seconds_max: float = BLOCK_SECONDS_MAX,
        **settings: Any,
    ) -> None:
        """Connect; raises ``DeliveryFailed`` where no broker answers.

        ``settings`` are kafka-python's. What makes it safe is not among them: it raises
        ``ValueError`` for those.
        """
        if refused := sorted(_SAFE.keys() & settings.keys()):
            raise ValueError(f"not to be set: {', '.join(refused)}")
        logging.getLogger("kafka").setLevel(logging.INFO)  # below it are keys and values
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._bytes_max = buffer_bytes_max
        self._block_seconds_max = block_seconds_max
        self._sent = self._settled = 0
        self._failed: Counter[tuple[str, str]] = Counter()
        self._closed = False
        given = servers.split(",") if isinstance(servers, str) else list(servers)
        self._options = {
            "bootstrap_servers": given,
            "client_id": client_id,
            **_SWIFT,
            **({} if security is None else security.options()),
            **settings,
            **_SAFE,
        }
        self._kafka: KafkaProducer | None = self._connected()

    def send(self, topic: str, record: Record) -> None:
        """Hand one message over; blocks only while the buffer is full, or for a topic's first.

        Raises ``DeliveryFailed`` if this one cannot go, or if an earlier one has failed: then this
        one was not sent.
        """
        size = _size_of(record)
        kafka = self._make_room(size, topic=topic)
        try:
            future = kafka.send(
                topic, key=record.key, value=record.value, headers=list(record.headers)
            )
        except (KafkaError, ValueError) as error:
            with self._lock:
                self._bytes -= size
            raise DeliveryFailed(_sentence(topic, type(error).__name__, count=1)) from None
        with self._lock:
            self._waiting.append(_Waiting(future, topic, size))
            self._sent += 1

    def flush(self, *, timeout: float = 30.0) -> None:
        """Return when all that was sent is on the broker; else raises ``DeliveryFailed``."""
        ends_at = time.monotonic() + timeout
        with self._lock:
            last, kafka = self._sent, self._kafka
        if kafka is not None:
            # It ends the linger. What it says of the outcome is not taken: it knows batches only.
            with contextlib.suppress(KafkaError):
                kafka.flush(timeout=timeout)
        while True:
            with self._lock:
                self._settle()
                if self._settled >= last:
                    self._raise_failures()
                    return
                first, unconfirmed = self._waiting[0], last - self._settled
            if not _done(first, by=ends_at):
                raise DeliveryFailed(
                    f"{unconfirmed} messages were not confirmed within {timeout:g} s"
                )

    def close(self) -> None:
        """Flush and end; raises ``DeliveryFailed``, and then has ended all the same."""
        if self._closed:
            return
        self._closed = True
        try:
            self.flush(timeout=CLOSE_SECONDS_MAX)
        finally:
            with self._lock:
                self._disconnect(seconds=0.0 if self._waiting else CLOSE_SECONDS_MAX)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; where the block has failed, its error goes on, with a note of what was lost."""
        try:
            self.close()
        except DeliveryFailed as failure:
            if error is None:
                raise
            error.add_note(str(failure))

    def _make_room(self, size: int, *, topic: str) -> KafkaProducer:
        """Wait until a message fits, and give what sends it."""
        ends_at = time.monotonic() + self._block_seconds_max
        while True:
            with self._lock:
                if self._closed:
                    raise DeliveryFailed("the producer is closed")
                self._settle()
                self._raise_failures()
                if not self._waiting or self._bytes + size <= self._bytes_max:
                    self._kafka = self._kafka or self._connected()
                    self._bytes += size
                    return self._kafka
                first = self._waiting[0]
            if not _done(first, by=ends_at):
                raise DeliveryFailed(
                    _sentence(topic, "the buffer is full and the broker takes nothing", count=1)
                )

    def _connected(self) -> KafkaProducer:
        try:
            return KafkaProducer(**self._options)
        except KafkaError as error:
            servers = ",".join(self._options["bootstrap_servers"])
            kind = type(error).__name__
            raise DeliveryFailed(f"no broker answers at {servers} ({kind})") from None

    def _disconnect(self, *, seconds: float) -> None:
        """Let what can go still go, for so long; what is left then fails."""
        kafka, self._kafka = self._kafka, None
        if kafka is None:
            return
        try:
            kafka.close(timeout=seconds)
        except KafkaError:
            # It has not ended, and its thread would go on sending behind our back.
            kafka._sender.force_close()  # noqa: SLF001
            kafka.close(timeout=seconds + 1.0)

    def _settle(self) -> None:
        """Take off the front what is decided; behind one that waits, others may be through."""
        waiting = self._waiting
        while waiting and waiting[0].future.is_done:
            future, topic, size = waiting.popleft()
            self._bytes -= size
            self._settled += 1
            if future.exception is not None:
                self._failed[topic, type(future.exception).__name__] += 1

    def _raise_failures(self) -> None:
        """Say what has failed, and begin afresh with the next message.

        Most failures are the end of kafka-python's idempotent client: it fails all that comes
        after, so that nothing overtakes what did not arrive, and never sends again.
        """
        if self._failed:
            self._disconnect(seconds=self._block_seconds_max)
            self._settle()
            said = [_sentence(*which, count=count) for which, count in self._failed.items()]
            self._failed.clear()
            raise DeliveryFailed("; ".join(said))


def _done(waiting: _Waiting, *, by: float) -> bool:
    """Wait until a message is decided, one way or the other."""
    with contextlib.suppress(Exception):  # its failure is counted when it is settled
        waiting.future.get(timeout=max(by - time.monotonic(), 0))
    return bool(waiting.future.is_done)


def _size_of(record: Record) -> int:
    size = _RECORD_BYTES + len(record.key or b"") + len(record.value or b"")
    return size + sum(len(name) + len(value) for name, value in record.headers)


def _sentence(topic: str, kind: str, *, count: int) -> str:
    return f"{count} not delivered to {topic}: {kind}"
