"""What a service says of an order after it has replied: an event for its reply topic."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from lineage.channels.answered import answer_data
from lineage.channels.port import Answer
from lineage.client.emitter import Emitter
from lineage.client.making import new_id, utc_now
from lineage.client.orders.order import ErasureOrder
from lineage.events import Event, EventData, EventError

ATTEMPTS_MAX: Final = 5


def answer_event(order: ErasureOrder, answer: Answer) -> EventData:
    """Return the data of the event that gives this answer. Raises ``ValueError`` for an order of
    an old tracker, which names no request: then only an erasure can be said.
    """
    if order.request_id is None and answer.status != "erased":
        raise ValueError("the order names no request, so only `erased` can be said of it later")
    return answer_data(
        answer,
        request_id=order.request_id,
        notice_id=order.notice_id,
        recipient=order.recipient,
        categories=order.categories,
    )


def answer_later(
    emitter: Emitter,
    order: ErasureOrder,
    answer: Answer,
    *,
    subject: str | None = None,
    at: datetime | None = None,
    attempts_max: int = ATTEMPTS_MAX,
    pause: Callable[[float], None] = time.sleep,
) -> Event:
    """Say what came of an order, and return when that is delivered; to say it again does no harm.

    The emitter is one for answers: ``says=EventClass.ANSWER``, ``topic=reply_topic(recipient)``.
    ``subject`` is the person's id at the controller, for an order that does not name it; ``at``
    when it was done, if not now. What cannot be delivered is tried again, as the same event, after
    1, 2, 4, 8 s; then the error of the last attempt is raised. Raises ``EventError`` for what no
    attempt could deliver, ``ValueError`` where the person or the request is not known.
    """
    person = order.subject if subject is None else subject
    if person is None:
        raise ValueError("the order names no subject: say subject=, or let the registry accept it")
    data = answer_event(order, answer)
    event_id, moment = new_id(), utc_now() if at is None else at
    attempt = 1
    while True:
        try:
            event = emitter.emit(
                data, id=event_id, time=moment, subject=person, controller=order.controller
            )
            emitter.flush()
            return event
        except EventError:
            raise
        except Exception:
            if attempt >= attempts_max:
                raise
        pause(2.0 ** (attempt - 1))
        attempt += 1
