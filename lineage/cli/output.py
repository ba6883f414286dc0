"""Where output goes: answers to standard output, everything else to standard error."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from lineage.cli import errors
from lineage.service.answers import Answer, Question

AnswerT = TypeVar("AnswerT", bound=Answer)
PIPE_WIDTH = 120


class _Quiet(Console):
    """A console that leaves a closed pipe to the root, which has an exit code for it."""

    def on_broken_pipe(self) -> None:
        """Raise it again; the library itself would end with 1, which means something here."""
        raise BrokenPipeError


def out() -> Console:
    """Return the console of standard output; a pipe gets plain lines of a fixed width."""
    return _console(stderr=False)


def err() -> Console:
    """Return the console of standard error."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return _Quiet(file=stream, width=width, highlight=False, soft_wrap=False)


def give(
    answer: AnswerT,
    *,
    as_json: bool,
    view: Callable[[AnswerT], Iterable[RenderableType]],
    asked: bool = True,
    more: Mapping[str, Question] | None = None,
) -> None:
    """Show an answer as JSON or for people.

    Where it was ``asked`` for, an unknown one ends the command with its exit code; where something
    was done and this is what came of it, it was done. ``more`` are answers about the same that
    JSON shows besides, without repeating what they rest on.
    """
    if as_json:
        besides = {name: _besides(name, one) for name, one in (more or {}).items()}
        if besides:
            shown = answer.model_dump(mode="json", by_alias=True) | besides
            sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(answer.model_dump_json(by_alias=True, indent=2) + "\n")
    else:
        console = out()
        for part in view(answer):
            console.print(part)
    if asked and isinstance(answer, Question) and answer.unknown:
        raise typer.Exit(errors.UNKNOWN)


def _besides(name: str, answer: Question) -> Any:
    """An answer under a key of another; one that has nothing but what the key names is that."""
    frame = set(Question.model_fields)
    own = answer.model_dump(mode="json", by_alias=True, exclude=frame)
    return own[name] if own.keys() == {name} else own


def give_rows(
    rows: list[AnswerT],
    *,
    as_json: bool,
    view: Callable[[list[AnswerT]], Iterable[RenderableType]],
) -> None:
    """Show a list of answers as one JSON array or for people."""
    if as_json:
        shown = [row.model_dump(mode="json", by_alias=True) for row in rows]
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
        return
    console = out()
    for part in view(rows):
        console.print(part)


def say(text: str, *, style: str = "") -> None:
    """Say one line on standard error; the text is never read as markup."""
    err().print(Text(text, style=style), soft_wrap=True)


def say_error(said: errors.Said, *, as_json: bool) -> None:
    """Say an error: what is wrong, what to do next."""
    if as_json:
        shown = {
            "error": said.error,
            "says": said.says,
            "next": said.next_step,
            "exit_code": said.exit_code,
        }
        sys.stderr.write(json.dumps(shown, ensure_ascii=False) + "\n")
        return
    say(f"error: {said.says}", style="bold red")
    say(said.next_step)
