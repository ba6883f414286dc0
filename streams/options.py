"""The options that the commands over Kafka share, written once. No command lives here."""

from typing import Annotated

import typer

Kafka = Annotated[
    str,
    typer.Option(
        "--kafka",
        envvar="LINEAGE_KAFKA",
        metavar="SERVERS",
        help="Brokers to ask first: host:port, several with commas.",
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
