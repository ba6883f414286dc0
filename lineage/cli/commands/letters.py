"""``lineage request letter``: what a recipient is told where a person has to tell it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from lineage.cli.errors import CommandError
from lineage.cli.options import Controller, Json
from lineage.cli.output import give
from lineage.cli.place import Place, opened
from lineage.cli.views.tables import note

RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")]
Recipient = Annotated[
    str, typer.Option("--recipient", metavar="NAME", help="To whom; its name in the registry.")
]
ReplyTo = Annotated[
    str | None,
    typer.Option("--reply-to", metavar="ADDRESS", help="Our address, printed as where to answer."),
]
Html = Annotated[
    bool, typer.Option("--html", help="One HTML file to be printed on A4 instead of plain text.")
]
To = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="Write it there, where no file is yet, for you alone to read."
    ),
]


def letter(
    place: Place,
    *,
    request: RequestId,
    recipient: Recipient,
    controller: Controller = None,
    reply_to: ReplyTo = None,
    html: Html = False,
    to: To = None,
    as_json: Json = False,
) -> None:
    """Write the letter that tells a recipient of a request: for one without a webhook, or whose
    notices wait for a person.

    It names the person by what the registry says the recipient accepts and by nothing else. No
    notice counts as sent because its letter was written; --json prints what the letter says.
    """
    from lineage.render.letters.as_html import letter_html
    from lineage.render.letters.as_text import letter_text

    with opened(place) as tracker:
        found = tracker.letter(
            request, recipient=recipient, controller=controller, reply_to=reply_to
        )
    page = letter_html(found) if html else letter_text(found)
    if to is not None:
        _write(to, page)
    elif not as_json:
        sys.stdout.write(page)  # as it is: a console would break its lines
        return
    give(found, as_json=as_json, view=lambda _: [note(f"Written to {to}. Nothing was sent.")])


def _write(to: Path, page: str) -> None:
    try:
        with open(to, "x", encoding="utf-8", opener=_for_its_owner) as stream:
            stream.write(page)
    except FileExistsError:
        raise CommandError(
            f"{to} is there already, and is left as it is", next_step="Name another file."
        ) from None


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


COMMANDS: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("letter", letter, "lineage request letter r1 --recipient PaperMill --html --to letter.html"),
)
