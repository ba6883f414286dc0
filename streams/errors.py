"""What can go wrong with the broker, as a sentence and an advice; exit codes are the CLI's."""

from __future__ import annotations

from lineage.service.errors import LineageError


class BrokerUnusable(LineageError):
    """The broker cannot be asked, or refuses what is asked of it."""


class TopicMissing(BrokerUnusable):
    """A topic is not on the broker."""

    def __init__(self, topic: str) -> None:
        """Say which; its name is a name of ours, or the one that was asked for."""
        super().__init__(
            f"there is no topic {topic} on the broker",
            do="make it with `lineage topics create`, or name another with --prefix, --topic or"
            " --dead-letter-topic",
        )
