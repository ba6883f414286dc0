"""The options that the commands over Kafka share, written once. No command lives here."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lineage.kafka.security import Security

Kafka = Annotated[
    str,
    typer.Option(
        "--kafka",
        envvar="LINEAGE_KAFKA",
        metavar="SERVERS",
        help="Brokers to ask first: host:port, several with commas.",
    ),
]
SecurityName = Annotated[
    str | None,
    typer.Option(
        "--kafka-security",
        envvar="LINEAGE_KAFKA_SECURITY",
        metavar="PROTOCOL",
        help="plaintext, ssl, sasl_plaintext or sasl_ssl; the rest is in the environment.",
    ),
]
Prefix = Annotated[
    str,
    typer.Option(
        "--prefix",
        envvar="LINEAGE_TOPICS_PREFIX",
        metavar="NAME",
        help="First part of the topics' names: one for each tracker on a cluster.",
    ),
]
DeadLetterTopic = Annotated[
    str | None,
    typer.Option(
        "--dead-letter-topic",
        envvar="LINEAGE_DEAD_LETTER_TOPIC",
        metavar="TOPIC",
        help="Where dead letters are sent on to.",
    ),
]
SERVERS = "localhost:9092"
PREFIX = "lineage"


def secured(protocol: str | None) -> "Security":
    """The security of this program's clients: by this protocol, the rest by the environment."""
    from lineage.kafka.security import Security

    return Security.from_environment(protocol=protocol)
