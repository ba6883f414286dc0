"""``lineage topics``: make the topics, and say what is unsafe about them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli import errors
from lineage.cli.options import Json, example
from lineage.cli.output import give, say
from lineage.cli.place import Place, opened, with_place
from streams.options import PREFIX, SERVERS, DeadLetterTopic, Kafka, Prefix, SecurityName, secured

if TYPE_CHECKING:
    from streams.lane_checks import KnownLane

Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", metavar="NAME", help="Whose answers get a topic. May be repeated."),
]
Partitions = Annotated[
    int,
    typer.Option("--partitions", min=1, help="Of the events' topic: as many workers can share it."),
]
Replication = Annotated[
    int | None,
    typer.Option(
        "--replication-factor",
        min=1,
        metavar="N",
        help="Copies of each message. Default: 3, or as many as there are brokers.",
    ),
]
LaneName = Annotated[str, typer.Argument(metavar="LANE", help="The lane, as it was named.")]
To = Annotated[
    int, typer.Option("--to", min=1, metavar="OFFSET", help="The first offset to go on with.")
]
DEFAULT_FILE = "lineage.db"
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def span(text: str) -> timedelta:
    """Read ``7d``, ``12h``, ``30m`` or ``90s``."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isdecimal() or int(number) == 0:
        raise typer.BadParameter("expected a time such as 7d, 12h, 30m or 90s")
    try:
        return timedelta(**{UNITS[unit]: int(number)})
    except OverflowError:
        raise typer.BadParameter("longer than the calendar") from None


Retention = Annotated[
    timedelta,
    typer.Option("--retention", parser=span, metavar="TIME", help="How long a message is kept."),
]


def create(
    *,
    kafka: Kafka = SERVERS,
    kafka_security: SecurityName = None,
    prefix: Prefix = PREFIX,
    partitions: Partitions = 12,
    replication_factor: Replication = None,
    retention: Retention = "7d",  # type: ignore[assignment] # typer gives it to the parser
    recipient: Recipients = None,
    dead_letter_topic: DeadLetterTopic = None,
    as_json: Json = False,
) -> None:
    """Make the topics that are missing, with safe settings. What is there is left as it is."""
    from streams.admin import connected
    from streams.making import create_topics
    from streams.topics import Topics
    from streams.views import made_view

    with connected(kafka, secured(kafka_security)) as admin:
        made = create_topics(
            admin,
            Topics(prefix),
            partitions=partitions,
            replication=replication_factor,
            retention=retention,
            recipients=recipient or (),
            dead_letters=dead_letter_topic,
        )
    give(made, as_json=as_json, view=made_view)


def check(
    place: Place,
    *,
    kafka: Kafka = SERVERS,
    kafka_security: SecurityName = None,
    prefix: Prefix = PREFIX,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="How many workers are to run."),
    ] = None,
    dead_letter_topic: DeadLetterTopic = None,
    as_json: Json = False,
) -> None:
    """Say what is unsafe about the topics, why, and what to do. Exit code 1 for a finding.

    Where there is a store, what is recorded is held against what the topics still have.
    """
    from streams.admin import connected
    from streams.checks import Wanted, check_topics
    from streams.topics import Topics
    from streams.views import check_view

    topics = Topics(prefix)
    lanes = _lanes(place) if place.store or Path(DEFAULT_FILE).exists() else []
    with connected(kafka, secured(kafka_security)) as admin:
        read = [topics.control.name, *sorted(filter(topics.is_answers, admin.names()))]
        dead = dead_letter_topic or topics.dead_letters
        state = admin.state([topics.events.name, *read, dead])
        settings = admin.settings(state)
    wanted = Wanted(topics.events.name, read, dead_letters=dead, workers=workers)
    report = check_topics(wanted, state, settings, lanes)
    give(report, as_json=as_json, view=check_view)
    if not report.ok:
        raise typer.Exit(errors.FOUND)


def _lanes(place: Place) -> "list[KnownLane]":
    from streams.lane_checks import known_lanes

    with opened(place) as tracker:
        return known_lanes(tracker.lanes.on_record())


def skip(place: Place, *, lane: LaneName, to: To, as_json: Json = False) -> None:
    """Take note that messages were deleted before they were read, and let workers go on.

    `topics check` and the worker name lane and offset. Which they were is kept as a dead letter:
    the loss stays on record. Let the services send that time again first.
    """
    with opened(place) as tracker:
        passed = tracker.lanes.skip(lane, to)
    if as_json:
        typer.echo(json.dumps({"lane": lane, "next": to, "passed": passed}))
        return
    say(f"{passed:,} offsets of {lane} are noted as lost; workers go on at {to:,}")


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="The topics that events come in by.",
        no_args_is_help=True,
        epilog=example("lineage topics check"),
    )
    epilog = example(
        "lineage topics create --kafka localhost:9092",
        "lineage topics create --partitions 24 --retention 14d --recipient FastParcel",
    )
    group.command("create", epilog=epilog)(create)
    epilog = example("lineage topics check", "lineage topics check --workers 4 --json")
    group.command("check", epilog=epilog)(with_place(check))
    epilog = example("lineage topics skip kafka/CLUSTER/lineage.events/TOPIC-ID/3 --to 12000")
    group.command("skip", epilog=epilog)(with_place(skip))
    app.add_typer(group, name="topics")
