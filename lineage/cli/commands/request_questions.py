"""Asked of a policy about one request: ``lineage request deadlines|entitlement|refusal``."""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from lineage.cli.options import AsOf, Controller, Json, KnownAt
from lineage.cli.output import give
from lineage.cli.place import Place, opened
from lineage.cli.views.request_questions import deadlines_view, entitlement_view, refusal_view

RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")]
Grounds = Annotated[
    list[str] | None,
    typer.Option("--grounds", metavar="GROUND", help="Would these carry one? Repeat or a,b,c."),
]


def deadlines(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show by when a request must be answered, each limit with its rule, and what is overdue."""
    with opened(place) as tracker:
        answer = tracker.deadlines(request, controller=controller, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=deadlines_view)


def entitlement(
    place: Place,
    *,
    request: RequestId,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show whether the policy's text gives the right that a request is about, and by which rule."""
    with opened(place) as tracker:
        answer = tracker.entitlement(request, controller=controller, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=entitlement_view)


def refusal(
    place: Place,
    *,
    request: RequestId,
    grounds: Grounds = None,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show on what a refusal rests, which grounds would carry one now, and whether a fee may be
    charged.
    """
    asked = [word for part in grounds or [] for word in part.split(",") if word]
    with opened(place) as tracker:
        answer = tracker.refusal(
            request, grounds=asked, controller=controller, as_of=as_of, known_at=known_at
        )
    give(answer, as_json=as_json, view=refusal_view)


COMMANDS: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("deadlines", deadlines, "lineage request deadlines r1 --as-of 2026-03-25"),
    ("entitlement", entitlement, "lineage request entitlement r1"),
    ("refusal", refusal, "lineage request refusal r1 --grounds repetitive,impractical"),
)
