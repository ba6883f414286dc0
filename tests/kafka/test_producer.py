"""The producer on a real broker: all that was sent arrives once and in order, or it is said."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from kafka import TopicPartition

from lineage.events import event_to_json, parse_event
from lineage.kafka import producer as module
from lineage.kafka.binding import Mode, Record, to_record, to_structured
from lineage.kafka.producer import DeliveryFailed, Producer
from tests.events.sample import share
from tests.kafka.reading import Message, read_all
from tests.support.kafka_topics import Kafka, OwnKafka

SECRET = b"max@shop.example"

pytestmark = pytest.mark.kafka


def numbered(count: int, *, keys: int = 7, size: int = 0) -> list[Record]:
    """Messages that say their number, under a few keys in turn."""
    return [
        Record(b"person-%d" % (n % keys), b"%d" % n + b" " * size, (("n", b"%d" % n),))
        for n in range(count)
    ]


def by_key(messages: Iterable[Message | Record]) -> dict[bytes | None, list[bytes | None]]:
    """The values under each key, in their order."""
    found: dict[bytes | None, list[bytes | None]] = defaultdict(list)
    for message in messages:
        found[message.key].append(message.value)
    return found


@pytest.mark.parametrize("mode", Mode)
def test_an_event_arrives_as_it_was_sent(kafka: Kafka, mode: Mode) -> None:
    """Key, headers and value are on the topic as the binding wrote them, and are read again."""
    topic = kafka.topic()
    event = parse_event(share())
    with Producer(kafka.servers) as producer:
        producer.send(topic, to_record(event, mode=mode))
    [message] = read_all(kafka.servers, topic)
    assert (message.key, message.value, message.headers) == to_record(event, mode=mode)
    assert message.value is not None
    read = parse_event(to_structured(message.value, message.headers))
    assert event_to_json(read.model_copy(update={"datacontenttype": None})) == event_to_json(event)


def test_all_of_one_key_keep_their_order(kafka: Kafka) -> None:
    """One key lies in one partition, in the order it was sent in."""
    topic, sent = kafka.topic(partitions=4), numbered(2_000)
    with Producer(kafka.servers) as producer:
        for record in sent:
            producer.send(topic, record)
    messages = read_all(kafka.servers, topic)
    assert by_key(messages) == by_key(sent)
    lanes = {(message.key, message.partition) for message in messages}
    assert len(lanes) == 7
    assert len({partition for _, partition in lanes}) > 1


def test_the_broker_knows_the_producer(kafka: Kafka) -> None:
    """It is idempotent in the broker's own eyes, and waits for all that must have a message."""
    topic = kafka.topic()
    with Producer(kafka.servers) as producer:
        for record in numbered(10):
            producer.send(topic, record)
        producer.flush()
        assert producer._kafka is not None
        assert producer._kafka.config["acks"] == -1
        lane = TopicPartition(topic, 0)
        state = next(iter(kafka.admin.describe_producers([lane])[lane].active_producers))
    assert state.producer_id >= 0
    assert state.last_sequence == 9


@pytest.mark.parametrize("setting", [{"acks": 1}, {"enable_idempotence": False}, {"retries": 0}])
def test_what_makes_it_safe_cannot_be_set(kafka: Kafka, setting: dict[str, Any]) -> None:
    """No setting makes a message that was confirmed one that may be lost."""
    with pytest.raises(ValueError, match=next(iter(setting))):
        Producer(kafka.servers, **setting)


def test_flush_says_that_all_has_arrived(kafka: Kafka) -> None:
    """What was sent before a flush is there after it, long before the linger has ended."""
    topic = kafka.topic()
    with Producer(kafka.servers, linger_ms=60_000, request_timeout_ms=30_000) as producer:
        before = time.monotonic()
        for record in numbered(100):
            producer.send(topic, record)
        producer.flush()
        assert time.monotonic() - before < 10
        assert len(read_all(kafka.servers, topic)) == 100


