"""Which store a command works on: the four options every command takes, and how it is opened."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineage.cli.errors import CommandError

if TYPE_CHECKING:
    from lineage.policy.loader import Library
    from lineage.service.registered import Registered
    from lineage.tracker import Tracker

DEFAULT_STORE = "sqlite:///lineage.db"
_PANEL = "Store (also before the command)"

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help=f"Database. Default: LINEAGE_STORE, else {DEFAULT_STORE}.",
        rich_help_panel=_PANEL,
    ),
]
KeysOption = Annotated[
    Path | None,
    typer.Option(
        "--keys",
        metavar="DIR",
        help="Folder of the keys. Default: LINEAGE_KEYS, else beside the database.",
        rich_help_panel=_PANEL,
    ),
]
PoliciesOption = Annotated[
    Path | None,
    typer.Option(
        "--policies",
        metavar="DIR",
        help="Folder of policy files. Default: LINEAGE_POLICIES, else the library.",
        rich_help_panel=_PANEL,
    ),
]
RecipientsOption = Annotated[
    Path | None,
    typer.Option(
        "--recipients",
        "--registry",
        metavar="FILE",
        help="Recipient registry. Default: LINEAGE_RECIPIENTS, else none.",
        rich_help_panel=_PANEL,
    ),
]


@dataclass(frozen=True)
class Place:
    """The store, and the files that belong to it."""

    store: str | None = None
    keys: Path | None = None
    policies: Path | None = None
    recipients: Path | None = None

    def over(self, outer: "Place") -> "Place":
        """Return this place, with what it leaves open taken from ``outer``."""
        return Place(
            store=self.store or outer.store,
            keys=self.keys or outer.keys,
            policies=self.policies or outer.policies,
            recipients=self.recipients or outer.recipients,
        )


def with_place(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command(place, ...)`` the four options in place of its first parameter."""
    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in (
            ("store", StoreOption),
            ("keys", KeysOption),
            ("policies", PoliciesOption),
            ("recipients", RecipientsOption),
        )
    ]
    context = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )

    @functools.wraps(command)
    def run(ctx: typer.Context, **given: Any) -> None:
        chosen = {option.name: given.pop(option.name) for option in options}
        outer = ctx.find_root().obj
        command(Place(**chosen).over(outer if isinstance(outer, Place) else Place()), **given)

    run.__annotations__ = {}  # the signature below says it all; wraps() copied those of `place`
    keyword_only = [own_.replace(kind=inspect.Parameter.KEYWORD_ONLY) for own_ in own]
    vars(run)["__signature__"] = signature.replace(
        parameters=[context, *keyword_only, *options], return_annotation=None
    )
    return run


@contextmanager
def opened(place: Place) -> "Iterator[Tracker]":
    """Open the tracker of ``place`` and close it afterwards."""
    tracker = make_tracker(place)
    try:
        yield tracker
    finally:
        tracker.close()


def make_tracker(place: Place) -> "Tracker":
    """Make the tracker: the one place where the command line meets the store."""
    from lineage.tracker import open_tracker

    return open_tracker(
        place.store or DEFAULT_STORE,
        keys=place.keys,
        policies=place.policies,
        recipients=place.recipients,
    )


def load_policies(place: Place) -> "Library":
    """The policies in use; needs no store."""
    from lineage.policy.loader import load_library

    return load_library(place.policies)


def load_registered(place: Place) -> "Registered":
    """The recipients of the registry in use; needs no store."""
    from lineage.policy.recipients import load_recipients
    from lineage.service.registered import Registered

    if place.recipients is None:
        raise CommandError(
            "no registry is named", next_step="Name it with --recipients or LINEAGE_RECIPIENTS."
        )
    return Registered(load_recipients(place.recipients))


def upgrade_tables(place: Place) -> tuple[str, int]:
    """Bring the tables of ``place`` to this version, making store and keys where nothing is yet.

    Gives the version they have now, and how many people a rebuild would make quicker.
    """
    from lineage.storage.schema import count_unknown
    from lineage.tracker import upgrade_store

    url = place.store or DEFAULT_STORE
    return upgrade_store(url, keys=place.keys), count_unknown(url)


def grant_roles(
    place: Place, *, ingest: str | None, reader: str | None, apply: bool
) -> tuple[str, ...]:
    """Give these roles what they need in the store of ``place``; needs no keys."""
    from lineage.storage.grants import grants_for

    url = place.store or DEFAULT_STORE
    return grants_for(url, ingest=ingest, reader=reader, apply=apply)
