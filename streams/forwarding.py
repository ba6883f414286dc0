"""Dead letters sent on to a topic, as they came; kept they are in the store, by the tracker.

What is sent on is what the topic it came by has already, and why it was refused: nothing that only
the tracker knows. It happens before the letter is kept and its lane moves on, so that a crash may
repeat it and cannot lose it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from lineage.events import Event
from lineage.kafka.binding import Record
from lineage.kafka.producer import DeliveryFailed, Producer
from lineage.kafka.security import Security
from lineage.service.errors import LineageError
from lineage.service.lanes import Refused, Tell
from streams.messages import Message

FORWARD_SECONDS_MAX = 20.0
"""How long the topic may take to have them; the lane is behind meanwhile."""

REQUEST_BYTES_MAX = 32 << 20
"""Whatever came once is sent on; how much a topic takes is for the topic to say."""

PREFIX: Final = "lineage_"


class ForwardingFailed(LineageError):
    """Dead letters cannot be sent on; nothing of their batch was recorded."""

    def __init__(self, topic: str, failed: DeliveryFailed) -> None:
        """Say which topic, and what kind of failure."""
        super().__init__(
            f"dead letters could not be sent on to {topic}: {failed}",
            do="see that the topic is there, that it takes messages as large as those that are"
            " read (max.message.bytes) and that the worker may write to it; or start the worker"
            " without --dead-letter-topic: dead letters are kept in the store all the same",
        )


class Forwarder:
    """Sends dead letters on. Used by one thread at a time; connects when there is something."""

    def __init__(
        self,
        topic: str,
        connect: Callable[[], Producer],
        *,
        told: Callable[[int], None],
        seconds_max: float = FORWARD_SECONDS_MAX,
    ) -> None:
        """``told`` hears how many are on the topic."""
        self.topic = topic
        self._connect = connect
        self._told = told
        self._seconds_max = seconds_max
        self._producer: Producer | None = None

    def of(self, messages: Sequence[Message]) -> Tell:
        """Give what sends on those of these messages that are refused, each once."""
        return partial(self._send, {message.offset: message for message in messages})

    def _send(self, left: dict[int, Message], refused: Sequence[Refused]) -> None:
        """Raises ``ForwardingFailed``."""
        due = [(left[one.item], one) for one in refused if one.item in left]
        if not due:
            return
        try:
            self._producer = self._producer or self._connect()
            for message, one in due:
                self._producer.send(self.topic, forwarded(message, one))
            self._producer.flush(timeout=self._seconds_max)
        except DeliveryFailed as failed:
            raise ForwardingFailed(self.topic, failed) from None
        for _, one in due:
            del left[one.item]
        self._told(len(due))

    def close(self) -> None:
        """Let go of the connection."""
        if self._producer is not None:
            self._producer.close()


def connecting(servers: str, security: Security) -> Callable[[], Producer]:
    """Give what connects a forwarder to a cluster."""
    return partial(
        Producer,
        servers,
        client_id="lineage-dead-letters",
        max_request_size=REQUEST_BYTES_MAX,
        compression_type="gzip",  # what came packed must fit again
        security=security,
    )


def forwarded(message: Message, refused: Refused) -> Record:
    """A message as it came, and behind its own headers where it came from and why it is dead.

    Kafka's clients in Python cannot send every nothing that can be read: a header without a value
    gets an empty one, and so does a message that has neither key nor value. A header's name that
    is no text is shown by its bytes, as it was read.
    """
    own = tuple((name, value or b"") for name, value in message.headers or ())
    added = {
        "reason": refused.reason,
        "field": shown_field(refused),
        "topic": message.topic,
        "partition": str(message.partition),
        "offset": str(message.offset),
    }
    value = b"" if message.key is None and message.value is None else message.value
    headers = (*own, *((PREFIX + name, text.encode()) for name, text in added.items()))
    return Record(message.key, value, headers)


def shown_field(refused: Refused) -> str:
    """The field that is wrong, as far as its name is one of ours: what a sender calls a field of
    its own might be anything.
    """
    *before, last = refused.field.split(".")
    if refused.reason == "unknown_field":
        return ".".join(before)
    named_by_sender = last.startswith("ce_") and last[3:] not in Event.model_fields
    return "" if named_by_sender else refused.field