def test_a_topic_that_is_not_there_is_an_error(kafka: Kafka) -> None:
    """A wrong name is told at once, nothing is made of it, and the producer goes on."""
    wrong, right = kafka.name(), kafka.topic()
    with Producer(kafka.servers, max_block_ms=500) as producer:
        with pytest.raises(DeliveryFailed, match=wrong):
            producer.send(wrong, numbered(1)[0])
        with pytest.raises(DeliveryFailed):
            producer.send("no topic has a name like this", numbered(1)[0])
        producer.send(right, numbered(1)[0])
    assert len(read_all(kafka.servers, right)) == 1
    assert wrong not in kafka.admin.list_topics()


def test_a_message_too_large_for_any_request_is_an_error(kafka: Kafka) -> None:
    """It is told by the send itself; those before and after it arrive."""
    topic, (first, last) = kafka.topic(), numbered(2)
    with Producer(kafka.servers) as producer:
        producer.send(topic, first)
        with pytest.raises(DeliveryFailed, match=f"{topic}: MessageSizeTooLargeError"):
            producer.send(topic, Record(b"k", b"x" * (2 << 20), ()))
        producer.send(topic, last)
    assert [m.value for m in read_all(kafka.servers, topic)] == [first.value, last.value]


def test_a_message_too_large_for_its_topic_is_an_error(kafka: Kafka) -> None:
    """The broker refuses it, and flush says how many did not arrive: no later one overtakes it.

    The producer is not finished by it, although the client of kafka-python is.
    """
    topic, sent = kafka.topic(max_message_bytes=2_000), numbered(20, keys=1, size=100)
    with Producer(kafka.servers) as producer:
        for number, record in enumerate(sent):
            producer.send(topic, record)
            if number == 9:
                producer.send(topic, Record(SECRET, SECRET * 500, ()))
        with pytest.raises(
            DeliveryFailed, match=f"^(\\d+) not delivered to {topic}: Mess"
        ) as caught:
            producer.flush()
        arrived = [message.value for message in read_all(kafka.servers, topic)]
        assert arrived == [record.value for record in sent][: len(arrived)]
        assert str(caught.value).startswith(f"{21 - len(arrived)} ")
        assert SECRET.decode() not in str(caught.value)
        for record in sent[len(arrived) :]:
            producer.send(topic, record)
    assert by_key(read_all(kafka.servers, topic)) == by_key(sent)


def test_a_failure_is_raised_by_the_next_send(kafka: Kafka) -> None:
    """Who never flushes hears of it too, once, and what the failing send was about is not sent."""
    topic, (first, second) = kafka.topic(max_message_bytes=2_000), numbered(2)
    producer = Producer(kafka.servers, linger_ms=0)
    producer.send(topic, Record(SECRET, SECRET * 500, ()))
    assert module._done(producer._waiting[0], by=time.monotonic() + 30)
    with pytest.raises(DeliveryFailed, match=topic):
        producer.send(topic, first)
    producer.send(topic, second)
    producer.close()
    assert [message.value for message in read_all(kafka.servers, topic)] == [second.value]


def test_an_error_of_the_block_goes_on(kafka: Kafka) -> None:
    """What was sent before a caller failed arrives, and a lost message is noted on its error."""
    topic = kafka.topic(max_message_bytes=2_000)

    def fails() -> None:
        with Producer(kafka.servers) as producer:
            producer.send(topic, numbered(1)[0])
            producer.flush()
            producer.send(topic, Record(b"k", b"x" * 5_000, ()))
            raise KeyError

    with pytest.raises(KeyError) as caught:
        fails()
    assert len(read_all(kafka.servers, topic)) == 1
    assert f"1 not delivered to {topic}" in caught.value.__notes__[0]


def test_after_close_nothing_is_taken(kafka: Kafka) -> None:
    """A message that nobody will send is refused; closing twice is allowed."""
    producer = Producer(kafka.servers)
    producer.close()
    producer.close()
    with pytest.raises(DeliveryFailed, match="closed"):
        producer.send("lineage-test", numbered(1)[0])


