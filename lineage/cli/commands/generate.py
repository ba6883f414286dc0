"""``lineage generate``: a realistic stream of invented shops, and the truth about it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.errors import CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import say
from lineage.cli.place import Place, with_place
from lineage.cli.progress import progress

People = Annotated[int, typer.Option("--people", min=1, help="How many invented people.")]
Events = Annotated[
    int, typer.Option("--events", min=1, help="How many lines: ten a person, or more.")
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="Where the events go; - for stdout.")
]
TruthFile = Annotated[
    Path | None,
    typer.Option("--truth", metavar="FILE", help="Where the truth goes: who held what, and when."),
]
Controllers = Annotated[
    list[str] | None,
    typer.Option("--controller", "-c", metavar="SLUG", help="Repeat for several. Default: all."),
]


def generate(
    place: Place,
    *,
    people: People = 2000,
    events: Events = 50_000,
    seed: Seed = 1,
    out: Out = Path("events.jsonl"),
    truth: TruthFile = None,
    controller: Controllers = None,
    as_json: Json = False,
) -> None:
    """Write a stream of events about invented people, and the truth about who holds what.

    Duplicates, late and shuffled events, retractions and erasures are in it. Nothing is recorded.
    """
    from lineage.generator import generate as play
    from lineage.generator import write
    from lineage.policy.loader import load_library

    slugs = tuple(controller) if controller else tuple(load_library(place.policies).controllers)
    try:
        stream = play(people, events, seed, controllers=slugs)
    except ValueError as error:
        raise CommandError(str(error), next_step="Raise --events or lower --people.") from None
    target = Path("/dev/stdout") if str(out) == "-" else out
    with progress("generating", total=events) as advance:
        counts = write(stream, target, truth, progress=advance)
    summary = {"events": counts.lines, "people": people, "duplicates": counts.duplicates}
    if as_json:
        summary |= {"late": counts.late, "shuffled": counts.shuffled, "linked": counts.linked}
        typer.echo(json.dumps(summary | {"retracted": counts.retracted}), err=str(out) == "-")
        return
    say(f"{counts.lines:,} events about {people:,} people, {counts.duplicates:,} of them copies.")
    if str(out) != "-":
        say(f"Record them with: lineage record {out}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage generate --people 2000 --events 50000 --seed 7 --truth truth.jsonl",
        "lineage generate --people 100 --events 2000 --out - | lineage record -",
    )
    app.command("generate", epilog=epilog)(with_place(generate))
