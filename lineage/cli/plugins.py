"""Commands that other packages add, through the entry-point group ``lineage.commands``."""

from importlib.metadata import entry_points

import typer

from lineage.cli.output import say

GROUP = "lineage.commands"


def add_plugins(app: typer.Typer, *, of: str | None = None) -> None:
    """Let each entry point, a function ``register(app)``, add its commands.

    With ``of`` only those of this distribution. One that cannot be loaded is named and left out: a
    broken addition must not take the tracker's own commands with it.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if of is not None and (point.dist is None or point.dist.name != of):
            continue
        try:
            point.load()(app)
        except Exception as error:  # noqa: BLE001 other people's code may raise anything
            say(f"warning: the commands of '{point.name}' are missing: {type(error).__name__}")
