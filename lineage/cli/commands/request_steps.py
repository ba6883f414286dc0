"""What officers do with a request beside deciding it: ``lineage request withdraw|extend|...``."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lineage.cli.options import Controller, Json
from lineage.cli.output import give
from lineage.cli.place import Place, opened
from lineage.cli.views.requests import request_status_view

if TYPE_CHECKING:
    from lineage.tracker import Tracker

RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")]
Channel = Annotated[str | None, typer.Option(help="How: email, phone, letter, ...")]
Method = Annotated[str | None, typer.Option(help="How identity is proved, in your own words.")]
Why = Annotated[str | None, typer.Option(help="What is waited for.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="New last day, YYYY-MM-DD.")]


class Answered(StrEnum):
    """What a recipient can say; a test holds them equal to those of the use case."""

    acknowledged = "acknowledged"
    working = "working"
    erased = "erased"
    refused = "refused"
    kept_by_law = "kept_by_law"
    unreachable = "unreachable"


class RefusalReason(StrEnum):
    """Why a recipient refuses."""

    independent_authorisation = "independent_authorisation"
    other = "other"


def ask_identity(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    method: Method = None,
    as_json: Json = False,
) -> None:
    """Record that the sender was asked to prove who they are."""
    with opened(place) as tracker:
        tracker.officer.ask_identity(request, controller, method=method)
        _show(tracker, request, controller, as_json=as_json)


def verify(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    method: Method = None,
    as_json: Json = False,
) -> None:
    """Record that the sender has proved who they are."""
    with opened(place) as tracker:
        tracker.officer.verify(request, controller, method=method)
        _show(tracker, request, controller, as_json=as_json)


def triage(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    right: Annotated[str | None, typer.Option(help="What it turned out to be about.")] = None,
    significant: Annotated[
        bool, typer.Option("--significant", help="It is a significant issue.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record what a request turned out to be about."""
    with opened(place) as tracker:
        tracker.officer.triage(request, controller, right=right, significant=significant)
        _show(tracker, request, controller, as_json=as_json)


def withdraw(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Record that the person took the request back, which is possible up to its acceptance."""
    with opened(place) as tracker:
        tracker.officer.withdraw(request, controller, channel=channel)
        _show(tracker, request, controller, as_json=as_json)


def extend(
    place: Place,
    *,
    request: RequestId,
    until: Day,
    reason: Annotated[str, typer.Option(help="The reason, as told to the person.")],
    controller: Controller = None,
    as_json: Json = False,
) -> None:
    """Put the outcome off, as far as the policy gives more time and while it is not overdue."""
    with opened(place) as tracker:
        tracker.officer.extend(request, controller, until=until.date(), reason=reason)
        _show(tracker, request, controller, as_json=as_json)


def pause(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    reason: Why = None,
    as_json: Json = False,
) -> None:
    """Stop the clock of a request, where the policy lets it stand still."""
    with opened(place) as tracker:
        tracker.officer.pause(request, controller, reason=reason)
        _show(tracker, request, controller, as_json=as_json)


def resume(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    reason: Why = None,
    as_json: Json = False,
) -> None:
    """Let the clock of a paused request run on."""
    with opened(place) as tracker:
        tracker.officer.resume(request, controller, reason=reason)
        _show(tracker, request, controller, as_json=as_json)


def respond(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Record that the person was answered."""
    with opened(place) as tracker:
        tracker.officer.respond(request, controller, channel=channel)
        _show(tracker, request, controller, as_json=as_json)


def complete(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Record that a decided request was carried out. It is fulfilled only by its recipients."""
    with opened(place) as tracker:
        tracker.officer.complete(request, controller, channel=channel)
        _show(tracker, request, controller, as_json=as_json)


def confirm(
    place: Place,
    *,
    request: RequestId,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The id of the late event.")],
    controller: Controller = None,
    evidence: Annotated[str | None, typer.Option(help="Where the evidence is found.")] = None,
    as_json: Json = False,
) -> None:
    """Let a fact that came after the decision take a holder out of the plan.

    Such facts are findings until then: removal_unconfirmed in lineage check.
    """
    with opened(place) as tracker:
        tracker.officer.confirm(request, controller, event=event, evidence=evidence)
        _show(tracker, request, controller, as_json=as_json)


def answer(
    place: Place,
    *,
    request: RequestId,
    answer: Annotated[Answered, typer.Argument(metavar="ANSWER", help=", ".join(Answered))],
    recipient: Annotated[str, typer.Option(help="Whose answer it is.")],
    evidence: Annotated[str, typer.Option(help="Where the letter, call or ticket is found.")],
    categories: Annotated[
        list[str] | None,
        typer.Option(metavar="CATEGORY", help="Only these. Repeat or a,b,c. Default: all open."),
    ] = None,
    reason: Annotated[
        RefusalReason | None, typer.Option(help="With refused: on what ground.")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="With kept_by_law: its last day."),
    ] = None,
    controller: Controller = None,
    as_json: Json = False,
) -> None:
    """Record what a recipient answered by letter, telephone, ... It counts as claimed."""
    some = [word for part in categories or [] for word in part.split(",") if word]
    with opened(place) as tracker:
        tracker.officer.answer(
            request,
            controller,
            recipient=recipient,
            answer=answer.value,
            evidence=evidence,
            categories=some or None,
            reason=None if reason is None else reason.value,
            until=None if until is None else until.date(),
        )
        _show(tracker, request, controller, as_json=as_json)


def _show(tracker: "Tracker", request: str, controller: str | None, *, as_json: bool) -> None:
    status = tracker.request_status(request, controller=controller)
    give(status, as_json=as_json, view=request_status_view, asked=False)


COMMANDS: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("ask-identity", ask_identity, "lineage request ask-identity r1 --method order-number"),
    ("verify", verify, "lineage request verify r1 --method order-number"),
    ("triage", triage, "lineage request triage r1 --right deletion"),
    ("withdraw", withdraw, "lineage request withdraw r1 --channel phone"),
    ("extend", extend, "lineage request extend r1 --until 2026-05-04 --reason holidays"),
    ("pause", pause, "lineage request pause r1 --reason copy-of-the-order"),
    ("resume", resume, "lineage request resume r1"),
    ("answer", answer, "lineage request answer r1 erased --recipient PayWay --evidence ticket-7"),
    ("confirm", confirm, "lineage request confirm r1 01JA7 --evidence contract.pdf"),
    ("respond", respond, "lineage request respond r1 --channel email"),
    ("complete", complete, "lineage request complete r1"),
)
