"""Progress bars for long work: on standard error, on a terminal only, gone when it is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

REDRAWS_PER_SECOND = 8


class Advance(Protocol):
    """What long work calls: how much is done, and of how much, where that is known."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Move the bar."""
        ...


@contextmanager
def progress(what: str, *, total: int | None = None, as_bytes: bool = False) -> Iterator[Advance]:
    """Show a bar while the block runs; hand out what moves it."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    from rich import progress as bars

    from lineage.cli.output import err

    amount = bars.DownloadColumn() if as_bytes else bars.MofNCompleteColumn()
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), amount)
    with bars.Progress(
        *columns,
        bars.TimeElapsedColumn(),
        console=err(),
        transient=True,
        redirect_stdout=False,  # the library would print answers where the bar is
        refresh_per_second=REDRAWS_PER_SECOND,
    ) as shown:
        task = shown.add_task(what, total=total)

        def advance(done: int, whole: int | None = None, /) -> None:
            shown.update(task, completed=done, total=whole if whole is not None else total)

        yield advance


def _nothing(done: int, total: int | None = None, /) -> None:
    """Show nothing: nobody is looking."""
