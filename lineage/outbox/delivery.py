"""Handing rows of an outbox to a publisher, and saying what went wrong. No SQL."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from lineage.client.publishing import Publisher
from lineage.events.cloudevents import STRUCTURED
from lineage.kafka.binding import CONTENT_TYPE, Record
from lineage.kafka.producer import DeliveryFailed
from lineage.outbox.claims import Row

_log = logging.getLogger("lineage.outbox")

HEADERS: Final = ((CONTENT_TYPE, STRUCTURED.encode()),)
ERROR_LETTERS_MAX: Final = 200


class Delivery:
    """A publisher that is made when it is needed, and anew some time after a failure."""

    def __init__(self, connect: Callable[[], Publisher]) -> None:
        """Connect to nothing yet."""
        self._connect = connect
        self._publisher: Publisher | None = None
        self._failed = False

    def deliver(self, rows: Sequence[Row], *, seconds: float) -> str | None:
        """Send rows and have them confirmed; or return what went wrong, in words without values.

        All are confirmed or none counts as sent: what fails is known by sending it alone.
        """
        try:
            if self._publisher is None:
                self._publisher = self._connect()
            for row in rows:
                record = Record(row.key.encode(), row.event.encode(), HEADERS)
                self._publisher.send(row.topic, record)
            self._publisher.flush(timeout=seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, the rows stay and say so
            self._failed = True
            says = _kind(error)
            _log.warning("%d of the outbox's events could not be published: %s", len(rows), says)
            return says
        return None

    def renew(self) -> None:
        """Let go of a publisher that has failed. It may take long, so it is done between turns."""
        if self._failed:
            self.close()

    def close(self) -> None:
        """Let go of the publisher."""
        publisher, self._publisher = self._publisher, None
        self._failed = False
        if publisher is not None:
            with suppress(Exception):  # what it did not deliver is still in the outbox
                publisher.close()


def _kind(error: Exception) -> str:
    """What may be written down: the message of an error of others could quote the event."""
    says = str(error) if isinstance(error, DeliveryFailed) else type(error).__name__
    return says[:ERROR_LETTERS_MAX]
