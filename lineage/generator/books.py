"""The books of one person: who has held what from when to when. No event is parsed or sent here."""

from collections.abc import Iterator

from lineage.generator.rules import RANKS, Data, HolderKind, Move, moves

# Flat and immutable: (from, to, from, ...); an odd length means held. Rows made by one event share
# one tuple, which is what lets the books of a million events stay in memory.
Spans = tuple[int, ...]


class Books:
    """Keeps holdings while events are entered in the order of their times.

    Events of one time wait until a later one comes: rank decides among them, and a transfer of
    "all" takes every category on record up to and including its own time.
    """

    __slots__ = ("completed", "holders", "on_record", "waiting", "waiting_at")

    def __init__(self) -> None:
        self.holders: dict[tuple[HolderKind, str], dict[str, Spans]] = {}
        self.on_record: dict[str, None] = {}  # a dict, because the order of a set changes by run
        self.completed: dict[str, None] = {}
        self.waiting: list[tuple[int, Move]] = []
        self.waiting_at = 0

    def enter(self, name: str, *, source: str, at: int, data: Data) -> None:
        """Enter one event that happened at `at` (microseconds) and is never taken back."""
        found = moves(name, source, data)
        if not found:
            return
        if at != self.waiting_at:
            if at < self.waiting_at:
                message = "events of one person must be entered in the order of their times"
                raise ValueError(message)
            self.settle()
            self.waiting_at = at
        rank = RANKS[name]
        self.waiting.extend((rank, move) for move in found)

    def settle(self) -> None:
        """Apply what waits; only when nothing more of its time can come."""
        if not self.waiting:
            return
        for _, move in self.waiting:
            if move.way in {"in", "complete", "note"} and move.categories is not None:
                self.on_record.update(dict.fromkeys(move.categories))
        for _, move in sorted(self.waiting, key=lambda entry: entry[0]):
            self.apply(move)
        self.waiting.clear()

    def apply(self, move: Move) -> None:
        """Carry out one move at the time of those that wait."""
        at = self.waiting_at
        match move.way:
            case "in" | "complete":
                named = tuple(self.on_record) if move.categories is None else move.categories
                if move.way == "complete":
                    self.completed.update(dict.fromkeys(named))
                rows = self.holders.setdefault((move.kind, move.holder), {})
                fresh = (at,)
                for category in named:
                    spans = rows.get(category)
                    rows[category] = fresh if spans is None else opened(spans, at)
            case "note":
                pass  # it counts for what is on record, which settle() has seen to
            case "out":
                gone = move.categories or ()
                close(self.holders.get((move.kind, move.holder), {}), gone, at)
            case "clear":
                gone = tuple(self.completed) if move.categories is None else move.categories
                for (kind, _), rows in self.holders.items():
                    if kind == "system":
                        close(rows, gone, at)

    def rows(self) -> Iterator[tuple[HolderKind, str, str, Spans]]:
        """Every (kind, holder, category) that ever held, with its spans."""
        self.settle()
        for (kind, holder), rows in self.holders.items():
            for category, spans in rows.items():
                yield kind, holder, category, spans


def close(rows: dict[str, Spans], categories: tuple[str, ...], at: int) -> None:
    """An *out* for those of the categories that have a row."""
    for category in categories:
        if category in rows:
            rows[category] = closed(rows[category], at)


def opened(spans: Spans, at: int) -> Spans:
    """The spans after an *in* at `at`; an out and an in of one time leave no gap."""
    if len(spans) % 2:
        return spans
    if spans and spans[-1] == at:
        return spans[:-1]
    return (*spans, at)


def closed(spans: Spans, at: int) -> Spans:
    """The spans after an *out* at `at`; an in and an out of one time leave no span."""
    if len(spans) % 2 == 0:
        return spans
    if spans[-1] == at:
        return spans[:-1]
    return (*spans, at)
