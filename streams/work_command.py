"""``lineage work``: one worker, from Kafka to the store, until it is told to stop."""

from typing import Annotated

import typer

from lineage.cli.options import example
from lineage.cli.place import DEFAULT_STORE, Place, with_place
from streams.options import (
    PREFIX,
    SERVERS,
    DeadLetterTopic,
    Kafka,
    Prefix,
    SecurityName,
    secured,
)

Topics = Annotated[
    list[str] | None,
    typer.Option(
        "--topic",
        metavar="TOPIC",
        help="Read this topic, and the one of decisions. May be repeated. Default: all there are.",
    ),
]
Batch = Annotated[
    int, typer.Option("--batch", min=1, max=10_000, help="Messages in one transaction, at most.")
]
SessionTimeout = Annotated[
    int,
    typer.Option(
        "--session-timeout",
        min=6,
        max=1800,
        metavar="SECONDS",
        help="After so long without a sign of life others take over its partitions.",
    ),
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        min=0,
        max=65_535,
        metavar="PORT",
        help="Tell Prometheus at this port (0: any that is free). Default: nobody.",
    ),
]
MetricsHost = Annotated[
    str, typer.Option("--metrics-host", metavar="HOST", help="The address of that port.")
]


def work(
    place: Place,
    *,
    kafka: Kafka = SERVERS,
    kafka_security: SecurityName = None,
    prefix: Prefix = PREFIX,
    topic: Topics = None,
    dead_letter_topic: DeadLetterTopic = None,
    batch: Batch = 2000,
    session_timeout: SessionTimeout = 45,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Record what is sent to the topics. Start as many as the events' topic has partitions.

    It waits for database and broker. SIGTERM stops it when what it has read is written. Any failure
    ends it with exit code 70; whoever supervises it starts it again: nothing is lost or doubled.
    """
    from streams.metrics import Metrics
    from streams.settings import Settings
    from streams.worker import run_worker

    settings = Settings(
        servers=kafka,
        security=secured(kafka_security),
        prefix=prefix,
        topics=tuple(topic or ()),
        dead_letter_topic=dead_letter_topic,
        store=place.store or DEFAULT_STORE,
        keys=place.keys,
        policies=place.policies,
        recipients=place.recipients,
        batch=batch,
        session_timeout_ms=session_timeout * 1000,
        metrics_port=metrics_port,
        metrics_host=metrics_host,
    )
    run_worker(settings, Metrics())


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example("lineage work", "lineage work --topic lineage.events --metrics-port 9100")
    app.command("work", epilog=epilog)(with_place(work))
