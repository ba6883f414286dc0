"""``lineage emit``: events from a file to Kafka. Every refused event is accounted for."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lineage.cli import errors
from lineage.cli.commands.record import readable
from lineage.cli.errors import CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.progress import progress
from lineage.cli.views.receipts import say_refused
from streams.options import PREFIX, SERVERS, Kafka, Prefix, SecurityName, secured

if TYPE_CHECKING:
    from streams.admin import Admin
    from streams.emit import Router
    from streams.topics import Topics

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="CloudEvents: JSON lines, an array or one document; - for stdin."
    ),
]
ModeOption = Annotated[
    Literal["structured", "binary"],
    typer.Option("--mode", help="One JSON document a message, or the envelope in the headers."),
]
TopicOption = Annotated[
    str | None,
    typer.Option(
        "--topic", metavar="TOPIC", help="One topic for all. Default: by what each event is."
    ),
]
MakeTopics = Annotated[
    bool, typer.Option("--make-topics", help="Make topics that are missing, as `topics create`.")
]


def emit(
    *,
    file: File = "-",
    kafka: Kafka = SERVERS,
    kafka_security: SecurityName = None,
    prefix: Prefix = PREFIX,
    mode: ModeOption = "structured",
    topic: TopicOption = None,
    make_topics: MakeTopics = False,
    as_json: Json = False,
) -> None:
    """Send the events of a file to Kafka, each checked before it leaves.

    Refused events are named by line and field and not sent; the rest is on the broker when this
    ends. Facts, decisions and the answers of each recipient have topics of their own.
    """
    from lineage.kafka.binding import Mode
    from lineage.kafka.producer import DeliveryFailed, Producer
    from streams.admin import connected
    from streams.emit import emit_stream
    from streams.topics import Topics
    from streams.views import emit_view

    source, security = readable(file), secured(kafka_security)
    size = None if source == "-" else source.stat().st_size
    with ExitStack() as stack:
        admin = stack.enter_context(connected(kafka, security))
        router = _router(admin, Topics(prefix), topic=topic, make=make_topics)
        stream = sys.stdin.buffer if source == "-" else stack.enter_context(source.open("rb"))
        advance = stack.enter_context(progress("emitting", as_bytes=True))
        try:
            with Producer(kafka, client_id="lineage-emit", security=security) as producer:
                receipt = emit_stream(
                    stream,
                    producer,
                    router,
                    mode=Mode(mode),
                    progress=lambda read: advance(read, size),
                )
        except DeliveryFailed as error:
            raise CommandError(
                str(error),
                next_step="Emit the same file again: what did arrive is recorded once.",
                exit_code=errors.UNUSABLE,
            ) from None
    give(receipt, as_json=as_json, view=emit_view)
    if not receipt.refused:
        return
    if not as_json:
        say_refused(
            receipt.problems,
            receipt.reasons,
            refused=receipt.refused,
            then="The rest is sent. Correct these and emit them again.",
        )
    raise typer.Exit(errors.REFUSED)


def _router(admin: "Admin", topics: "Topics", *, topic: str | None, make: bool) -> "Router":
    from streams.emit import Router
    from streams.making import create_topics

    make_reply: Callable[[str], str] | None = None
    if make:
        create_topics(admin, topics)

        def make_reply(recipient: str) -> str:
            create_topics(admin, topics, recipients=[recipient])
            return topics.answers(recipient).name

    return Router(topics, admin.names(), topic=topic, make=make_reply)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage emit events.jsonl --kafka localhost:9092",
        "lineage generate --people 100 --events 2000 --out - | lineage emit --make-topics",
    )
    app.command("emit", epilog=epilog)(emit)
