"""The rows of a simulation on file: as they are found, with marks from which it can go on.

One JSON object a line: a head, rows, after each chunk a mark, at the end a last mark. What stands
after the last whole mark was broken off and is found again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

from lineage.service.errors import InvalidInput
from lineage.service.simulation.outcomes import ChangeRow


@dataclass(frozen=True, slots=True)
class Mark:
    """How far it is: the last ref gone through (hex), and what was counted up to there."""

    after: str = ""
    ids: int = 0
    people: int = 0
    events: int = 0
    concerned: int = 0
    ended: bool = False


class Spool:
    """One file that is written to its end, perhaps in several goes."""

    def __init__(self, file: BinaryIO, known_at: int, mark: Mark) -> None:
        """``known_at`` is when it was begun (microseconds), ``mark`` how far it is."""
        self.known_at = known_at
        self.mark = mark
        self._file = file

    def add(self, rows: Iterable[ChangeRow], mark: Mark) -> None:
        """Write the rows of a chunk, then how far it is."""
        for row in rows:
            self._file.write(_line({"row": row.model_dump(mode="json")}))
        self._file.write(_line({"mark": asdict(mark)}))
        self._file.flush()
        self.mark = mark


def open_file(path: Path) -> BinaryIO:
    """Open a file for one who writes alone, made where there is none.

    Raises ``InvalidInput`` where it cannot be written, or somebody else is writing it.
    """
    try:
        path.touch(mode=0o600)  # its rows name people
        file = path.open("r+b")
    except OSError as error:
        raise InvalidInput(
            f"{path.name} cannot be written: {error.strerror}", do="name another file with --to"
        ) from None
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        file.close()
        raise InvalidInput(
            f"another simulation is writing to {path.name}",
            do="wait until it has ended, or name another file with --to",
        ) from None
    return file


def open_spool(path: Path, file: BinaryIO, asked: Mapping[str, Any], *, known_at: int) -> Spool:
    """Begin a file about ``asked``, or go on with one that is about the same.

    Raises ``InvalidInput`` where the file is of something else.
    """
    head: dict[str, Any] | None = None
    mark, good = Mark(), 0
    for end, found in _objects(file):
        if "head" in found:
            head, good = found["head"], end
        elif "mark" in found:
            mark, good = Mark(**found["mark"]), end
    if head is None:
        if file.seek(0, SEEK_END):
            raise _other(path)
        file.write(_line({"head": {**asked, "known_at": known_at}}))
        return Spool(file, known_at, mark)
    if head != {**asked, "known_at": head.get("known_at")}:
        raise _other(path)
    file.seek(good)
    file.truncate()
    return Spool(file, head["known_at"], mark)


def rows_of(path: Path) -> Iterator[ChangeRow]:
    """The rows of a file that has ended, one by one."""
    with path.open("rb") as file:
        for _, found in _objects(file):
            if "row" in found:
                yield ChangeRow.model_validate(found["row"])


def _objects(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """(where its line ends, object) of every whole line."""
    file.seek(0)
    end = 0
    for line in file:
        end += len(line)
        try:
            found = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            return
        yield end, found


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _other(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path.name} is there already and is of something else",
        do="name another file with --to, or remove this one",
    )