def test_a_full_buffer_blocks_and_loses_nothing(kafka: Kafka) -> None:
    """Many more messages than fit: memory stays within its bound, and all arrive in order."""
    topic, sent = kafka.topic(partitions=2), numbered(5_000, size=600)
    bound, most = 50_000, 0
    with Producer(kafka.servers, buffer_bytes_max=bound) as producer:
        for record in sent:
            producer.send(topic, record)
            most = max(most, producer._bytes)
    assert bound / 2 < most <= bound
    assert by_key(read_all(kafka.servers, topic)) == by_key(sent)


def test_threads_may_share_a_producer(kafka: Kafka) -> None:
    """Several threads fill a small buffer at once: each key keeps its order, nothing is lost."""
    topic = kafka.topic(partitions=2)
    lists = [[Record(b"thread-%d" % t, b"%d" % n, ()) for n in range(500)] for t in range(4)]
    with Producer(kafka.servers, buffer_bytes_max=10_000) as producer:

        def send(records: list[Record]) -> None:
            for record in records:
                producer.send(topic, record)
            producer.flush()

        threads = [threading.Thread(target=send, args=(records,)) for records in lists]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert producer._bytes == 0
    sent = [record for records in lists for record in records]
    assert by_key(read_all(kafka.servers, topic)) == by_key(sent)


def test_no_log_line_holds_key_or_value(kafka: Kafka, caplog: pytest.LogCaptureFixture) -> None:
    """Even where all is logged that the libraries can log, a message is not."""
    topic = kafka.topic(max_message_bytes=2_000)
    with caplog.at_level(logging.DEBUG):
        producer = Producer(kafka.servers)
        for value in (SECRET, SECRET * 500):
            producer.send(topic, Record(SECRET, value, (("ce_subject", SECRET),)))
        with pytest.raises(DeliveryFailed):
            producer.close()
    assert caplog.records
    assert SECRET.decode() not in caplog.text


def test_without_a_broker_the_start_fails() -> None:
    """No answer is an error with the address in it, not an endless wait."""
    with pytest.raises(DeliveryFailed, match=r"127\.0\.0\.1:1"):
        Producer("127.0.0.1:1", bootstrap_timeout_ms=300)


def test_a_broker_killed_in_mid_stream_costs_nothing(own_kafka: OwnKafka) -> None:
    """Sent through kill -9 and a restart: everything once, and every key in its order."""
    topic, sent = own_kafka.topic(partitions=3), numbered(20_000, size=300)
    with Producer(own_kafka.servers) as producer:

        def send() -> None:
            for number, record in enumerate(sent):
                producer.send(topic, record)
                if number % 100 == 0:
                    time.sleep(0.02)

        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(1)
        own_kafka.kill()
        assert sender.is_alive()
        own_kafka.start()
        sender.join()
    assert by_key(read_all(own_kafka.servers, topic)) == by_key(sent)


def test_while_the_broker_is_away_waiting_has_an_end(
    own_kafka: OwnKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full buffer and a flush give up in time; what was taken arrives when the broker is back.

    A producer that is closed meanwhile says what it leaves undone, and no thread of it stays.
    """
    topic, sent = own_kafka.topic(), numbered(200, size=300)
    left = Producer(own_kafka.servers)
    kept = Producer(own_kafka.servers, buffer_bytes_max=20_000, block_seconds_max=0.5)
    for producer in (left, kept):
        producer.send(topic, sent[0])
        producer.flush()
    own_kafka.kill()
    taken = sent[:1]

    def fill() -> None:
        for record in sent[1:]:
            kept.send(topic, record)
            taken.append(record)

    with pytest.raises(DeliveryFailed, match="buffer is full"):
        fill()
    with pytest.raises(DeliveryFailed, match=f"{len(taken) - 1} messages were not confirmed"):
        kept.flush(timeout=0.3)
    left.send(topic, sent[1])
    assert left._kafka is not None
    sending = left._kafka._sender
    monkeypatch.setattr(module, "CLOSE_SECONDS_MAX", 0.3)
    with pytest.raises(DeliveryFailed, match="1 messages were not confirmed"):
        left.close()
    assert not sending.is_alive()
    own_kafka.start()
    kept.flush()
    kept.close()
    assert [m.value for m in read_all(own_kafka.servers, topic)][1:] == [r.value for r in taken]
