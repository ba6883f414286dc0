"""``lineage request``: open, decide, plan, status, list; steps and questions have own modules."""

from enum import StrEnum
from typing import Annotated

import typer

from lineage.cli.commands import letters, request_questions, request_steps
from lineage.cli.errors import CommandError
from lineage.cli.options import AsOf, Controller, Json, KnownAt, Subject, example
from lineage.cli.output import give, give_rows
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.plans import plan_view
from lineage.cli.views.requests import request_list_view, request_status_view


class Outcome(StrEnum):
    """The decisions of the contract; a test holds them equal to its enumeration."""

    accepted = "accepted"
    partly = "partly"
    refused = "refused"


RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")]
Held = Annotated[
    list[str] | None,
    typer.Option("--held", metavar="CATEGORY", help="With partly: what is kept. Repeat or a,b,c."),
]
Ver = Annotated[
    int | None,
    typer.Option("--ver", min=0, help="The `ver` of the plan that was looked at and approved."),
]


def open_request(
    place: Place,
    *,
    subject: Subject,
    controller: Controller = None,
    right: Annotated[str, typer.Option(help="Which right: deletion, access, ...")] = "deletion",
    trigger: Annotated[str | None, typer.Option(help="The reason stated.")] = None,
    channel: Annotated[str | None, typer.Option(help="How it came: email, phone, ...")] = None,
    request_id: Annotated[
        str | None, typer.Option("--id", help="The request's id. Default: a new one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Record that a person's request has come in. Nobody is told anything yet."""
    with opened(place) as tracker:
        answer = tracker.open_request(
            subject,
            controller=controller,
            right=right,
            trigger=trigger,
            channel=channel,
            request_id=request_id,
        )
    give(answer, as_json=as_json, view=request_status_view, asked=False)


def decide(
    place: Place,
    *,
    request: RequestId,
    outcome: Annotated[
        Outcome, typer.Argument(metavar="OUTCOME", help="accepted, partly or refused.")
    ],
    controller: Controller = None,
    ground: Annotated[str | None, typer.Option(help="The ground of a refusal.")] = None,
    held: Held = None,
    ver: Ver = None,
    as_json: Json = False,
) -> None:
    """Decide a request. An accepting decision plans a notice for every holder.

    With --ver the decision stands only if the plan is still the one that was looked at.
    """
    kept = [word for part in held or [] for word in part.split(",") if word]
    with opened(place) as tracker:
        answer = tracker.decide_request(
            request,
            outcome=outcome.value,
            controller=controller,
            ground=ground,
            held=kept or None,
            ver=ver,
        )
    give(answer, as_json=as_json, view=plan_view, asked=False)


def plan(
    place: Place,
    *,
    request: Annotated[str | None, typer.Argument(metavar="[REQUEST]")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="All that is due for this person instead.")
    ] = None,
    controller: Controller = None,
    if_accepted: Annotated[
        bool, typer.Option("--if-accepted", help="As if the request were accepted.")
    ] = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show who must be told and who not, each with the reason."""
    if (request is None) == (subject is None):
        raise CommandError(
            "a plan is asked for a request or for a person",
            next_step="Give a request's id or --subject, and not both.",
        )
    with opened(place) as tracker:
        answer = tracker.plan(
            request,
            subject=subject,
            controller=controller,
            as_of=as_of,
            known_at=known_at,
            if_accepted=if_accepted,
        )
    give(answer, as_json=as_json, view=plan_view)


def status(
    place: Place, *, request: RequestId, controller: Controller = None, as_json: Json = False
) -> None:
    """Show how far a request is and who has answered."""
    with opened(place) as tracker:
        answer = tracker.request_status(request, controller=controller)
    give(answer, as_json=as_json, view=request_status_view)


def list_requests(
    place: Place,
    *,
    controller: Controller = None,
    state: Annotated[str | None, typer.Option(help="Only requests in this state.")] = None,
    as_json: Json = False,
) -> None:
    """List the requests with their notices by state."""
    with opened(place) as tracker:
        rows = tracker.requests(controller=controller, state=state)
    give_rows(rows, as_json=as_json, view=request_list_view)


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Requests of persons: open, decide, plan, follow.",
        no_args_is_help=True,
        epilog=example("lineage request list --state in_progress"),
    )
    for name, command, lines in (
        ("open", open_request, "lineage request open m1 -c SLUG --id r1 --channel email"),
        ("decide", decide, "lineage request decide r1 accepted --ver 7"),
        ("plan", plan, "lineage request plan r1 --if-accepted"),
        ("status", status, "lineage request status r1"),
        ("list", list_requests, "lineage request list --state in_progress --json"),
    ):
        group.command(name, epilog=example(lines))(with_place(command))
    others = (*request_steps.COMMANDS, *letters.COMMANDS, *request_questions.COMMANDS)
    for name, command, line in others:
        group.command(name, epilog=example(line))(with_place(command))
    app.add_typer(group, name="request")
