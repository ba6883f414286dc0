"""Names of topics: each recipient has one of its own, and from it its name is read back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import EventClass
from lineage.kafka.reply_topic import TopicName
from streams.topics import Topics

TOPICS = Topics("shop-1")


@given(st.text(min_size=1, max_size=20))
def test_name_of_a_recipient_is_read_back(recipient: str) -> None:
    """Whatever a recipient is called, its topic has a name Kafka takes and tells it again."""
    try:
        topic = TOPICS.answers(recipient)
    except UnicodeEncodeError:  # half a surrogate pair is no name
        return
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,249}", topic.name)
    assert TOPICS.named(topic.name) == topic
    assert TOPICS.is_answers(topic.name)
    assert topic.recipient == recipient
    assert topic.allowed == {EventClass.ANSWER}


@pytest.mark.parametrize(
    "name",
    [
        *("other.events", "shop-1.dead-letters", "shop-1.answers.", "shop-1.answers._zz"),
        *("shop-1.answers.a_", "shop-1.answers._41", "shop-1.answers._ff", "shop-1.events.x"),
    ],
)
def test_other_names_are_not_ours(name: str) -> None:
    """A topic that was not named by us is not read: also not one that only looks like ours."""
    assert TOPICS.named(name) is None
    assert not TOPICS.is_answers(name)


def test_each_topic_has_its_speakers() -> None:
    """Services report, officers decide."""
    assert TOPICS.named("shop-1.events") == TOPICS.events
    assert TOPICS.named("shop-1.control") == TOPICS.control
    assert TOPICS.events.allowed == {EventClass.FACT}
    assert TOPICS.control.allowed == {EventClass.DECISION}


def test_name_that_is_too_long_is_refused() -> None:
    """Kafka takes 249 letters."""
    with pytest.raises(TopicName):
        TOPICS.answers("x" * 240)
