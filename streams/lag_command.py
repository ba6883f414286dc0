"""``lineage lag``: how far recording is behind the broker, lane by lane."""

from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.options import Json, example
from lineage.cli.output import give, say
from lineage.cli.place import Place, opened, with_place
from streams.options import PREFIX, SERVERS, Kafka, Prefix, SecurityName, secured


def lag(
    place: Place,
    *,
    kafka: Kafka = SERVERS,
    kafka_security: SecurityName = None,
    prefix: Prefix = PREFIX,
    max_lag: Annotated[
        int | None,
        typer.Option("--max", min=0, metavar="N", help="Exit code 1 if a lane is further behind."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show for each lane what is recorded, what the broker has, and what lies between.

    Exit code 4 where the broker cannot be asked: what is recorded is shown, how far behind is not.
    """
    from streams.admin import connected
    from streams.errors import BrokerUnusable, TopicMissing
    from streams.lag import furthest_behind, lag_of, lag_unknown
    from streams.lane_checks import known_lanes
    from streams.topics import Topics
    from streams.views import lag_view

    topics = Topics(prefix)
    with opened(place) as tracker:
        lanes = known_lanes(tracker.lanes.on_record())
    unusable = None
    try:
        with connected(kafka, secured(kafka_security)) as admin:
            names = admin.names()
            if topics.events.name not in names:
                raise TopicMissing(topics.events.name)
            wanted = [topics.events.name, topics.control.name]
            wanted += filter(topics.is_answers, names)
            report = lag_of(admin.state(wanted), lanes)
    except TopicMissing:
        raise
    except BrokerUnusable as error:
        unusable, report = error, lag_unknown(lanes, prefix=prefix)
    give(report, as_json=as_json, view=lag_view)
    if unusable is not None and not as_json:
        say(f"{unusable}: {unusable.do}.")
    if report.lag is None:
        raise typer.Exit(errors.UNKNOWN)
    if max_lag is not None and furthest_behind(report) > max_lag:
        raise typer.Exit(errors.FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example("lineage lag", "lineage lag --max 100000 --json")
    app.command("lag", epilog=epilog)(with_place(lag))
