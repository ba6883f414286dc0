"""``lineage recipient list|show|test``: what the registry says, and whether it holds now."""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from lineage.cli import errors
from lineage.cli.options import Controller, Json
from lineage.cli.output import give, give_rows
from lineage.cli.place import Place, load_registered
from lineage.cli.views.recipients import (
    recipient_list_view,
    recipient_test_view,
    recipient_view,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The recipient's name in the registry.")]


def list_recipients(place: Place, *, controller: Controller = None, as_json: Json = False) -> None:
    """List the recipients of the registry: how each is told, and whether its secrets are found.

    A secret is shown by its reference only.
    """
    rows = load_registered(place).rows(controller)
    give_rows(rows, as_json=as_json, view=recipient_list_view)


def show(place: Place, *, name: Name, controller: Controller = None, as_json: Json = False) -> None:
    """Show all that the registry says of one recipient, and the public key to give to it.

    There is a public key where its secret is a whsk_ pair.
    """
    row = load_registered(place).show(name, controller)
    give(row, as_json=as_json, view=recipient_view)


def send_test(
    place: Place, *, name: Name, controller: Controller = None, as_json: Json = False
) -> None:
    """Send a recipient one signed test notice, about nobody, and show what came of it.

    Its type is lineage.test.v1, and any success is right. Nothing is recorded, whatever is
    answered. Exit code 1 where it was not taken.
    """
    from lineage.channels.webhook import WebhookChannel

    found = load_registered(place).test(name, controller, channel=WebhookChannel())
    give(found, as_json=as_json, view=recipient_test_view)
    if not found.ok:
        raise typer.Exit(errors.FOUND)


COMMANDS: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("list", list_recipients, "lineage recipient list --recipients recipients.yaml"),
    ("show", show, "lineage recipient show FastParcel --recipients recipients.yaml"),
    ("test", send_test, "lineage recipient test FastParcel --recipients recipients.yaml --json"),
)
