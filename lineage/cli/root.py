"""The root of the command tree: what goes wrong below it ends here, as a sentence and a code."""

import os
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperGroup

from lineage.cli import errors, output


class Root(TyperGroup):
    """A group that turns errors into exit codes; only its own faults may show a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        as_json = "--json" in ctx.args
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # a closed pipe must be noticed here and not at exit
        except BrokenPipeError:
            _leave_pipe()
            raise typer.Exit(errors.PIPE_CLOSED) from None
        except KeyboardInterrupt:
            output.say("Interrupted. What was recorded stays; the same command can be run again.")
            raise typer.Exit(errors.INTERRUPTED) from None
        except (typer.Exit, typer.Abort):
            raise
        except typer.TyperException as error:
            if not as_json:
                raise  # the library shows usage and help for people
            said = errors.Said(
                "usage", error.format_message(), "See the --help of this command.", error.exit_code
            )
            output.say_error(said, as_json=True)
            raise typer.Exit(error.exit_code) from None
        except Exception as error:  # noqa: BLE001 the last place where a code can be given
            raise typer.Exit(_end(error, as_json=as_json)) from None
        return result


def _end(error: Exception, *, as_json: bool) -> int:
    said = errors.explain(error)
    if said is None:
        # No message and no traceback: either may hold what a person's id is.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119 only a name
        says = f"{type(error).__name__} at {where}: a fault of this program"
        hint = "Please report it. LINEAGE_DEBUG=1 shows the traceback, which may name persons."
        said = errors.Said("internal", says, hint, errors.INTERNAL)
        if os.environ.get("LINEAGE_DEBUG") == "1":
            traceback.print_exception(error)
    output.say_error(said, as_json=as_json)
    return said.exit_code


def _leave_pipe() -> None:
    """Point standard output away, or the interpreter would complain once more when it ends."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
