"""Events of a file to their topics: each is checked before it leaves. What ``emit`` runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol

from lineage.events import Event, EventClass, EventError, Problem, parse_event
from lineage.kafka.binding import Mode, Record, to_record
from lineage.kafka.reply_topic import TopicName
from lineage.service.checking import MESSAGE_BYTES_MAX
from lineage.service.incoming import Incoming, Tally
from lineage.service.messages import Message, MessageReader
from streams.answers import EmitReceipt
from streams.errors import TopicMissing
from streams.topics import Topics

_PERSON = "person:"


class Sender(Protocol):
    """What emitting needs of ``lineage.kafka.producer.Producer``."""

    def send(self, topic: str, record: Record) -> None:
        """Hand over one message; may raise for an earlier one."""
        ...

    def flush(self) -> None:
        """Return when all of them are on the broker."""
        ...


class Router:
    """Which topic an event goes to: by its class, as the workers take it, or one for all."""

    def __init__(
        self,
        topics: Topics,
        there: frozenset[str],
        *,
        topic: str | None = None,
        make: Callable[[str], str] | None = None,
    ) -> None:
        """``there``: the topics of the broker; ``make`` makes the reply topic of a recipient.

        Raises ``TopicMissing`` where the topic of all events does not exist.
        """
        self._topics = topics
        self._there = set(there)
        self._topic = topic
        self._make = make
        for name in [topic] if topic else [topics.events.name, topics.control.name]:
            if name not in there:
                raise TopicMissing(name)

    def topic_of(self, event: Event) -> str:
        """The topic's name. Raises ``EventError`` for what no topic may carry."""
        if self._topic is not None:
            return self._topic
        match event.data.event_class:
            case EventClass.FACT:
                return self._topics.events.name
            case EventClass.DECISION:
                return self._topics.control.name
            case EventClass.ANSWER:
                return self._reply_topic(event)
            case EventClass.SYSTEM:
                raise _refused("type", "not_allowed_here", "no event that only the tracker writes")

    def _reply_topic(self, event: Event) -> str:
        recipient = str(getattr(event.data, "recipient", ""))
        if recipient.startswith(_PERSON):
            # The name of a topic is seen by everybody, and would be the id of a person.
            wanted = "a recipient that is no person; such an answer goes in by lineage record"
            raise _refused("data.recipient", "not_allowed_here", wanted)
        try:
            name = self._topics.answers(recipient).name
        except TopicName:
            raise _refused("data.recipient", "too_long", "a name that a topic can have") from None
        if name not in self._there:
            if self._make is None:
                wanted = "a recipient with a reply topic (lineage topics create --recipient NAME)"
                raise _refused("data.recipient", "no_topic", wanted)
            self._there.add(self._make(recipient))
        return name


def _refused(field: str, reason: str, expected: str) -> EventError:
    return EventError([Problem(field, reason, expected)])


def emit_stream(
    stream: BinaryIO,
    sender: Sender,
    router: Router,
    *,
    mode: Mode = Mode.STRUCTURED,
    progress: Callable[[int], None] | None = None,
) -> EmitReceipt:
    """Send what is valid; when this returns it is on the broker. ``progress``: bytes read."""
    reader = MessageReader(stream)
    tally = Tally()
    for message in reader:
        tally.read += 1
        try:
            event = _checked(message)
            sender.send(router.topic_of(event), to_record(event, mode=mode))
        except EventError as error:
            place = Incoming(message.item, message.line, message.place, message.raw)
            tally.refuse(place, error.problems)
        if progress is not None and tally.read % 100 == 0:
            progress(reader.bytes_read)
    sender.flush()
    receipt = tally.receipt()
    return EmitReceipt(
        read=receipt.read,
        sent=receipt.read - receipt.refused,
        refused=receipt.refused,
        problems=receipt.problems,
        reasons=receipt.reasons,
        seconds=receipt.seconds,
    )


def _checked(message: Message) -> Event:
    if len(message.raw) > MESSAGE_BYTES_MAX:
        raise _refused("", "too_large", "at most 1 MiB")
    return parse_event(message.raw)
